from django.db import models
from django.utils.translation import gettext_lazy as _


class PackageKind(models.TextChoices):
    """By what a package is played."""

    H5P = "h5p", "H5P"
    SCORM_12 = "scorm12", "SCORM 1.2"
    SCORM_2004 = "scorm2004", "SCORM 2004"
    PAGES = "pages", _("网页")


class PackageState(models.TextChoices):
    """Whether a package lies unpacked."""

    WAITING = "waiting", _("正在展开")
    READY = "ready", _("可以打开")
    BROKEN = "broken", _("打不开")


class RunStatus(models.TextChoices):
    """How far somebody is, as SCORM and xAPI tell it."""

    BEGUN = "begun", _("在做")
    COMPLETED = "completed", _("做完了")
    PASSED = "passed", _("达标")
    FAILED = "failed", _("没有达标")


# Kinds that tell how somebody does; plain pages tell nothing.
KEEPING = (PackageKind.H5P, PackageKind.SCORM_12, PackageKind.SCORM_2004)
FINISHED = (RunStatus.COMPLETED, RunStatus.PASSED, RunStatus.FAILED)
