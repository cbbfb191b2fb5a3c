"""Refusals of connect, in words for the person who sees them."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from lantian.kernel.rules import Text


class ConnectError(Exception):
    """Base of this app's refusals; `message` is a sentence for the user, `field` the form field it is about."""

    message: "Text" = _("操作没有完成。")
    field: str = ""

    def __init__(self, message: "Text | None" = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(str(self.message))


class OutsideOwnUnit(ConnectError):
    message = _("只能开放自己管辖的单位。")
    field = "units"


class NothingOpened(ConnectError):
    message = _("请至少选择一项开放的内容。")
    field = "scopes"


class AlreadyOver(ConnectError):
    message = _("到期日必须在今天以后。")
    field = "expires_on"


class NoReason(ConnectError):
    message = _("开放证件号和联系方式，请写明用途。")
    field = "purpose"
