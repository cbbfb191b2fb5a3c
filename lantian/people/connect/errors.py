"""Refusals of connect, in words for the person who sees them."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal

if TYPE_CHECKING:
    from lantian.kernel.rules import Text


class ConnectError(Refusal):
    """Base of this app's refusals."""


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
    message = _("开放证件号和联系方式，或者统一替师生同意，请写明用途。")
    field = "purpose"


class NoAddress(ConnectError):
    message = _("统一登录要登记登录后返回的地址。")
    field = "redirect_uris"


class BadAddress(ConnectError):
    """`fault` says what is wrong with which address."""

    field = "redirect_uris"

    def __init__(self, address: str, fault: "Text") -> None:
        super().__init__(_("%(address)s：%(fault)s") % {"address": address[:80], "fault": fault})


class NoKind(ConnectError):
    message = _("请至少选择一种用途。")
    field = "kinds"


class PublicReadsNothing(ConnectError):
    message = _("手机应用和纯网页应用藏不住密钥，不能读取名册；读取名册请另外登记一个。")
    field = "kinds"


class HasNoSecret(ConnectError):
    message = _("这个软件没有密钥：手机应用和纯网页应用用一次性校验码代替。")


class NotSignedOn(ConnectError):
    message = _("您没有同意过这个软件。")
