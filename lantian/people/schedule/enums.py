from django.db import models
from django.utils.translation import gettext_lazy as _


class AllianceState(models.TextChoices):
    ACTIVE = "active", _("进行中")
    ENDED = "ended", _("已结束")


class AlliancePart(models.TextChoices):
    SENDING = "sending", _("主讲学校")
    RECEIVING = "receiving", _("接收学校")


class LessonState(models.TextChoices):
    PLANNED = "planned", _("未开始")
    LIVE = "live", _("正在直播")
    ENDED = "ended", _("已结束")
    CANCELLED = "cancelled", _("已取消")


class LessonAccess(models.TextChoices):
    ALLIANCE = "alliance", _("联盟内")
    PUBLIC = "public", _("公开")
