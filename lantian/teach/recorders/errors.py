"""What can go wrong with recorders, each with a sentence for the user."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal


class RecorderError(Refusal):
    """Base of this app's faults."""

    message = _("没有办成")


class RoomTaken(RecorderError):
    """A room has one recorder."""

    message = _("这间教室已经有一台录播设备了")
    field = "room"


class BadAddress(RecorderError):
    """An address that no camera has."""

    message = _("地址应以 rtsp:// 或 rtsps:// 开头，并写明设备的地址")
    field = "address"
