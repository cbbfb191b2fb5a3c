"""Set-based verbs for imports of any size: a caller fills temporary tables of the roster's own shape, these write them.

    with bulk.tables():                      # inside the caller's transaction; gone at its end
        ... COPY or INSERT … SELECT into bulk_class, bulk_person, bulk_membership …
        bulk.write_classes(by=actor)
        with bulk.reading_names() as names:  # a thread reads pinyin; whatever needs no names may be done here
            bulk.write_people(by=actor, names=names)
        bulk.write_memberships(by=actor)

The larger two of these tables have no key while they are filled: `key("bulk_person")` gives them one, when they are (it sorts
once instead of finding a place for each row, and tells the planner how many there are); `fill` does both. Fill `bulk_person` in
the order of ids when there are very many: they are written as they lie there, and each of the larger indexes then grows at its
end.

A null in a `bulk_*` row says nothing: what is known stays (a membership's `valid_to` excepted, where `says_end` speaks). Each
verb asks the actor's rule for every unit it touches, writes a journal row per thing with one statement, and publishes one event.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from lantian.kernel.events import Event, acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, Denied, Verdict, require
from lantian.people.identity.errors import LoginNameTaken
from lantian.people.roster import events
from lantian.people.roster.engine.names import initials, search_text, sort_key
from lantian.people.roster.enums import EndReason
from lantian.people.roster.errors import ChangedMeanwhile
from lantian.people.roster.models import ClassGroup, Guardianship, Organization, Person
from lantian.people.roster.rules import (
    may_bind_guardian,
    may_deactivate_organization,
    may_manage_classes,
    may_manage_people,
    may_update_person,
)
from lantian.people.roster.rules.managing import manages
from lantian.people.roster.services.people import follow_account

SEALED = ("phone", "citizen_id", "student_number")
_SEALED = ", ".join(f"{name} bytea, {name}_index bytea" for name in SEALED)
_TABLES = f"""
    CREATE TEMP TABLE bulk_class (
        id uuid PRIMARY KEY, created boolean, organization_id uuid, kind text, stage text, grade int, number int, name text,
        entry_year int
    ) ON COMMIT DROP;
    CREATE TEMP TABLE bulk_person (
        id uuid NOT NULL, created boolean, name text, gender text, birth_date date, organization_id uuid, {_SEALED}
    ) ON COMMIT DROP;
    CREATE TEMP TABLE bulk_name (raw text, name text, sort_key text, initials text, search_text text) ON COMMIT DROP;
    CREATE TEMP TABLE bulk_membership (
        id uuid NOT NULL, created boolean, person_id uuid, organization_id uuid, class_group_id uuid, role text, subject text,
        valid_from date, valid_to date, says_end boolean, end_reason text
    ) ON COMMIT DROP;
    CREATE TEMP TABLE bulk_tie (guardian_id uuid, student_id uuid, relation text, PRIMARY KEY (guardian_id, student_id))
        ON COMMIT DROP;
    CREATE TEMP TABLE bulk_end (id uuid PRIMARY KEY) ON COMMIT DROP;
