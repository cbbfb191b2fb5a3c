"""What can go wrong with a recording, each with a sentence for the user."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal


class RecordingError(Refusal):
    """Base of this app's faults."""

    message = _("没有办成")


class RecordingGone(RecordingError):
    """Its files were deleted when their time was over."""

    message = _("这段录像的保留期已过，画面和声音已经删除")


class StillLive(RecordingError):
    """The lesson's files are not finished yet."""

    message = _("这节课刚下，录像还在收尾，请过一会儿再来")


class BadCut(RecordingError):
    """Nothing would be left."""

    message = _("开头要在结尾之前，剪完至少留下几秒钟")


class AudienceUnknown(RecordingError):
    """A region was to be said, or the lesson has no alliance."""

    message = _("请选择给哪个地区看")


class NoAlliance(RecordingError):
    """It was not given in an alliance."""

    message = _("这节课不属于任何联盟，请选择别的范围")


class IsRehearsal(RecordingError):
    """What is for staff alone is published to nobody."""

    message = _("试讲只给本校老师看，不能发布")
