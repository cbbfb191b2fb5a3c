"""Forms of signing in and of one's own account."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from lantian.people.identity.engine.names import normalise_login
from lantian.people.identity.enums import AccountKind
from lantian.people.identity.services.sign_in import SCREEN_SESSION_SECONDS


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth is untyped
    """User name, phone or student number, and a password or activation code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("用户名、手机号或学籍号"),
            max_length=80,
            widget=forms.TextInput(
                attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
            ),
            error_messages={"required": _("请填写登录名")},
        )
        self.fields["password"] = forms.CharField(
            label=_("密码"),
            help_text=_("第一次登录请填写学校发给您的激活码。"),
            max_length=256,
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
            error_messages={"required": _("请填写密码")},
        )
        self.fields["remember"] = forms.BooleanField(
            label=_("这是我自己的设备，本学期保持登录"), required=False, help_text=_("学校机房等公用电脑请不要勾选。")
        )
        self.order_fields(["login", "password", "remember"])

    def clean_login(self) -> str:
        return normalise_login(self.cleaned_data["login"])

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError as error:
            raise self._in_our_words(error) from error
        return cleaned

    def _in_our_words(self, error: ValidationError) -> ValidationError:
        if error.code == "busy":
            return error
        if error.code == "too_many_login_attempts":
            return ValidationError(_("连续多次密码不对，这个登录名请五分钟后再试。"), code=error.code)
        return ValidationError(
            _("登录名或密码不对。忘记密码请找班主任或学校信息管理员重置。"), code="username_password_mismatch"
        )

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        response: HttpResponse = super().login(request, redirect_url=redirect_url)
        if getattr(self.user, "kind", "") == AccountKind.CLASS_SCREEN:
            request.session.set_expiry(SCREEN_SESSION_SECONDS)  # a screen is nobody's own device, and stays signed in
        if self.user and getattr(self.user, "language", ""):
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                self.user.language,
                max_age=365 * 24 * 3600,
                samesite="Lax",
                secure=request.is_secure(),
            )
        return response


class ForgottenForm(forms.Form):
    """Who has forgotten the password."""

    login = forms.CharField(
        label=_("用户名、手机号或学籍号"),
        max_length=80,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
        error_messages={"required": _("请填写登录名")},
    )

    def clean_login(self) -> str:
        return normalise_login(self.cleaned_data["login"])


class CodeForm(forms.Form):
    """The code from the text message."""

    code = forms.CharField(
        label=_("短信验证码"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class NewPasswordForm(forms.Form):
    """A new password, typed twice; its strength is judged by the service."""

    password = forms.CharField(
        label=_("新密码"),
        help_text=_("至少 8 个字符，不能全是数字，不要用常见的密码，也不要用自己的姓名或号码。"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再输一遍新密码"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("password") and cleaned.get("again") and cleaned["password"] != cleaned["again"]:
            self.add_error("again", _("两次输入的密码不一样。"))
        return cleaned


class ChangePasswordForm(NewPasswordForm):
    current = forms.CharField(
        label=_("现在的密码"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["current", "password", "again"]
