"""What we keep → flat OneRoster records, under the CSV's column names; values are text, or lists of text.

The counterpart of `reading`: what is written here and read there is the same again (property-tested).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from lantian.people.exchange.engine.oneroster import values
from lantian.people.exchange.engine.oneroster.derived import agent_role_id, derived_role_id, school_year_id

Flat = dict[str, Any]
ACTIVE, GONE = "active", "tobedeleted"
# Of several roles at one unit the first is the primary one.
_RANK = {
    word: place
    for place, word in enumerate(
        (
            "school_head", "officer", "operator", "school_it", "researcher", "expert", "homeroom_teacher", "teacher", "staff",
            "student", "guardian",
        )
    )
}  # fmt: skip


def stamp(moment: datetime) -> str:
    """UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def head(sourced_id: UUID, live: bool, modified: datetime) -> Flat:
    return {"sourcedId": str(sourced_id), "status": ACTIVE if live else GONE, "dateLastModified": stamp(modified)}


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def org(
    pk: UUID, live: bool, modified: datetime, name: str, kind: str, code: str, parent: UUID | None,
    short_name: str, stages: Sequence[str], setting: str,
) -> Flat:  # fmt: skip
    return head(pk, live, modified) | {
        "name": name,
        "type": values.ORG_TYPES[kind],
        "identifier": code,
        "parentSourcedId": str(parent) if parent else "",
        "metadata.cn.kind": kind,
        "metadata.cn.shortName": short_name,
        "metadata.cn.stages": ",".join(stages),
        "metadata.cn.setting": setting,
    }


def term(
    pk: UUID, modified: datetime, school_year: int, kind: str, title: str, starts: date, ends: date, owner: UUID | None
) -> Flat:
    return head(pk, True, modified) | {
        "title": title,
        "type": "term",
        "startDate": starts.isoformat(),
        "endDate": values.end_date(ends),
        "parentSourcedId": str(school_year_id(school_year)),
        "schoolYear": values.school_year_end(school_year),
        "metadata.cn.termKind": kind,
        "metadata.cn.orgSourcedId": str(owner) if owner else "",
    }


def school_year(year: int, title: str, terms: Iterable[tuple[date, date]]) -> Flat:
    """The year above its terms: from 1 September, or from the first of them, for a year."""
    spans = list(terms)
    starts = min([date(year, 9, 1), *(first for first, _last in spans)])
    ends = max([date(year + 1, 8, 31), *(last for _first, last in spans)])
    return head(school_year_id(year), True, datetime(year, 8, 1, tzinfo=UTC)) | {
        "title": title,
        "type": "schoolYear",
        "startDate": starts.isoformat(),
        "endDate": values.end_date(ends),
        "schoolYear": values.school_year_end(year),
    }


def course(
    pk: UUID, live: bool, modified: datetime, title: str, code: str, owner: UUID, subjects: Sequence[str],
    grades: Sequence[str], year: int | None, names: Sequence[str], derived: bool = False,
) -> Flat:  # fmt: skip
    return head(pk, live, modified) | {
        "schoolYearSourcedId": str(school_year_id(year)) if year is not None else "",
        "title": title,
        "courseCode": code,
        "grades": list(grades),
        "orgSourcedId": str(owner),
        "subjects": list(names),
        "subjectCodes": list(subjects),
        "metadata.cn.derived": "true" if derived else "",
    }


def class_group(
    pk: UUID, live: bool, modified: datetime, name: str, kind: str, owner: UUID, course_id: UUID, terms: Sequence[UUID],
    stage: str, grade: int, number: int, entry_year: int | None,
) -> Flat:  # fmt: skip
    return head(pk, live, modified) | {
        "title": name,
        "grades": [values.grade_codes(stage, grade)],
        "courseSourcedId": str(course_id),
        "classType": values.CLASS_TYPES[kind],
        "schoolSourcedId": str(owner),
        "termSourcedIds": [str(one) for one in terms],
        "metadata.cn.stage": stage,
        "metadata.cn.grade": str(grade),
        "metadata.cn.number": str(number),
        "metadata.cn.entryYear": str(entry_year) if entry_year is not None else "",
    }


@dataclass(slots=True)
class Tie:
    """One tie of a person to a unit: a membership (in a class or without), an office, or a child's school."""

    pk: UUID | None
    org: UUID
    role: str
    live: bool
    modified: datetime
    first: date | None = None
    last: date | None = None
    in_class: bool = False
    subject: str = ""
    office: bool = False
    grade: str = ""


