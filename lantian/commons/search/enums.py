"""The ways what is found can be ordered."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Sort(TextChoices):
    RELEVANCE = "best", _("最相关")
    QUALITY = "quality", _("质量优先")
    NEW = "new", _("最新")
    USED = "used", _("用得最多")

    @property
    def field(self) -> str:
        """The index's field; empty for relevance."""
        return {"quality": "quality", "new": "at", "used": "used"}.get(self.value, "")
