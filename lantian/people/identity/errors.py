"""What can go wrong with accounts, in words for the person who sees it."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal


class IdentityError(Refusal):
    """Base of this app's faults."""

    message = _("账号操作没有完成。")


class LoginNameTaken(IdentityError):
    """Another account signs in with this name already. `kind` is a LoginKind; the name itself is not repeated."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        words = {
            "phone": _("这个手机号已经是另一个账号的登录名。"),
            "student_number": _("这个学籍号已经是另一个账号的登录名。"),
        }
        super().__init__(words.get(kind, _("这个用户名已经有人使用，请换一个。")))


class BadLoginName(IdentityError):
    """The name cannot be used for signing in."""

    message = _("登录名只能由 3 到 64 个字母、数字、点、横线或下划线组成。")


class TooManySignIns(ValidationError):
    """Passwords are being checked as fast as is good for the pages; a ValidationError, so that forms show it as it is."""

    def __init__(self) -> None:
        super().__init__(_("现在登录的人很多，请等几秒再按一次“登录”。您填写的内容没有丢失。"), code="busy")


class WrongPassword(IdentityError):
    message = _("现在的密码不对。")


class LinkedElsewhere(IdentityError):
    message = _("那个账号已经关联到这里的另一个账号，没有改动。如果那不是您本人，请告诉学校信息管理员。")


class AlreadyLinked(IdentityError):
    message = _("您的账号已经关联了一个外部账号，请先解除再关联新的。")


class NotLinked(IdentityError):
    message = _("没有关联的账号。")


class NotConfirmed(IdentityError):
    message = _("离确认本人过去太久了，没有关联。请再来一次。")


class AlreadySet(IdentityError):
    message = _("这个账号已经设过密码。")


class RecoveryCodeWrong(IdentityError):
    """Also for accounts that do not exist: nothing more exact is ever said."""

    message = _("验证码不对，或者已经过期。请核对短信，或重新发送。")


class TextNotSent(Exception):
    """The service for text messages did not take one; the job tries again."""