def roles(person: UUID, ties: Sequence[Tie]) -> list[Flat]:
    """The roles of roles.csv that follow from somebody's ties: each membership without a class, each office, and one for all
    memberships of a kind in classes of a unit, and for all children there. One primary role a unit.
    """
    found: list[tuple[str, Flat]] = []
    merged: dict[tuple[UUID, str], list[Tie]] = {}
    for tie in ties:
        if tie.in_class or tie.role == "guardian":
            merged.setdefault((tie.org, tie.role), []).append(tie)
        else:
            assert tie.pk is not None
            found.append((tie.role, _role(tie.pk, person, tie, "" if tie.office else "true")))
    for (unit, role), several in merged.items():
        live = [tie for tie in several if tie.live] or several
        firsts, lasts = [t.first for t in live if t.first], [t.last for t in live]
        open_end = any(last is None for last in lasts)
        one = Tie(
            None, unit, role, any(tie.live for tie in several), max(tie.modified for tie in several),
            min(firsts, default=None), None if open_end else max(last for last in lasts if last),
        )  # fmt: skip
        pk = agent_role_id(person, unit) if role == "guardian" else derived_role_id(person, unit, role)
        found.append((role, _role(pk, person, one, "false")))
    found.sort(key=lambda pair: (pair[1]["status"] == GONE, _RANK.get(pair[0], 99), pair[1]["sourcedId"]))
    met: set[str] = set()
    for _word, flat in found:
        flat["roleType"] = "secondary" if flat["orgSourcedId"] in met else "primary"
        met.add(flat["orgSourcedId"])
    return [flat for _word, flat in found]


def _role(pk: UUID, person: UUID, tie: Tie, membership: str) -> Flat:
    return head(pk, tie.live, tie.modified) | {
        "userSourcedId": str(person),
        "roleType": "primary",
        "role": values.ROLE_WORDS[tie.role],
        "beginDate": _day(tie.first),
        "endDate": values.end_date(tie.last),
        "orgSourcedId": str(tie.org),
        "metadata.cn.role": tie.role,
        "metadata.cn.subject": tie.subject,
        "metadata.cn.membership": membership,
    }


@dataclass(slots=True)
class Someone:
    """A person's facts for a record; the sealed ones only for whoever may have them, else empty."""

    pk: UUID
    live: bool
    modified: datetime
    name: str
    gender: str = "0"
    birth_date: date | None = None
    username: str = ""
    enabled: bool = False
    phone: str = ""
    citizen_id: str = ""
    student_number: str = ""


def user(who: Someone, ties: Sequence[Tie], agents: Sequence[tuple[UUID, str]]) -> Flat:
    """A user with its roles (`roles`, flat). `agents` are (guardian, relation)."""
    given, family = values.split_name(who.name)
    all_roles = roles(who.pk, ties)
    shown = [role for role in all_roles if role["status"] == ACTIVE] or all_roles
    return head(who.pk, who.live, who.modified) | {
        "enabledUser": "true" if who.enabled else "false",
        "username": who.username,
        "givenName": given,
        "familyName": family,
        "identifier": who.student_number,
        "sms": who.phone,
        "phone": who.phone,
        "agentSourcedIds": [str(pk) for pk, _relation in agents],
        "grades": list(dict.fromkeys(tie.grade for tie in ties if tie.live and tie.grade)),
        "primaryOrgSourcedId": shown[0]["orgSourcedId"] if shown else "",
        "metadata.cn.name": who.name,
        "metadata.cn.citizenId": who.citizen_id,
        "metadata.cn.studentNumber": who.student_number,
        "metadata.cn.relations": [f"{pk}={relation}" for pk, relation in agents],
        "roles": shown,
    }


def demographics(who: Someone) -> Flat:
    return head(who.pk, who.live, who.modified) | {
        "birthDate": _day(who.birth_date),
        "sex": values.SEXES[who.gender],
    }


def enrollment(
    pk: UUID, live: bool, modified: datetime, person: UUID, class_id: UUID, owner: UUID, role: str, subject: str,
    first: date, last: date | None, end_reason: str,
) -> Flat:  # fmt: skip
    return head(pk, live, modified) | {
        "classSourcedId": str(class_id),
        "schoolSourcedId": str(owner),
        "userSourcedId": str(person),
        "role": values.ENROLLMENT_ROLES[role],
        "primary": "true" if role == "homeroom_teacher" else "false",
        "beginDate": first.isoformat(),
        "endDate": values.end_date(last),
        "metadata.cn.role": role,
        "metadata.cn.subject": subject,
        "metadata.cn.endReason": end_reason,
    }