"""
NAMES = ("bulk_class", "bulk_person", "bulk_name", "bulk_membership", "bulk_tie", "bulk_end")


def _run(sql: str, params: "Sequence[Any] | dict[str, Any]" = ()) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return int(cursor.rowcount)


def _ids(sql: str, params: "Sequence[Any]" = ()) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return [row[0] for row in cursor.fetchall() if row[0] is not None]


@contextmanager
def tables() -> Iterator[None]:
    """Make the temporary tables for the running transaction; a clash with what somebody else wrote is ChangedMeanwhile."""
    with transaction.atomic():
        _run(_TABLES)
        try:
            yield
        except IntegrityError as error:
            raise ChangedMeanwhile from error
        for name in NAMES:
            _run(f"DROP TABLE {name}")


def key(table: str) -> None:
    """`bulk_person` or `bulk_membership` is filled, each id once. Raises IntegrityError; `tables` makes it ChangedMeanwhile."""
    _run(f"ALTER TABLE {table} ADD PRIMARY KEY (id)")
    _run(f"ANALYZE {table}")


def fill(table: str, select: str, params: dict[str, Any]) -> None:
    """Fill `bulk_person` or `bulk_membership`, still empty, at once, and `key` it: `select` gives each column by name and type.

    For a table that is made of a query several processes of the database read; for an INSERT one.
    """
    _run(f"DROP TABLE {table}")
    _run(f"CREATE TEMP TABLE {table} ON COMMIT DROP AS {select}", params)
    key(table)


def _ask(rule: Callable[..., Verdict], by: Actor, sql: str, params: "Sequence[Any]" = ()) -> None:
    """Ask a rule for every unit whose id the query gives."""
    if by.is_system:
        return
    for unit in Organization.objects.filter(pk__in=_ids(sql, params)):
        require(rule, by, unit)


def _tell(fact: type[Event], what: str, source: str, count: int, by: Actor) -> None:
    """One event for many: its object is the first of them."""
    first = _ids(f"SELECT {what} FROM {source} LIMIT 1")
    if count and first:
        publish(fact(object_id=first[0], count=count, **acted_by(by)))  # type: ignore[call-arg]  # bulk facts count


# Classes -----------------------------------------------------------------------------------------------------------------
def write_classes(*, by: Actor) -> None:
    """Make and change the classes of `bulk_class`. Raises Denied."""
    _ask(may_manage_classes, by, "SELECT organization_id FROM bulk_class UNION SELECT c.organization_id"
         " FROM roster_classgroup c JOIN bulk_class b ON b.id = c.id")  # fmt: skip
    # numbers may be handed round among the classes: none holds one while they change
    _run("UPDATE roster_classgroup c SET is_active = false FROM bulk_class b WHERE b.id = c.id AND NOT b.created")
    _run(
        """
        UPDATE roster_classgroup c SET kind = COALESCE(b.kind, c.kind), stage = COALESCE(b.stage, c.stage),
               grade = COALESCE(b.grade, c.grade), number = COALESCE(b.number, c.number), name = COALESCE(b.name, c.name),
               entry_year = COALESCE(b.entry_year, c.entry_year), is_active = true, ended_on = NULL
          FROM bulk_class b WHERE b.id = c.id AND NOT b.created
        """
    )
    made = _run(
        """
        INSERT INTO roster_classgroup (id, organization_id, kind, stage, grade, number, name, entry_year, is_active, created_at)
        SELECT id, organization_id, kind, stage, grade, number, name, entry_year, true, now() FROM bulk_class WHERE created
        """
    )
    journal.record_from("roster.class_group_created", ClassGroup, "id", "bulk_class WHERE created", by=by)
    changed = journal.record_from("roster.class_group_updated", ClassGroup, "id", "bulk_class WHERE NOT created", by=by)
    _tell(events.ClassGroupsImported, "id", "bulk_class WHERE created", made, by)
    _tell(events.ClassGroupsUpdated, "id", "bulk_class WHERE NOT created", changed, by)


def end_classes(*, on: date, by: Actor) -> None:
    """Close the classes of `bulk_end` with `on` as their last day, and empty that table. Raises Denied."""
    _ask(may_manage_classes, by, "SELECT organization_id FROM roster_classgroup WHERE id IN (SELECT id FROM bulk_end)")
    count = _run(
        "UPDATE roster_classgroup c SET is_active = false, ended_on = %s FROM bulk_end b WHERE b.id = c.id", [on]
    )
    journal.record_from("roster.class_group_updated", ClassGroup, "id", "bulk_end", by=by, ended_on=on)
    _tell(events.ClassGroupsUpdated, "id", "bulk_end", count, by)
    _run("TRUNCATE bulk_end")


# Units -------------------------------------------------------------------------------------------------------------------
def close_organizations(*, by: Actor) -> None:
    """Put the units of `bulk_end` out of use: whoever calls has seen that nobody stays in them. Raises Denied."""
    _ask(may_deactivate_organization, by, "SELECT id FROM bulk_end")
    _run("UPDATE roster_organization o SET is_active = false FROM bulk_end b WHERE b.id = o.id")
    journal.record_from("roster.organization_deactivated", Organization, "id", "bulk_end", by=by, reason="")
    for unit_id in _ids("SELECT id FROM bulk_end"):
        publish(events.OrganizationDeactivated(object_id=unit_id, organization_id=unit_id, **acted_by(by)))
    _run("TRUNCATE bulk_end")


# People ------------------------------------------------------------------------------------------------------------------
class Names:
    """The names of `bulk_person` that are new, read as pinyin by a thread of its own: see `reading_names`."""

    def __init__(self, names: list[str]) -> None:
        self.total, self.done = len(names), 0
        self._names, self._lines = names, list[str]()
        self._error: BaseException | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._read, name="names", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            for raw in self._names:
                if self._stopped.is_set():
                    return
                name = " ".join(raw.split())
                cells = (
                    raw,
                    name,
                    sort_key(name, is_person=True),
                    initials(name, is_person=True),
                    search_text(name, is_person=True),
                )
                self._lines.append("\t".join(map(_escaped, cells)) + "\n")
                self.done += 1
        except Exception as error:  # noqa: BLE001 - raised where the names are waited for
            self._error = error

    def lines(self, tell: Callable[[int], None]) -> list[str]:
        """Wait for the last one; `tell(done)` hears twice a second how many are read."""
        while self._thread.is_alive():
            self._thread.join(0.5)
            tell(self.done)
        if self._error is not None:
            raise self._error
        return self._lines

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()


@contextmanager
def reading_names() -> Iterator[Names]:
    """Begin to read the names of `bulk_person`, which is filled, while the caller keeps the database busy with other things.

    Each name once: of a quarter of a million people half bear the name of another.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT b.name FROM bulk_person b LEFT JOIN roster_person p ON p.id = b.id"
            " WHERE b.name IS NOT NULL AND (p.id IS NULL OR p.name <> b.name)"
        )
        names = Names([row[0] for row in cursor.fetchall()])
    try:
        yield names
    finally:
        names.stop()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\") if "\\" in text else text


