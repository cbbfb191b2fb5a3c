from django.db import models
from django.utils.translation import gettext_lazy as _


class ConsentWay(models.TextChoices):
    """How a guardian's consent came."""

    IN_APP = "in_app", _("在线同意")
    PAPER = "paper", _("纸质同意书")


class ConsentState(models.TextChoices):
    """Where a child stands; worked out, never stored."""

    GIVEN = "given", _("已同意")
    OLDER = "older", _("同意的是旧版本")
    WITHDRAWN = "withdrawn", _("已撤回")
    MISSING = "missing", _("还没有同意")
