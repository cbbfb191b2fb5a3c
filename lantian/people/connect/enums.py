from django.db import models
from django.utils.translation import gettext_lazy as _

PREFIX = "https://purl.imsglobal.org/spec/or/v1p2/scope/"


class Kind(models.TextChoices):
    """What software is let in for; one piece may be both."""

    DATA = "data", _("读取名册")
    SIGN_ON = "sign_on", _("统一登录")


class Scope(models.TextChoices):
    """What a client may fetch of the roster by itself; the words of OneRoster 1.2."""

    ROSTER = f"{PREFIX}roster.readonly", _("单位、班级、人员和他们之间的关系")
    CORE = f"{PREFIX}roster-core.readonly", _("单位、班级、人员的清单，不含按学校和班级的查询")
    DEMOGRAPHICS = f"{PREFIX}roster-demographics.readonly", _("出生日期和性别")


class SignOnScope(models.TextChoices):
    """What is handed over of a person who signs on. `openid` goes with every sign-on."""

    OPENID = "openid", _("一个固定的编号，用来认出是同一个人")
    PROFILE = "profile", _("姓名和界面语言")
    ROLES = "lantian.roles", _("在哪个学校、哪个班，是学生、教师、家长还是管理人员")
