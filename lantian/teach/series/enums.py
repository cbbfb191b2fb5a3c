from django.db import models
from django.utils.translation import gettext_lazy as _


class SeriesKind(models.TextChoices):
    """What a series is. The sentences are those of `KIND_WORDS`."""

    MASTER = "master", _("名师课堂")
    SCHOOL = "school", _("名校网络课堂")
    AIR = "air", _("空中课堂")


KIND_WORDS = {
    SeriesKind.MASTER: _("一位名师的专题课，一讲接一讲。"),
    SeriesKind.SCHOOL: _("一所名校几位老师的课，别的学校跟着上。"),
    SeriesKind.AIR: _("面向所有学习者的课，在家也能听。"),
}


class SeriesAccess(models.TextChoices):
    """Who may follow a series once it is published."""

    PUBLIC = "public", _("谁都可以看")
    REGION = "region", _("一个地区的师生和家长")
    ALLIANCE = "alliance", _("一个联盟的学校")


class SeriesState(models.TextChoices):
    DRAFT = "draft", _("还没有发布")
    PUBLISHED = "published", _("已发布")
    CLOSED = "closed", _("已下架")
