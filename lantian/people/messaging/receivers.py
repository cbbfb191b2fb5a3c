"""What the roster's facts mean for those concerned: roles given, ending, ended, taken back; and whose a browser is."""

from typing import Any
from uuid import UUID

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantian.people.messaging import services
from lantian.people.messaging.engine.audience import Audience
from lantian.people.messaging.enums import DEVICE_COOKIE, Category
from lantian.people.messaging.queries.kinds import Facts, Kind, Telling, day_words
from lantian.people.messaging.services.telling import subscribe
from lantian.people.roster import queries as roster
from lantian.people.roster.events import GrantExpired, GrantExpiring, GrantGiven, GrantRevoked


def _about_grant(fact: Any) -> Telling | None:
    """To the holder; None when the unit is gone."""
    unit = roster.organizations_known([fact.organization_id]).first()
    if unit is None or fact.person_id is None:
        return None
    return Telling(
        audience=Audience.of(people=[fact.person_id]),
        facts={"role": fact.role, "unit": str(unit), "last": getattr(fact, "valid_to", None)},
        subject=f"grant:{fact.object_id}",
        link=reverse("roster_me"),
        organization_id=unit.pk,
    )


def _grant_words(facts: Facts) -> Facts:
    return {"role": roster.role_name(facts["role"]), "unit": facts["unit"], "last": day_words(facts["last"])}


for key, event, title, body in (
    (
        "roster.grant_given",
        GrantGiven,
        _("您有了新的职务：%(role)s"),
        _("您在%(unit)s担任%(role)s。在页面左下角切换身份后，就能办理这个职务的事。"),
    ),
    (
        "roster.grant_expiring",
        GrantExpiring,
        _("您的职务快到期了：%(role)s"),
        _("您在%(unit)s的%(role)s职务到%(last)s为止。需要继续的，请上级延长。"),
    ),
    (
        "roster.grant_expired",
        GrantExpired,
        _("您的职务已到期：%(role)s"),
        _("您在%(unit)s的%(role)s职务已经到期，相应的权限也随之结束。"),
    ),
    (
        "roster.grant_revoked",
        GrantRevoked,
        _("您的职务已结束：%(role)s"),
        _("您在%(unit)s的%(role)s职务已由上级收回，相应的权限也随之结束。"),
    ),
):
    subscribe(
        Kind(
            key=key,
            event=event,
            category=Category.ROSTER,
            title=title,
            body=body,
            tell=_about_grant,
            words=_grant_words,
        )
    )


@receiver(user_logged_in, dispatch_uid="messaging.device_in")
@receiver(user_logged_out, dispatch_uid="messaging.device_out")
def _sits_down(signal: Any, request: HttpRequest | None, user: Any, **_more: Any) -> None:
    """On a computer of many, nobody is shown what is told to the one before: the browser forgets whoever signs out, and at the
    latest when the next one signs in."""
    known = request.get_signed_cookie(DEVICE_COOKIE, default=None) if request else None
    if known:
        services.pass_device_on(UUID(known), to=user.pk if signal is user_logged_in else None)
