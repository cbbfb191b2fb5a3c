"""What can go wrong around a live lesson: a stable `code` for pages and a sentence for people."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal


class LiveError(Refusal):
    """Base. `status` is the HTTP status a page answers with, `code` goes over the wire."""

    code = "live"
    status = 409
    message = _("直播服务出错")


class Outdated(LiveError):
    """Another live process has the session by now: whoever says something of it under an older term is not heard."""

    code = "moved"
    message = _("这节课已由另一台直播服务接着进行")


class NoSuchNode(LiveError):
    code = "unknown_node"
    status = 404
    message = _("没有这台直播服务")


class TooEarly(LiveError):
    code = "too_early"
    message = _("还没有到可以开播的时间")


class TooLate(LiveError):
    code = "too_late"
    message = _("这节课的时间已经过去，不能再开播")


class LessonCancelled(LiveError):
    code = "cancelled"
    message = _("这节课已取消")


class LessonOver(LiveError):
    code = "ended"
    message = _("这节课已经结束")


class NoRoom(LiveError):
    code = "disk_full"
    status = 507
    message = _("服务器存储空间不足，暂时不能开始新的直播。请联系平台管理员")


class Busy(LiveError):
    code = "busy"
    message = _("这节课正在另一处开播，请稍后再试")


class CannotExtend(LiveError):
    """Somebody is needed elsewhere, or the lesson does not run."""

    code = "cannot_extend"
    message = _("这节课不能延长")


class BadUpload(LiveError):
    """The file is not what we take, or looks hostile."""

    code = "bad_file"
    status = 400
    message = _("这个文件不能使用")


class TooManyPolls(LiveError):
    code = "too_many_polls"
    message = _("一节课最多备三十个问题")


class TooManyWords(LiveError):
    code = "too_many_words"
    message = _("一个单位最多加三百个词")


class BadTicket(LiveError):
    """A ticket that is torn, forged, expired or of another session."""

    code = "forbidden"
    status = 403
    message = _("入场凭证无效，请刷新页面")
