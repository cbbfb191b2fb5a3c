"""Write the audit trail and the outbox."""

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from lantian.kernel import jobs
from lantian.kernel.events import EVENTS, RECEIVERS, TOGETHER, Event
from lantian.kernel.holdings import Subject, renamed
from lantian.kernel.journal import queries
from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.retention import Line, RetentionRule
from lantian.kernel.rules import Actor

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from lantian.kernel.rules import Text

BATCH = 1000  # rows a statement
FEW, TOGETHER_MOST = 20, 100  # events of one job, where more than a few were published together


def plain(data: Any) -> Any:
    """Dates, decimals, UUIDs and lazy texts as JSON values."""
    return json.loads(json.dumps(data, cls=DjangoJSONEncoder))


def _about(
    action: str,
    object_type: str,
    object_id: UUID,
    by: Actor,
    data: dict[str, Any],
    people: Iterable[UUID] | None = None,
) -> JournalEntry:
    return JournalEntry(
        action=action,
        object_type=object_type,
        object_id=object_id,
        actor_kind=str(by.kind),
        account_id=by.account_id,
        person_id=by.person_id,
        actor_name=by.name[:80],
        role=by.role,
        organization_id=by.grant.organization_id if by.grant else by.organization_id,
        data=data,
        people=list(people) if people else None,
    )


def _entry(
    action: str, obj: models.Model, by: Actor, data: dict[str, Any], people: Iterable[UUID] | None = None
) -> JournalEntry:
    return _about(action, obj._meta.label_lower, obj.pk, by, data, people)


def record(
    action: str, obj: models.Model, *, by: Actor, people: Iterable[UUID] | None = None, **data: Any
) -> JournalEntry:
    """Write an audit row about `obj` in the running transaction. Never put a sealed value in `data`.

    `people`: ids of persons other than `obj` whose names are in `data`, so that erasing one of them finds the row.
    """
    entry = _entry(action, obj, by, plain(data), people)
    entry.save(force_insert=True)
    return entry


def note(action: str, object_type: str, object_id: UUID, *, by: Actor, **data: Any) -> JournalEntry:
    """`record` about something that is no row of ours, such as a list that was taken out."""
    entry = _about(action, object_type, object_id, by, plain(data))
    entry.save(force_insert=True)
    return entry


def record_many(action: str, objects: Iterable[models.Model], *, by: Actor, **data: Any) -> None:
    """Write the same audit row about each of many things of one model, for imports; one statement, whatever their number."""
    rows = list(objects)
    if not rows:
        return
    model = type(rows[0])
    ids = [row.pk for row in rows]
    _write_from(action, model, "listed.id", "unnest(%s::uuid[]) AS listed (id)", by=by, data=data, source_params=[ids])


def record_from(
    action: str,
    model: type[models.Model],
    what: str,
    source: str,
    *,
    by: Actor,
    data_sql: str = "",
    people_sql: str = "NULL::uuid[]",
    **data: Any,
) -> int:
    """Write an audit row about each thing that a query of ours finds: `what` is the id's expression, `source` what stands after
    FROM, `data_sql` an expression of jsonb over the same rows (instead of `data`), `people_sql` one of uuid[] (see `record`).
    One statement for any number; returns it.
    """
    return _write_from(action, model, what, source, by=by, data=data, data_sql=data_sql, people_sql=people_sql)


def _write_from(
    action: str,
    model: type[models.Model],
    what: str,
    source: str,
    *,
    by: Actor,
    data: dict[str, Any],
    data_sql: str = "",
    people_sql: str = "NULL::uuid[]",
    source_params: Sequence[Any] = (),
) -> int:
    entry = _entry(action, model(), by, plain(data))
    fixed: dict[str, Any] = {
        str(field.column): getattr(entry, field.attname) for field in JournalEntry._meta.concrete_fields
    }
    for name in ("id", "object_id", "data", "people"):
        del fixed[name]
    names = list(fixed)
    expression = data_sql or "%s::jsonb"
    sql = (
        f"INSERT INTO journal_journalentry (id, object_id, data, people, {', '.join(names)})"  # noqa: S608 - names of our own
        f" SELECT lantian_new_id(), {what}, {expression}, {people_sql}, {', '.join(['%s'] * len(names))} FROM {source}"
    )
    values = [*(fixed[name] for name in names), *source_params]
    with connection.cursor() as cursor:
        cursor.execute(sql, values if data_sql else [json.dumps(entry.data), *values])
        return int(cursor.rowcount)


def store_events(facts: Sequence[Event]) -> None:
    """Put published events into the outbox, and jobs for their receivers beside them, in the running transaction: one for each
    event, and one for a hundred where many came together.
    """
    for start in range(0, len(facts), BATCH):
        rows = OutboxEvent.objects.bulk_create([_stored(fact) for fact in facts[start : start + BATCH]])
        waiting = [row.sequence for row in rows if RECEIVERS.get(row.name)]
        if len(waiting) <= FEW:
            jobs.enqueue_many("journal.deliver", [{"sequence": sequence} for sequence in waiting])
        else:
            parts = range(0, len(waiting), TOGETHER_MOST)
            jobs.enqueue_many("journal.deliver_many", [{"sequences": waiting[at : at + TOGETHER_MOST]} for at in parts])


def _stored(fact: Event) -> OutboxEvent:
    return OutboxEvent(
        id=fact.id,
        name=fact.name,
        verb=fact.verb,
        actor_id=fact.actor_id,
        actor_kind=fact.actor_kind,
        object_type=fact.object_type,
        object_id=fact.object_id,
        organization_id=fact.organization_id,
        result=plain(dict(fact.result)),
        context=plain(dict(fact.context)),
        extras=plain(fact.extras()),
        occurred_at=fact.occurred_at,
    )


