from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """To whom a recording is published. Whom the lesson concerns see it in any case."""

    CLASS = "class", _("上这节课的班级和学校")
    ALLIANCE = "alliance", _("联盟里的学校")
    REGION = "region", _("一个地区的师生和家长")
    PUBLIC = "public", _("谁都可以看")


class State(models.TextChoices):
    SHOWN = "shown", _("已发布")
    WITHDRAWN = "withdrawn", _("已撤回")


class Work(models.TextChoices):
    """What is made of a recording in the background."""

    LOOK = "look", _("看画面、听声音")
    FILM = "film", _("做 MP4 文件")


class WorkState(models.TextChoices):
    WAITING = "waiting", _("排队中")
    WORKING = "working", _("正在做")
    DONE = "done", _("做好了")
    FAILED = "failed", _("没有做成")
    STOPPED = "stopped", _("已取消")


OPEN = (WorkState.WAITING, WorkState.WORKING)
