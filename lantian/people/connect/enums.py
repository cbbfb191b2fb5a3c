from django.db import models
from django.utils.translation import gettext_lazy as _

PREFIX = "https://purl.imsglobal.org/spec/or/v1p2/scope/"


class Scope(models.TextChoices):
    """What a client may ask for; the words of OneRoster 1.2."""

    ROSTER = f"{PREFIX}roster.readonly", _("单位、班级、人员和他们之间的关系")
    CORE = f"{PREFIX}roster-core.readonly", _("单位、班级、人员的清单，不含按学校和班级的查询")
    DEMOGRAPHICS = f"{PREFIX}roster-demographics.readonly", _("出生日期和性别")
