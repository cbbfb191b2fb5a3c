"""What the roster holds of a person: how much, the copy of it, and as what the law wants it kept."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.kernel.crypto import KeyLost
from lantian.kernel.holdings import Part, Subject
from lantian.people.roster.enums import Gender, MemberRole
from lantian.people.roster.models import (
    BatchItem,
    BindingCode,
    Guardianship,
    Membership,
    NotDuplicates,
    Person,
    PersonMerge,
    RoleGrant,
)
from lantian.people.roster.queries.history import FACTS, gender_name, history_lines, role_name

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization

ALL = 100_000  # more lines than any person's history has
FAR = date(9999, 12, 31)


def records_of(person: Person) -> list[Person]:
    """The record that goes on, and all duplicates merged into it, with their accounts; one query a generation of merges."""
    found, seen = [person], {person.pk}
    newest = [person.pk]
    while newest:
        rows = list(Person.objects.select_related("account").filter(merged_into__in=newest))
        newest = [row.pk for row in rows if row.pk not in seen]
        found += [row for row in rows if row.pk not in seen]
        seen.update(newest)
    return found


def relatives_of(person_ids: Iterable[UUID]) -> list[UUID]:
    """Guardians, children and those taken for the same person: people in whose history a name may stand. Two queries."""
    ids = set(person_ids)
    pairs = list(
        Guardianship.objects.filter(Q(guardian__in=ids) | Q(student__in=ids)).values_list("guardian", "student")
    )
    pairs += NotDuplicates.objects.filter(Q(low__in=ids) | Q(high__in=ids)).values_list("low", "high")
    return sorted({pk for pair in pairs for pk in pair} - ids)


def last_days(person_ids: Iterable[UUID]) -> dict[str, date]:
    """Until when somebody was (or is: FAR) "student", "staff", "guardian" of a student here; only what they ever were.

    Offices count as staff. Three queries.
    """
    ids = list(person_ids)
    days: dict[str, date] = {}

    def note(kind: str, last: date | None) -> None:
        days[kind] = max(days.get(kind, date.min), last or FAR)

    for role, last in Membership.objects.filter(person__in=ids).values_list("role", "valid_to"):
        note("student" if role == MemberRole.STUDENT else "staff", last)
    for last, revoked in RoleGrant.objects.filter(person__in=ids).values_list("valid_to", "revoked_at"):
        note("staff", timezone.localdate(revoked) if revoked else last)
    wards = Guardianship.objects.filter(guardian__in=ids).values("student")
    rows = Membership.objects.filter(person__in=wards, role=MemberRole.STUDENT)
    for last in rows.values_list("valid_to", flat=True):
        note("guardian", last)
    today = timezone.localdate()
    return {kind: FAR if last >= today else last for kind, last in days.items()}


def answering_unit(person_ids: Iterable[UUID]) -> "Organization | None":
    """The unit that answers for somebody, today or the last one that did: of their places, their children's, their offices."""
    ids = list(person_ids)
    wards = Guardianship.objects.filter(guardian__in=ids).values("student")
    for members in (Q(person__in=ids), Q(person__in=wards)):
        rows = Membership.objects.filter(members).select_related("organization")
        newest = sorted(rows, key=lambda row: (row.valid_to or FAR, row.valid_from))
        if newest:
            return newest[-1].organization
    grant = RoleGrant.objects.filter(person__in=ids).select_related("organization").order_by("-granted_at").first()
    return grant.organization if grant else None


def gone_before(kind: str, before: datetime) -> QuerySet[Person]:
    """Those whose last tie to any unit ended before a moment: as "student" (whatever else they were), as "staff" (never a
    student), as "guardian" (of students alone, or of nobody any more and registered before)."""
    day = timezone.localdate(before)
    later = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    members, grants = Membership.objects.all(), RoleGrant.objects.all()
    wards = Guardianship.objects.filter(student__in=members.filter(later, role=MemberRole.STUDENT).values("person"))
    live_grants = grants.filter(later & (Q(revoked_at__isnull=True) | Q(revoked_at__gte=before)))
    gone = (
        Person.objects.filter(erased_at__isnull=True, merged_into__isnull=True, created_at__lt=before)
        .exclude(pk__in=members.filter(later).values("person"))
        .exclude(pk__in=live_grants.values("person"))
        .exclude(pk__in=wards.values("guardian"))
    )
    were_students = members.filter(role=MemberRole.STUDENT).values("person")
    if kind == "student":
        return gone.filter(pk__in=were_students)
    gone = gone.exclude(pk__in=were_students)
    were_staff = Q(pk__in=members.values("person")) | Q(pk__in=grants.values("person"))
    return gone.filter(were_staff) if kind == "staff" else gone.exclude(were_staff)


