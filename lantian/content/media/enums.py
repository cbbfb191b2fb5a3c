from django.db import models
from django.utils.translation import gettext_lazy as _


class StreamState(models.TextChoices):
    OPEN = "open", _("进行中")
    CLOSED = "closed", _("已结束")
    DELETED = "deleted", _("已删除")
