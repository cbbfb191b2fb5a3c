"""Registered software of others: who it is, what of the region it may have, how much it has asked for, who signed on to it."""

from datetime import date
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from lantian.people.connect.enums import Kind, Scope, SignOnScope


class Client(models.Model):
    """A piece of software that was let in by an officer: for which units, what of them, until when.

    What the protocol needs (identifier, hashed secret, scopes, tokens) is allauth's client beside it. `organization` answers for
    the client; `units` are the roots of what it may have, all within it.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    oidc = models.OneToOneField("allauth_idp_oidc.Client", models.CASCADE, related_name="registration")
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="clients")
    units = models.ManyToManyField("roster.Organization", related_name="+")
    name = models.CharField(max_length=80)
    purpose = models.CharField(max_length=300, blank=True)
    may_have_sensitive = models.BooleanField(default=False, help_text="phone, citizen ID and student number in clear")
    approved = models.BooleanField(default=False, help_text="the bureau or school decided for its pupils and staff")
    is_active = models.BooleanField(default=True)
    expires_on = models.DateField(null=True, blank=True, help_text="last day")
    last_used_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey("roster.Person", models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["organization", "-created_at"], name="client_organization")]

    def __str__(self) -> str:
        return self.name

    @property
    def kinds(self) -> list[str]:
        """What it is let in for (Kind values); a stopped client's as they were."""
        scopes = set(self.oidc.get_scopes())
        found = [Kind.DATA] if scopes & set(Scope.values) else []
        return [str(kind) for kind in ([*found, Kind.SIGN_ON] if SignOnScope.OPENID in scopes else found)]

    @property
    def is_public(self) -> bool:
        """Whether it keeps no secret: an app on a phone, or one that is all in the browser."""
        return str(self.oidc.type) == "public"

    def is_live(self, today: date) -> bool:
        return self.is_active and not self.is_over(today)

    def is_over(self, today: date) -> bool:
        return self.expires_on is not None and self.expires_on < today


class ClientUse(models.Model):
    """How often a client asked within one minute: its log, and what its limit is measured by."""

    id = models.BigAutoField(primary_key=True)
    client = models.ForeignKey(Client, models.CASCADE, related_name="uses")
    minute = models.DateTimeField()
    requests = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "minute"], name="client_use_once")]

    def __str__(self) -> str:
        return f"{self.client_id} {self.minute:%Y-%m-%d %H:%M}"


class SignOn(models.Model):
    """One account and one client: what the person agreed to hand over, and how often they signed on."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    client = models.ForeignKey(Client, models.CASCADE, related_name="sign_ons")
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="sign_ons")
    agreed = ArrayField(
        models.CharField(max_length=40), default=list, help_text="scopes; empty: never asked, or withdrawn"
    )
    agreed_at = models.DateTimeField(null=True, blank=True)
    handed = ArrayField(models.CharField(max_length=40), default=list, help_text="scopes of the last sign-on")
    times = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, help_text="taken back: asked anew, whoever decided for them"
    )

    class Meta:
        indexes = [models.Index(fields=["client", "-last_at"], name="sign_on_client")]
        constraints = [models.UniqueConstraint(fields=["client", "account"], name="sign_on_once")]

    def __str__(self) -> str:
        return f"{self.account_id} → {self.client_id}"


class SpentToken(models.Model):
    """A refresh token that was used. Whoever comes with it again has a copy, and nobody knows which of the two is the thief.

    `digest` is the token's as allauth keeps it; `family` names all tokens that came of one sign-on (in their `data`).
    """

    digest = models.CharField(max_length=255, primary_key=True)
    client = models.ForeignKey(Client, models.CASCADE, related_name="+")
    family = models.UUIDField()
    expires_at = models.DateTimeField(help_text="when the token would have run out by itself")

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="spent_token_age")]

    def __str__(self) -> str:
        return f"{self.client_id} {self.family}"
