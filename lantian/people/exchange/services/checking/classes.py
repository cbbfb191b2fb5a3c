"""Terms, courses and classes."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db.models import Q

from lantian.kernel.rules import SYSTEM, Verdict, check
from lantian.kernel.time import queries as time_queries
from lantian.kernel.time import rules as time_rules
from lantian.kernel.time.services import LONGEST_TERM
from lantian.people.exchange.enums import Entity, RowAction
from lantian.people.exchange.services.checking.work import Place, Row, Work, as_uuid, reason_of
from lantian.people.roster import queries, rules
from lantian.people.roster.enums import SCHOOL_KINDS
from lantian.people.schedule import queries as schedule_queries

if TYPE_CHECKING:
    from lantian.people.roster.models import ClassGroup
    from lantian.people.schedule.models import Course

COURSE_FIELDS = ("title", "code", "subjects", "grades")
CLASS_FIELDS = ("name", "kind", "stage", "grade", "number", "entry_year")


class Places:
    """The units that the other files name, and whether classes may be managed there (asked once each)."""

    def __init__(self, work: Work) -> None:
        self.work = work
        work.cursor.execute("SELECT key, id, ok, in_scope FROM ref_orgs")
        self.refs: dict[str, tuple[UUID, bool, bool]] = {row[0]: row[1:] for row in work.cursor.fetchall()}
        ids = [ref[0] for ref in self.refs.values()]
        there = queries.organizations_visible_to(SYSTEM).filter(Q(pk__in=ids) | Q(path__within=work.scope))
        self.places = {pk: Place(pk, kind, path) for pk, kind, path in there.values_list("pk", "kind", "path")}
        work.cursor.execute(
            "SELECT object_id, data->>'kind' FROM exchange_stagedrow"
            " WHERE run_id = %s AND entity = 'orgs' AND action = 'create'",
            [work.run.pk],
        )
        # a new unit lies within the scope, below its parent: its whole path is not needed to know who manages it
        self.places |= {pk: Place(pk, kind, f"{work.scope}.{pk.hex}", new=True) for pk, kind in work.cursor.fetchall()}
        self._verdicts: dict[UUID, Verdict] = {}

    def manageable(self, organization_id: UUID) -> Verdict:
        if organization_id not in self._verdicts:
            place = self.places[organization_id]
            self._verdicts[organization_id] = check(rules.may_manage_classes, self.work.actor, place)
        return self._verdicts[organization_id]

    def people_manageable(self, organization_id: UUID) -> Verdict:
        return check(rules.may_manage_people, self.work.actor, self.places[organization_id])

    def find(self, entity: str, row: Row, column: str) -> UUID | None:
        """The unit of a row within the scope, or None after saying why not."""
        ref = self.refs.get(row.org_key)
        if ref is None:
            self.work.error(entity, row, "unknown_org", column, value=row.org_key)
        elif not ref[1]:
            self.work.error(entity, row, "depends_on_error", column, value=row.org_key)
        elif not ref[2]:
            self.work.error(entity, row, "out_of_scope", column)
        else:
            return ref[0]
        return None


@dataclass(frozen=True)
class Term:
    """A term, there already or not yet; both days included."""

    pk: UUID
    school_year: int
    kind: str
    starts_on: date
    ends_on: date
    organization_id: UUID | None


class SessionCheck:
    """Terms: those of one's own organisation are set, the nation's are compared."""

    def __init__(self, work: Work, places: Places) -> None:
        self.work, self.places = work, places
        self.said = work.keys(Entity.SESSIONS)
        self.terms = {
            term.pk: Term(term.pk, term.school_year, str(term.kind), term.starts_on, term.ends_on, term.organization_id)
            for term in time_queries.all_terms()
        }
        self.ids: dict[str, UUID] = {}

    def run(self) -> None:
        for row in self.work.rows(Entity.SESSIONS):
            if not self.work.is_bad(row):
                self._judge(row)
        self.work.settle(Entity.SESSIONS)

    def _judge(self, row: Row) -> None:
        work = self.work
        if row.removed or row.data.get("type") == "schoolYear":
            work.say(row, RowAction.LEAVE, None)
            return
        if row.data.get("type") == "gradingPeriod":
            work.warn(Entity.SESSIONS, row, "session_unused", "type")
            work.say(row, RowAction.SKIP, None)
            return
        owner = None if work.actor.is_system else work.run.organization_id
        if row.org_key:
            ref = self.places.refs.get(row.org_key)
            if ref is None:
                work.error(Entity.SESSIONS, row, "unknown_org", "metadata.cn.orgSourcedId", value=row.org_key)
                return
            owner = ref[0]
        self._compare(row, owner)

    def _match(self, row: Row, owner: UUID | None) -> Term | None:
        known = self.terms.get(self.said.get(row.key, uuid4())) or self.terms.get(as_uuid(row.key) or uuid4())
        if known is not None:
            return known
        same = [
            t for t in self.terms.values() if (t.school_year, t.kind) == (row.data["school_year"], row.data["kind"])
        ]
        national = None if row.org_key else next((t for t in same if t.organization_id is None), None)
        return next((t for t in same if t.organization_id == owner), national)

    def _compare(self, row: Row, owner: UUID | None) -> None:
        work = self.work
        starts, ends = date.fromisoformat(row.data["starts_on"]), date.fromisoformat(row.data["ends_on"])
        known = self._match(row, owner)
        if known is not None:
            self.ids[row.key] = known.pk
            if (known.starts_on, known.ends_on) == (starts, ends):
                work.say(row, RowAction.LEAVE, known.pk)
                return
            if known.organization_id is None and not work.actor.is_system:
                known = None  # the nation's stays; one's own stands before it
        verdict = check(time_rules.may_set_calendar, work.actor, owner)
        if not verdict:
            work.warn(Entity.SESSIONS, row, "kept_by_rule", "", reason=reason_of(verdict))
            work.say(row, RowAction.SKIP, known.pk if known else None)
            return
        if not 0 < (ends - starts).days <= LONGEST_TERM:
            work.error(Entity.SESSIONS, row, "bad_term", "endDate", days=(ends - starts).days, most=LONGEST_TERM)
            return
        mine = [t for t in self.terms.values() if t.organization_id == owner and t is not known]
        if any(t.starts_on <= ends and t.ends_on >= starts for t in mine):
            work.error(Entity.SESSIONS, row, "terms_overlap", "startDate")
            return
        before = {"starts_on": known.starts_on, "ends_on": known.ends_on} if known else None
        wanted = as_uuid(row.key)
        new_id = wanted if wanted and wanted not in self.terms else uuid4()
        pk = known.pk if known else new_id
        term = Term(pk, row.data["school_year"], row.data["kind"], starts, ends, owner)
        self.terms[term.pk] = term
        self.ids[row.key] = term.pk
        work.say(row, RowAction.CHANGE if known else RowAction.CREATE, term.pk, org_id=owner, before=before)


class CourseCheck:
    """Courses; those that only stand for a homeroom class are known again and left alone."""

    def __init__(self, work: Work, places: Places) -> None:
        self.work, self.places = work, places
        self.said = work.keys(Entity.COURSES)
        self.ids: dict[str, UUID | None] = {}

    def run(self) -> None:
        work, rows = self.work, self.work.rows(Entity.COURSES)
        plain = [row for row in rows if not row.data.get("derived")]
        ids = {self.said[row.key] for row in plain if row.key in self.said}
        ids |= {found for row in plain if (found := as_uuid(row.key))}
        self.known = {course.pk: course for course in schedule_queries.courses_known(ids)}
        codes = {str(row.data["code"]) for row in plain if row.data.get("code")}
        self.by_code = {(c.organization_id, c.code): c for c in schedule_queries.courses_known((), codes)}
        for row in rows:
            if row.data.get("derived"):
                self.ids[row.key] = None
                work.say(row, RowAction.LEAVE, None)
            elif not work.is_bad(row):
                self._judge(row)
        if work.is_bulk(Entity.COURSES):
            self._removals({row.key for row in rows})
        work.settle(Entity.COURSES)

    def _judge(self, row: Row) -> None:
        work = self.work
        course = self.known.get(self.said.get(row.key, uuid4())) or self.known.get(as_uuid(row.key) or uuid4())
        if row.removed:
            gone = course is not None and course.is_active
            work.say(row, RowAction.REMOVE if gone else RowAction.LEAVE, course.pk if course else None,
                     org_id=course.organization_id if course else None)  # fmt: skip
            return
        organization_id = self.places.find(Entity.COURSES, row, "orgSourcedId")
        if organization_id is None:
            return
        course = course or self.by_code.get((organization_id, row.data.get("code", "")))
        if verdict := self.places.manageable(organization_id):
            self._compare(row, course, organization_id)
        elif course is not None:
            self.ids[row.key] = course.pk
            work.say(row, RowAction.LEAVE, course.pk, org_id=organization_id)
        else:
            work.error(Entity.COURSES, row, "not_allowed", "orgSourcedId", reason=reason_of(verdict))

    def _compare(self, row: Row, course: "Course | None", organization_id: UUID) -> None:
        if course is None:
            self.ids[row.key] = new = as_uuid(row.key) or uuid4()
            self.work.say(row, RowAction.CREATE, new, org_id=organization_id)
            return
        self.ids[row.key] = course.pk
        before = {n: getattr(course, n) for n in COURSE_FIELDS if n in row.data and row.data[n] != getattr(course, n)}
        if not course.is_active:
            before["is_active"] = False
        action = RowAction.CHANGE if before else RowAction.LEAVE
        self.work.say(row, action, course.pk, org_id=organization_id, before=before or None)

    def _removals(self, named: set[str]) -> None:
        gone = {object_id: key for key, object_id in self.said.items() if key not in named}
        for course in schedule_queries.courses_known(gone).filter(
            is_active=True, organization__path__within=self.work.scope
        ):
            self.work.remove(
                Entity.COURSES, gone[course.pk], course.pk, course.organization_id, {"title": course.title}
            )


class ClassCheck:
    """Classes of schools within the scope; a grade has each number of homeroom class once."""

    def __init__(self, work: Work, places: Places, sessions: SessionCheck, courses: CourseCheck) -> None:
        self.work, self.places, self.sessions, self.courses = work, places, sessions, courses
        self.said = work.keys(Entity.CLASSES)
        self.refs: dict[str, tuple[UUID, bool, UUID, bool]] = {}

    def run(self) -> None:
        work = self.work
        rows = work.rows(Entity.CLASSES)
        scope = queries.class_groups_within(work.scope)
        self.here = {group.pk: group for group in scope}
        self.numbers = {
            (g.organization_id, g.grade, g.number): g.pk
            for g in self.here.values()
            if g.is_active and g.kind == "homeroom"
        }
        ids = {found for row in rows if (found := as_uuid(row.key))} | set(self.said.values())
        self.elsewhere = set(queries.class_groups_known(ids - set(self.here)).values_list("pk", flat=True))
        self.offered = schedule_queries.offerings_within(work.scope)
        self.places_taken: dict[tuple[UUID, int, int], tuple[UUID, int]] = {}
        for row in rows:
            if not work.is_bad(row):
                self._judge(row)
        for row in rows:
            self._once(row)
        if work.is_bulk(Entity.CLASSES):
            self._removals({row.key for row in rows})
        self._write_references()
        work.settle(Entity.CLASSES)

    def _match(self, row: Row, organization_id: UUID | None) -> "ClassGroup | None":
        known = self.here.get(self.said.get(row.key, uuid4())) or self.here.get(as_uuid(row.key) or uuid4())
        if known is None and organization_id and row.data.get("kind") == "homeroom":
            place = (organization_id, row.data.get("grade", 0), row.data.get("number", 0))
            known = self.here.get(self.numbers.get(place, uuid4()))
        return known

    def _judge(self, row: Row) -> None:
        work = self.work
        if row.removed:
            known = self._match(row, None)
            gone = known is not None and known.is_active
            if known is not None:
                row.data["name"] = known.name
                self.refs[row.key] = (known.pk, True, known.organization_id, known.kind == "homeroom")
            work.say(row, RowAction.REMOVE if gone else RowAction.LEAVE, known.pk if known else None,
                     org_id=known.organization_id if known else None)  # fmt: skip
            return
        organization_id = self.places.find(Entity.CLASSES, row, "schoolSourcedId")
        if organization_id is None:
            return
        if self.places.places[organization_id].kind not in SCHOOL_KINDS:
            work.error(Entity.CLASSES, row, "class_needs_school", "schoolSourcedId")
            return
        known = self._match(row, organization_id)
        if known is None and (as_uuid(row.key) in self.elsewhere or self.said.get(row.key) in self.elsewhere):
            work.error(Entity.CLASSES, row, "out_of_scope", "sourcedId")
        elif known is not None and known.organization_id != organization_id:
            work.error(Entity.CLASSES, row, "class_other_school", "schoolSourcedId")
        elif verdict := self.places.manageable(organization_id):
            self._compare(row, known, organization_id)
        else:
            work.error(Entity.CLASSES, row, "not_allowed", "schoolSourcedId", reason=reason_of(verdict))

    def _compare(self, row: Row, known: "ClassGroup | None", organization_id: UUID) -> None:
        work = self.work
        course_id, terms = self._offering(row)
        new_id = known.pk if known else as_uuid(row.key) or uuid4()
        self.refs[row.key] = (new_id, True, organization_id, row.data["kind"] == "homeroom")
        row.data.setdefault("number", known.number if known else 1)
        if known is None:
            work.say(row, RowAction.CREATE, new_id, org_id=organization_id, course_id=course_id)
            return
        before: dict[str, Any] = {
            name: getattr(known, name)
            for name in CLASS_FIELDS
            if name in row.data and row.data[name] != getattr(known, name)
        }
        if not known.is_active:
            before["is_active"] = False
        if course_id and any((known.pk, course_id, term) not in self.offered for term in terms):
            before["course"] = None
        action = RowAction.CHANGE if before else RowAction.LEAVE
        work.say(row, action, new_id, org_id=organization_id, course_id=course_id, before=before or None)

    def _offering(self, row: Row) -> tuple[UUID | None, list[UUID | None]]:
        """The course the class takes (None: a derived one), and in which terms."""
        if row.course_key and row.course_key not in self.courses.ids:
            found = self.courses.said.get(row.course_key) or as_uuid(row.course_key)
            known = found is not None and schedule_queries.courses_known([found]).exists()
            self.courses.ids[row.course_key] = found if known else None
        course_id = self.courses.ids.get(row.course_key)
        terms: list[UUID | None] = [
            self.sessions.ids[key] for key in row.data.get("terms", ()) if key in self.sessions.ids
        ]
        return course_id, terms or [None]

    def _once(self, row: Row) -> None:
        """After all are known: two homeroom classes of one number in one grade cannot be."""
        ref = self.refs.get(row.key)
        if ref is None or row.removed or row.data.get("kind") != "homeroom" or self.work.is_bad(row):
            return
        place = (ref[2], int(row.data["grade"]), int(row.data["number"]))
        holder = self.numbers.get(place)
        moving = holder in {other[0] for other in self.refs.values()} if holder else False
        first = self.places_taken.setdefault(place, (ref[0], row.row_no))
        if first[0] != ref[0]:
            self.work.error(Entity.CLASSES, row, "class_taken", "title", row=first[1])
        elif holder and holder != ref[0] and not moving:
            self.work.error(Entity.CLASSES, row, "class_taken", "title", row=0)

    def _removals(self, named: set[str]) -> None:
        used = {ref[0] for ref in self.refs.values()}
        for key, object_id in self.said.items():
            group = self.here.get(object_id)
            if group is not None and group.is_active and key not in named and object_id not in used:
                self.work.remove(Entity.CLASSES, key, group.pk, group.organization_id, {"name": group.name})

    def _write_references(self) -> None:
        """What the enrollments may name: classes of the file, and those we know already."""
        self.work.cursor.execute(
            "SELECT DISTINCT class_key FROM exchange_stagedrow WHERE run_id = %s AND class_key <> ''",
            [self.work.run.pk],
        )
        for (key,) in self.work.cursor.fetchall():
            known = self.here.get(self.said.get(key, uuid4())) or self.here.get(as_uuid(key) or uuid4())
            if key not in self.refs and known is not None:
                self.refs[key] = (known.pk, True, known.organization_id, known.kind == "homeroom")
        bad = {row.key for row in self.work.rows(Entity.CLASSES) if self.work.is_bad(row)}
        rows = [
            (key, pk, ok and (key not in bad or pk in self.here), org, home)
            for key, (pk, ok, org, home) in self.refs.items()
        ]
        self.work.copy("ref_classes", ("key", "id", "ok", "org_id", "homeroom"), rows)
