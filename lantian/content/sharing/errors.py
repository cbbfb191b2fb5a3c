"""What can go wrong with sharing, each with a sentence for the user."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal


class SharingError(Refusal):
    """Base of this app's faults."""

    message = _("没有办成")


class NoRoot(SharingError):
    """The operator has set no folder to import from."""

    message = _("还没有设置可以导入的目录（LANTIAN_IMPORT_ROOT）")


class PlaceRefused(SharingError):
    """A path that leads out of the folder, by a link, or to no file."""

    message = _("这个目录或文件不能用")


class SheetUnfit(SharingError):
    """The spreadsheet cannot be read; the message says why."""

    message = _("这张表读不出来")


class NotReady(SharingError):
    """It was decided or went on in the meantime."""

    message = _("这一批已经在办或办完了")


class MappingIncomplete(SharingError):
    """Columns are missing without which nothing can be imported."""

    message = _("还缺必要的列")


class AddressRefused(SharingError):
    """An address that is not asked: not http, or within somebody's own network."""

    message = _("这个地址不能用")


class Unreachable(SharingError):
    """The other side does not answer, or not as the protocol says."""

    message = _("对方没有应答")


class AlreadyRunning(SharingError):
    """One harvest of a source at a time."""

    message = _("正在采集，请等它办完")


class CartridgeUnfit(SharingError):
    """The cartridge cannot be read; the message says why."""

    message = _("这个课程包读不出来")
