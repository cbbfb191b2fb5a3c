"""What can go wrong around a live lesson: a stable `code` for pages and a sentence for people."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from lantian.kernel.rules import Text


class LiveError(Exception):
    """Base. `status` is the HTTP status a page answers with."""

    code = "live"
    status = 409
    message: "Text" = _("直播服务出错")

    def __init__(self, message: "Text | None" = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(str(self.message))


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


class BadUpload(LiveError):
    """The file is not what we take, or looks hostile."""

    code = "bad_file"
    status = 400
    message = _("这个文件不能使用")


class BadTicket(LiveError):
    """A ticket that is torn, forged, expired or of another session."""

    code = "forbidden"
    status = 403
    message = _("入场凭证无效，请刷新页面")