# Whoever belongs nowhere today answers to the unit that takes them in: a pupil who comes back, a teacher who begins anew.
_COME_ANEW = """
    INSERT INTO bulk_place SELECT b.id, m.organization_id FROM bulk_person b JOIN bulk_membership m ON m.person_id = b.id
     WHERE NOT b.created AND m.created AND NOT EXISTS (SELECT FROM bulk_place p WHERE p.person_id = b.id)
       AND NOT EXISTS (SELECT FROM roster_rolegrant g WHERE g.person_id = b.id AND g.revoked_at IS NULL
                          AND (g.valid_to IS NULL OR g.valid_to >= %(today)s))
"""


def _ask_about_people(by: Actor) -> None:
    """Facts are changed by whoever manages one of the units a person belongs to; never one's own."""
    if by.is_system:
        return
    today = timezone.localdate()
    places = (
        "SELECT b.id AS person_id, m.organization_id FROM bulk_person b JOIN roster_membership m ON m.person_id = b.id"
        " WHERE NOT b.created AND m.valid_from <= %(today)s AND (m.valid_to IS NULL OR m.valid_to >= %(today)s)"
        " UNION SELECT b.id, m.organization_id FROM bulk_person b JOIN roster_guardianship g ON g.guardian_id = b.id"
        " JOIN roster_membership m ON m.person_id = g.student_id WHERE NOT b.created AND m.valid_from <= %(today)s"
        " AND (m.valid_to IS NULL OR m.valid_to >= %(today)s)"
    )
    _run(f"CREATE TEMP TABLE bulk_place ON COMMIT DROP AS {places}", {"today": today})
    _run(_COME_ANEW, {"today": today})
    units = Organization.objects.filter(pk__in=_ids("SELECT DISTINCT organization_id FROM bulk_place"))
    mine = [unit.pk for unit in units if manages(by, unit.path)]
    others = _ids(
        "SELECT b.id FROM bulk_person b WHERE NOT b.created AND NOT EXISTS (SELECT FROM bulk_place p"
        " WHERE p.person_id = b.id AND p.organization_id = ANY(%s::uuid[])) LIMIT 200",
        [mine],
    )
    _run("DROP TABLE bulk_place")
    for person in Person.objects.filter(
        pk__in=[*others, *_ids("SELECT id FROM bulk_person WHERE id = %s", [by.person_id])]
    ):
        require(may_update_person, by, person)
    # whoever is new belongs to somebody: to a unit, or to a child
    _ask(
        may_manage_people,
        by,
        "SELECT b.organization_id FROM bulk_person b WHERE b.created AND NOT EXISTS (SELECT FROM bulk_membership m"
        " WHERE m.person_id = b.id) AND NOT EXISTS (SELECT FROM bulk_tie t WHERE t.guardian_id = b.id)",
    )
    if _ids(
        "SELECT b.id FROM bulk_person b WHERE b.created AND b.organization_id IS NULL AND NOT EXISTS (SELECT FROM"
        " bulk_membership m WHERE m.person_id = b.id) AND NOT EXISTS (SELECT FROM bulk_tie t WHERE t.guardian_id = b.id)"
        " LIMIT 1"
    ):
        require(may_manage_people, by, _Nowhere())


