"""How long things are kept: set by an officer within the limits, applied every night."""

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.retention import RETENTION
from lantian.kernel.rules import SYSTEM, Actor, require
from lantian.people.privacy import events
from lantian.people.privacy.errors import OutsideLimits, WhyNeeded
from lantian.people.privacy.models import RetentionPeriod, RetentionRun
from lantian.people.privacy.queries.retention import kept_kinds, span_words
from lantian.people.privacy.rules import may_set_retention
from lantian.people.roster import queries as roster

log = structlog.get_logger("privacy")
MIN_REASON = 4


@transaction.atomic
def set_retention(key: str, *, amount: int, reason: str, by: Actor) -> RetentionPeriod:
    """Keep a kind of thing for `amount` of its unit from tonight on, everywhere.

    Raises Denied, OutsideLimits, WhyNeeded; KeyError for an unknown kind, ValueError for one that is set elsewhere.
    """
    require(may_set_retention, by)
    rule = RETENTION[key]
    if rule.fixed is not None:
        raise ValueError(key)
    if not rule.least <= amount <= rule.most:
        words = {"least": span_words(rule, rule.least), "most": span_words(rule, rule.most)}
        raise OutsideLimits(_("最短 %(least)s，最长 %(most)s。") % words)
    if len(reason.strip()) < MIN_REASON:
        raise WhyNeeded
    row, _made = RetentionPeriod.objects.update_or_create(
        key=key,
        defaults={
            "amount": amount,
            "reason": reason.strip()[:200],
            "set_by_id": by.person_id,
            "set_at": timezone.now(),
        },
    )
    if by.grant is not None:
        unit = roster.organizations_visible_to(SYSTEM).get(pk=by.grant.organization_id)
        journal.record("privacy.retention_set", unit, by=by, kind=key, count=amount, reason=row.reason)
        publish(events.RetentionSet(object_id=unit.pk, organization_id=unit.pk, key=key, amount=amount, **acted_by(by)))
    return row


def apply_retention() -> dict[str, int]:
    """Let go of what has been kept long enough, kind by kind. Returns how much went of each.

    An error of one kind does not keep the others from theirs; it is raised at the end.
    """
    gone: dict[str, int] = {}
    failed: Exception | None = None
    for kind in kept_kinds():
        if kind.before is None or not kind.due:
            continue
        try:
            gone[kind.key] = kind.rule.let_go(kind.before)
        except Exception as error:
            log.exception("retention_failed", key=kind.key)
            failed = error
            continue
        RetentionRun.objects.create(key=kind.key, before=kind.before, gone=gone[kind.key])
    if failed:
        raise failed
    return gone
