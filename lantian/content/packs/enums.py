from django.db import models
from django.utils.translation import gettext_lazy as _


class PackReach(models.TextChoices):
    """Who may see a pack besides its owner. Those in a lesson or class that it was attached to see it in any case."""

    PRIVATE = "private", _("只有我自己")
    SCHOOL = "school", _("本单位的老师")
    REGION = "region", _("一个地区的老师")
    PUBLIC = "public", _("谁都可以看")