def restore_event(row: OutboxEvent) -> Event:
    """The event as it was published; extra fields come back as JSON values, ids among them as UUID."""
    cls = EVENTS[row.name]
    base = {f.name for f in dataclasses.fields(Event)} - {"id"}
    values = {name: getattr(row, name) for name in base}
    types = {f.name: f.type for f in dataclasses.fields(cls)}
    extras = {key: _uuid_if_meant(types.get(key), value) for key, value in row.extras.items()}
    return cls(id=row.id, **values, **extras)


def _uuid_if_meant(declared: Any, value: Any) -> Any:
    wants_uuid = declared in (UUID, UUID | None) or "UUID" in str(declared)
    return UUID(value) if wants_uuid and isinstance(value, str) else value


def deliver(sequence: int) -> int:
    """Hand an event to each receiver that has not had it; each in a transaction of its own. Returns how many ran.

    An error of one receiver does not keep the others from theirs; it is raised at the end, so that the job is tried again.
    """
    return _deliver([OutboxEvent.objects.get(sequence=sequence)])


def deliver_many(sequences: Sequence[int]) -> int:
    """`deliver` for many events, in their order. Receivers of one get each in a transaction of its own, receivers of many
    (`events.receiver_of_many`) all that they have not had in one. Returns how often one ran.
    """
    rows = list(OutboxEvent.objects.filter(sequence__in=list(sequences)).order_by("sequence"))
    by_name: dict[str, list[OutboxEvent]] = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row)
    ran, failed = 0, None
    for found in by_name.values():
        try:
            ran += _deliver(found)
        except Exception as error:  # noqa: BLE001 - as in `_deliver`
            failed = error
    if failed:
        raise failed
    return ran


def _deliver(rows: Sequence[OutboxEvent]) -> int:
    """Events of one name to their receivers."""
    facts = {row.sequence: restore_event(row) for row in rows}
    ran, failed = 0, None
    for key, function in RECEIVERS.get(rows[0].name, {}).items():
        parts = [list(facts)] if key in TOGETHER else [[sequence] for sequence in facts]
        for part in parts:
            try:
                with transaction.atomic():
                    fresh = [facts[sequence] for sequence in _claimed(part, key)]
                    if fresh:
                        function(fresh if key in TOGETHER else fresh[0])
                        ran += 1
            except Exception as error:  # noqa: BLE001 - whatever one receiver raises, the others still get theirs
                failed = error
    if failed:
        raise failed
    return ran


_CLAIM = """
    INSERT INTO journal_delivery (event_id, receiver, delivered_at) SELECT listed, %s, now() FROM unnest(%s::bigint[]) AS listed
    ON CONFLICT DO NOTHING RETURNING event_id
"""


def _claimed(sequences: Sequence[int], receiver: str) -> list[int]:
    """Those that the receiver has not had, which it has from now on, if the transaction commits. In their order."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [receiver, sorted(sequences)])
        return sorted(row[0] for row in cursor.fetchall())


# What stays in a row about somebody who was erased: codes, ids, numbers, days and names of units. All else is about the person,
# or was typed by people, who write down anything.
KEPT = frozenset(
    {
        "changed", "what", "role", "organization", "version", "way", "kind", "count", "school_year", "classes", "graduated",
        "valid_from", "valid_to", "ended_on", "to", "source", "target", "login_names", "sessions_ended", "rule", "ground",
    }
)  # fmt: skip


def redact(subject: Subject) -> int:
    """Take a person's name out of the trail; acts, ids, roles and times stay. Returns the number of rows that changed.

    What they did is from now on done by the pseudonym. In rows about them only `KEPT` stays. In rows about others (`people` and
    their relatives) the name gives way to the pseudonym.
    """
    changed = JournalEntry.objects.filter(person_id__in=subject.person_ids).update(actor_name=subject.pseudonym)
    changed += JournalEntry.objects.filter(queries.by_account(subject)).update(actor_name=subject.pseudonym)
    about = JournalEntry.objects.filter(queries.about(subject)).only("data")
    changed += _rewrite(about.iterator(chunk_size=1000), _bare)
    named = JournalEntry.objects.filter(queries.naming(subject)).only("data")
    return changed + _rewrite(named.iterator(chunk_size=1000), lambda data: renamed(data, subject))


def _rewrite(rows: Iterator[JournalEntry], change: Any) -> int:
    touched = []
    for row in rows:
        data = change(row.data)
        if data != row.data:
            row.data = data
            touched.append(row)
    JournalEntry.objects.bulk_update(touched, ["data"], batch_size=500)
    return len(touched)


def _bare(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key in KEPT or key.endswith("_id")}


def forget(actions: Iterable[str], *, before: datetime) -> int:
    """Delete rows of some actions that are older than their time of keeping; returns how many."""
    rows = JournalEntry.objects.filter(action__in=list(actions), at__lt=before)
    return int(rows._raw_delete(rows.db))  # no signals and no keys hang on them: one statement


def journal_rule(
    title: "Text", basis: "Text", words: "dict[str, Text]", *, unit: str, usual: int, least: int, most: int
) -> RetentionRule:
    """The time of keeping of rows of some actions (their names and what people call them); its limits as in RetentionRule."""

    def rows(before: datetime) -> "QuerySet[JournalEntry]":
        return JournalEntry.objects.filter(action__in=list(words), at__lt=before)

    def sample(before: datetime, most: int) -> list[Line]:
        found = rows(before).order_by("at").values_list("action", "at")[:most]
        return [Line(str(words[action]), at) for action, at in found]

    return RetentionRule(
        title,
        _("删除整条记录。"),
        basis,
        unit,
        usual,
        least,
        most,
        count=lambda before: rows(before).count(),
        sample=sample,
        let_go=lambda before: forget(words, before=before),
    )
