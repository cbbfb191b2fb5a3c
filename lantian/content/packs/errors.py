"""What can go wrong with a pack, each with a sentence for the user."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal


class PackError(Refusal):
    """Base of this app's faults."""

    message = _("没有办成")


class ChangedMeanwhile(PackError):
    """The pack was changed since the page was opened."""

    message = _("您打开以后，这个资源包在别处改过。您写的还在下面，请看看现在的内容，再保存一次")


class NotComplete(PackError):
    """Something is missing."""

    message = _("还有几项没有填")


class ItemThere(PackError):
    """A resource stands in a pack once."""

    message = _("这个资源已经在这个资源包里了")


class TooMany(PackError):
    """A pack is to be looked through in a lesson."""

    message = _("一个资源包最多放 60 个资源，请再建一个")


class AttachedAlready(PackError):
    """Once is enough."""

    message = _("已经放到这里了")


class WrongDays(PackError):
    """The last day comes before the first, or is over."""

    message = _("结束的日子不能早于开始，也不能已经过去")


class LessonOver(PackError):
    """What was used in a lesson is what was used."""

    message = _("这节课已经上过了，放过的资源包留作记录")


class ItemUnknown(PackError):
    """It was taken out of the pack, or its resource is there no more."""

    message = _("这个资源已经不在资源包里")