class _Nowhere:
    path = ""


_CHANGED_PEOPLE = (
    "bulk_person b JOIN roster_person p ON p.id = b.id LEFT JOIN bulk_name n ON n.raw = b.name WHERE NOT b.created"
)
# Which facts change, never the sealed values: the data of the journal's row.
_CHANGED = "jsonb_build_object('changed', to_jsonb(array_remove(ARRAY[{}], NULL)))".format(
    ", ".join(
        f"CASE WHEN {new} IS DISTINCT FROM p.{old} AND {new} IS NOT NULL THEN '{fact}' END"
        for fact, new, old in (
            ("name", "n.name", "name"),
            ("gender", "b.gender", "gender"),
            ("birth_date", "b.birth_date", "birth_date"),
            *((name, f"b.{name}_index", f"{name}_index") for name in SEALED),
        )
    )
)


def write_people(*, by: Actor, names: Names, tell: Callable[[int], None] = lambda _: None) -> None:
    """Register and change the people of `bulk_person`; fill `bulk_membership` and `bulk_tie` first: they say who answers for
    whom. `tell(done)` hears how many names are ready. Accounts follow changed names and sign-in facts. Raises Denied.
    """
    _ask_about_people(by)
    journal.record_from("roster.person_registered", Person, "id", "bulk_person WHERE created", by=by)
    lines = names.lines(tell)
    with connection.cursor() as cursor, cursor.copy("COPY bulk_name FROM STDIN") as copy:
        copy.write("".join(lines).encode())
    _run("ANALYZE bulk_name")
    follow = _accounts_to_follow()
    journal.record_from("roster.person_updated", Person, "b.id", _CHANGED_PEOPLE, by=by, data_sql=_CHANGED)
    sealed = ", ".join(f"{name}, {name}_index" for name in SEALED)
    values = ", ".join(f"b.{name}, b.{name}_index" for name in SEALED)
    changed = _run(
        f"""
        UPDATE roster_person p SET name = COALESCE(n.name, p.name), sort_key = COALESCE(n.sort_key, p.sort_key),
               initials = COALESCE(n.initials, p.initials), search_text = COALESCE(n.search_text, p.search_text),
               gender = COALESCE(b.gender, p.gender), birth_date = COALESCE(b.birth_date, p.birth_date),
               {", ".join(f"{c} = COALESCE(b.{c}, p.{c})" for name in SEALED for c in (name, f"{name}_index"))}
          FROM bulk_person b LEFT JOIN bulk_name n ON n.raw = b.name WHERE b.id = p.id AND NOT b.created
        """
    )
    made = _run(
        f"""
        INSERT INTO roster_person (id, name, sort_key, initials, search_text, gender, birth_date, {sealed}, created_at)
        SELECT b.id, n.name, n.sort_key, n.initials, n.search_text, COALESCE(b.gender, '0'), b.birth_date, {values}, now()
          FROM bulk_person b JOIN bulk_name n ON n.raw = b.name WHERE b.created
        """
    )
    _tell(events.PeopleImported, "id", "bulk_person WHERE created", made, by)
    _tell(events.PeopleUpdated, "id", "bulk_person WHERE NOT created", changed, by)
    _follow(follow, by)


