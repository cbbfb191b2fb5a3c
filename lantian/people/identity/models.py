"""Accounts and the names one signs in with."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from lantian.kernel.fields import ChoiceField
from lantian.people.identity.enums import AccountKind, LoginKind


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(username__iexact=username)


class Account(AbstractBaseUser):
    """One account for life: a person's, or a class screen's bound to a room. Who the person is, the roster knows."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = ChoiceField(max_length=12, choices=AccountKind, default=AccountKind.PERSON)
    username = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=80, blank=True)
    must_set_password = models.BooleanField(default=True)
    code_expires_at = models.DateTimeField(null=True, blank=True, help_text="until when the activation code is good")
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = AccountManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("username"), name="account_username_nocase")]

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return str(self)


class LoginName(models.Model):
    """One way to name an account when signing in. Only a blind index is kept: a phone number cannot be read from here."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="login_names")
    kind = ChoiceField(max_length=16, choices=LoginKind)
    index = models.BinaryField(max_length=32, unique=True)
    hint = models.CharField(max_length=32, blank=True, help_text="masked, such as 138****0001")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "kind", "index"], name="login_name_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.hint}"


class RecoveryCode(models.Model):
    """A code sent to the holder's phone, good for some minutes and a few tries. Only a keyed hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="recovery_codes")
    index = models.BinaryField(max_length=32)
    tries_left = models.PositiveSmallIntegerField(default=5)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["account", "-created_at"], name="recovery_code_account")]

    def __str__(self) -> str:
        return f"{self.account_id} until {self.expires_at}"