# How much there is ------------------------------------------------------------------------------------------------------------
def count_facts(subject: Subject) -> int:
    """Names, days of birth, genders and sealed facts but the phone, over all records."""
    fields = ("name", "birth_date", "citizen_id_index", "student_number_index")
    rows = Person.objects.filter(pk__in=subject.person_ids, erased_at__isnull=True).values_list(*fields, "gender")
    return sum(sum(value is not None for value in row[:-1]) + (row[-1] != Gender.UNKNOWN) for row in rows)


def count_phones(subject: Subject) -> int:
    """Phones over all records."""
    return Person.objects.filter(pk__in=subject.person_ids, phone_index__isnull=False).count()


def memberships_of(subject: Subject) -> QuerySet[Membership]:
    return Membership.objects.filter(person__in=subject.person_ids)


def grants_of(subject: Subject) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(person__in=subject.person_ids)


def bonds_of(subject: Subject) -> QuerySet[Guardianship]:
    return Guardianship.objects.filter(Q(guardian__in=subject.person_ids) | Q(student__in=subject.person_ids))


def codes_of(subject: Subject) -> QuerySet[BindingCode]:
    return BindingCode.objects.filter(student__in=subject.person_ids)


def merges_with(subject: Subject) -> QuerySet[PersonMerge]:
    return PersonMerge.objects.filter(Q(kept__in=subject.person_ids) | Q(dropped__in=subject.person_ids))


def doubts_about(subject: Subject) -> QuerySet[NotDuplicates]:
    return NotDuplicates.objects.filter(Q(low__in=subject.person_ids) | Q(high__in=subject.person_ids))


def batch_items_of(subject: Subject) -> QuerySet[BatchItem]:
    return BatchItem.objects.filter(person__in=subject.person_ids)


# The copy ---------------------------------------------------------------------------------------------------------------------
def _opened(person: Person, name: str) -> Any:
    try:
        value = getattr(person, name)
    except KeyLost:
        return _("暂时无法读取（缺少密钥，请联系运维人员）")
    if name == "gender":
        return gender_name(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def facts_part(subject: Subject) -> Part:
    """A person's facts, sealed ones open."""
    person = Person.objects.get(pk=subject.id)
    rows = [{"fact": str(label), "value": _opened(person, name)} for name, label in FACTS.items()]
    return Part(_("资料"), {"fact": _("项目"), "value": _("内容")}, rows)


def memberships_part(subject: Subject) -> Part:
    """Where they belong and belonged."""
    rows = [
        {
            "organization": row.organization.name,
            "class": row.class_group.name if row.class_group else None,
            "role": role_name(row.role),
            "subject": row.get_subject_display() if row.subject else None,
            "from": row.valid_from.isoformat(),
            "to": row.valid_to.isoformat() if row.valid_to else None,
        }
        for row in memberships_of(subject).select_related("organization", "class_group").order_by("valid_from", "pk")
    ]
    labels = {
        "organization": _("单位"),
        "class": _("班级"),
        "role": _("身份"),
        "subject": _("学科"),
        "from": _("开始日期"),
        "to": _("结束日期"),
    }
    return Part(_("所在单位和班级"), labels, rows)


def roles_part(subject: Subject) -> Part:
    """The roles they were granted."""
    rows = [
        {
            "role": role_name(row.role),
            "organization": row.organization.name,
            "from": row.valid_from.isoformat(),
            "to": row.valid_to.isoformat() if row.valid_to else None,
            "revoked": row.revoked_at.isoformat() if row.revoked_at else None,
        }
        for row in grants_of(subject).select_related("organization").order_by("granted_at", "pk")
    ]
    labels = {
        "role": _("身份"),
        "organization": _("单位"),
        "from": _("开始日期"),
        "to": _("结束日期"),
        "revoked": _("撤销时间"),
    }
    return Part(_("授权"), labels, rows)


def family_part(subject: Subject) -> Part:
    """Guardians and children, by name: their own facts are theirs."""
    rows = []
    for row in bonds_of(subject).select_related("guardian", "student").order_by("created_at", "pk"):
        is_child = row.student_id in subject.person_ids
        other = row.guardian if is_child else row.student
        kind = _("监护人") if is_child else _("孩子")
        rows.append({"kind": kind, "name": other.name, "relation": row.get_relation_display()})
    return Part(_("家庭"), {"kind": _("类型"), "name": _("姓名"), "relation": _("关系")}, rows)


def history_part(subject: Subject) -> Part:
    """What was done with the record, by whom: looks at sealed facts among it."""
    lines = history_lines(Person(pk=subject.id), limit=ALL)
    rows = [{"at": line.at.isoformat(), "who": line.who, "what": line.words} for line in lines]
    return Part(_("经过"), {"at": _("时间"), "who": _("谁"), "what": _("做了什么")}, rows)
