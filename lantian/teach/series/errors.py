"""What can go wrong with a series, each with a sentence for the user."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal


class SeriesError(Refusal):
    """Base of this app's faults."""

    message = _("没有办成")


class SeriesEmpty(SeriesError):
    """A series is published with lessons in it."""

    message = _("还没有课，先把课放进来再发布")


class LessonNotOpen(SeriesError):
    """A series for everybody takes open lessons only: it opens no lesson by itself."""

    message = _("这节课没有公开，放不进谁都可以看的系列。可以换一节公开课，或把系列改成只给本地区或联盟看")


class LessonIsRehearsal(SeriesError):
    """What is for staff alone is in no series."""

    message = _("试讲只给老师看，放不进系列")


class LessonThere(SeriesError):
    """A lesson stands in a series once."""

    message = _("这节课已经在这个系列里")


class TooManyLessons(SeriesError):
    """Longer than anybody follows."""

    message = _("一个系列最多 100 节课")


class AudienceUnknown(SeriesError):
    """A region or an alliance was to be said."""

    message = _("请选择给哪个地区或哪个联盟看")


class BadCover(SeriesError):
    """Not a picture that we take."""

    message = _("封面要是 5 MB 以内的图片（PNG、JPEG、WebP）")