def _accounts_to_follow() -> list[tuple[UUID, list[str]]]:
    """People with an account whose name or sign-in facts change: (id, names of facts)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, n.raw IS NOT NULL AND n.name <> p.name,"
            " b.phone_index IS NOT NULL AND b.phone_index IS DISTINCT FROM p.phone_index,"
            " b.student_number_index IS NOT NULL AND b.student_number_index IS DISTINCT FROM p.student_number_index,"
            " b.citizen_id_index IS NOT NULL AND b.citizen_id_index IS DISTINCT FROM p.citizen_id_index"
            " FROM bulk_person b JOIN roster_person p ON p.id = b.id AND p.account_id IS NOT NULL"
            " LEFT JOIN bulk_name n ON n.raw = b.name WHERE NOT b.created"
        )
        rows = cursor.fetchall()
    facts = ("name", "phone", "student_number", "citizen_id")
    return [(pk, changed) for pk, *said in rows if (changed := [f for f, yes in zip(facts, said, strict=True) if yes])]


def _follow(rows: list[tuple[UUID, list[str]]], by: Actor) -> None:
    people = Person.objects.select_related("account").in_bulk([pk for pk, _ in rows])
    for pk, changed in rows:
        account = people[pk].account
        for fact in changed if account else ():
            try:
                with transaction.atomic():
                    follow_account(account, people[pk], [fact], by=by)  # type: ignore[arg-type]  # there is one
            except LoginNameTaken:
                continue  # families share phones, sign-in names are one's own


# Memberships -------------------------------------------------------------------------------------------------------------
def write_memberships(*, by: Actor) -> None:
    """Begin and change the memberships of `bulk_membership`. Raises Denied, ChangedMeanwhile (one of the people was merged)."""
    _ask(may_manage_people, by, "SELECT organization_id FROM bulk_membership UNION SELECT m.organization_id"
         " FROM roster_membership m JOIN bulk_membership b ON b.id = m.id")  # fmt: skip
    changed = _run(
        """
        UPDATE roster_membership m SET person_id = COALESCE(b.person_id, m.person_id),
               organization_id = COALESCE(b.organization_id, m.organization_id), class_group_id = b.class_group_id,
               role = COALESCE(b.role, m.role), subject = COALESCE(b.subject, m.subject),
               valid_from = COALESCE(b.valid_from, m.valid_from),
               valid_to = CASE WHEN b.says_end THEN b.valid_to ELSE m.valid_to END,
               end_reason = CASE WHEN b.says_end THEN COALESCE(b.end_reason, '') ELSE m.end_reason END
          FROM bulk_membership b WHERE b.id = m.id AND NOT b.created
        """
    )
    # somebody new is on record as registered; the others' new places are
    known = (
        "bulk_membership b WHERE b.created"
        " AND NOT EXISTS (SELECT FROM bulk_person p WHERE p.id = b.person_id AND p.created)"
    )
    made = _run(
        """
        INSERT INTO roster_membership (id, person_id, organization_id, class_group_id, role, subject, valid_from, valid_to,
                                       end_reason)
        SELECT id, person_id, organization_id, class_group_id, role, COALESCE(subject, ''),
               COALESCE(valid_from, LEAST(%(today)s, valid_to)), valid_to, COALESCE(end_reason, '')
          FROM bulk_membership WHERE created ORDER BY person_id
        """,  # in the order of the larger indexes, and of the people who are looked up at the end
        {"today": timezone.localdate()},
    )
    # begun, they hold the people's rows: a merge under way is over by now, and one to come waits
    if _ids("SELECT p.id FROM bulk_membership b JOIN roster_person p ON p.id = b.person_id WHERE b.created"
            " AND p.merged_into_id IS NOT NULL LIMIT 1"):  # fmt: skip
        raise ChangedMeanwhile
    journal.record_from("roster.membership_begun", Person, "b.person_id", known, by=by, data_sql=_PLACE)
    journal.record_from("roster.membership_updated", Person, "person_id", "bulk_membership WHERE NOT created", by=by)
    _tell(events.MembershipsImported, "id", "bulk_membership WHERE created", made, by)
    _tell(events.MembershipsUpdated, "id", "bulk_membership WHERE NOT created", changed, by)


# The journal's data of a membership, made in the statement itself.
_PLACE = (
    "(SELECT jsonb_build_object('organization', COALESCE(NULLIF(o.short_name, ''), o.name), 'role', b.role)"
    " FROM roster_organization o WHERE o.id = b.organization_id)"
)


def end_memberships(*, on: date, by: Actor, reason: str = EndReason.LEFT) -> None:
    """End the memberships of `bulk_end` with `on` as their last day (never before their first); empties the table.

    Raises Denied.
    """
    _ask(may_manage_people, by, "SELECT organization_id FROM roster_membership WHERE id IN (SELECT id FROM bulk_end)")
    count = _run(
        "UPDATE roster_membership m SET valid_to = GREATEST(m.valid_from, %s), end_reason = %s FROM bulk_end e"
        " WHERE e.id = m.id AND (m.valid_to IS NULL OR m.valid_to > %s)",
        [on, reason, on],
    )
    journal.record_from(
        "roster.membership_ended",
        Person,
        "b.person_id",
        "bulk_end e JOIN roster_membership b ON b.id = e.id",
        by=by,
        data_sql=_PLACE,
    )
    _tell(events.MembershipsEnded, "id", "bulk_end", count, by)
    _run("TRUNCATE bulk_end")


# Families ----------------------------------------------------------------------------------------------------------------
def _ask_about_students(sql: str, by: Actor) -> None:
    """Whoever manages a unit of the student ties and unties guardians; a student is one who is enrolled."""
    if by.is_system:
        return
    today = timezone.localdate()
    units = Organization.objects.filter(
        pk__in=_ids(
            f"SELECT DISTINCT m.organization_id FROM roster_membership m WHERE m.role = 'student' AND m.person_id IN ({sql})"
            " AND (m.valid_to IS NULL OR m.valid_to >= %s)",
            [today],
        )
    )
    mine = [unit.pk for unit in units if manages(by, unit.path)]
    others = _ids(
        f"SELECT s.id FROM ({sql}) s (id) WHERE NOT EXISTS (SELECT FROM roster_membership m WHERE m.person_id = s.id"
        " AND m.role = 'student' AND (m.valid_to IS NULL OR m.valid_to >= %s) AND m.organization_id = ANY(%s::uuid[])) LIMIT 1",
        [today, mine],
    )
    for student in Person.objects.filter(pk__in=others):
        require(may_bind_guardian, by, student)


def write_ties(*, by: Actor) -> None:
    """Tie the guardians of `bulk_tie` to their students, or change the relation; memberships stand already. Raises Denied."""
    _ask_about_students("SELECT student_id FROM bulk_tie", by)
    known = "bulk_tie t WHERE NOT EXISTS (SELECT FROM bulk_person p WHERE p.id = t.student_id AND p.created)"
    journal.record_from("roster.guardian_bound", Person, "t.student_id", known, by=by)
    _run(
        "UPDATE roster_guardianship g SET relation = t.relation FROM bulk_tie t"
        " WHERE g.guardian_id = t.guardian_id AND g.student_id = t.student_id AND g.relation <> t.relation"
    )
    made = _run(
        "INSERT INTO roster_guardianship (id, guardian_id, student_id, relation, created_at)"
        " SELECT lantian_new_id(), guardian_id, student_id, relation, now() FROM bulk_tie"
        " ON CONFLICT (guardian_id, student_id) DO NOTHING"
    )
    tied = "roster_guardianship g JOIN bulk_tie t USING (guardian_id, student_id)"
    _tell(events.GuardiansImported, "g.id", tied, made, by)


def remove_ties(*, by: Actor) -> None:
    """Untie the guardianships of `bulk_end`; the journal keeps that they were so. Empties the table. Raises Denied."""
    students = "SELECT student_id FROM roster_guardianship WHERE id IN (SELECT id FROM bulk_end)"
    _ask_about_students(students, by)
    journal.record_from(
        "roster.guardian_released",
        Person,
        "b.student_id",
        "roster_guardianship b JOIN bulk_end e ON e.id = b.id",
        by=by,
        data_sql="(SELECT jsonb_build_object('guardian', p.name) FROM roster_person p WHERE p.id = b.guardian_id)",
        people_sql="ARRAY[b.guardian_id]",
    )
    for row in Guardianship.objects.filter(pk__in=_ids("SELECT id FROM bulk_end")).iterator():
        publish(
            events.GuardianReleased(
                object_id=row.pk, guardian_id=row.guardian_id, student_id=row.student_id, **acted_by(by)
            )
        )
    _run("DELETE FROM roster_guardianship WHERE id IN (SELECT id FROM bulk_end)")
    _run("TRUNCATE bulk_end")


__all__ = [
    "ChangedMeanwhile", "Denied", "close_organizations", "end_classes", "end_memberships", "fill", "key", "reading_names",
    "remove_ties", "tables", "write_classes", "write_memberships", "write_people", "write_ties",
]  # fmt: skip
