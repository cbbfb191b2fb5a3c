"""Whom a request is about, what would go and what would stay, and who sees it."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.kernel.holdings import HOLDINGS, Subject
from lantian.kernel.journal.queries import names_noted
from lantian.kernel.rules import SYSTEM, Actor
from lantian.kernel.shaped import shaped
from lantian.kernel.web.dates import said_day
from lantian.people.privacy.enums import OPEN, ErasureState
from lantian.people.privacy.models import Erasure
from lantian.people.privacy.queries.retention import LEFT, period_of
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import Role
from lantian.people.roster.queries import finding, holding

if TYPE_CHECKING:
    from lantian.kernel.rules import Text
    from lantian.people.roster.models import Organization, Person

DECIDERS = (Role.OFFICER, Role.SCHOOL_HEAD)
SHORTEST_NAME = 2


def new_pseudonym() -> str:
    """What stands for a name that is no more: random, so that it says nothing."""
    return f"已删除{uuid4().hex[:6].upper()}"  # i18n: data; it takes a name's place in every language


def subject_of(person: "Person", today: date | None = None) -> Subject:
    """All that holdings have to know of a person. Some ten queries, whatever there is."""
    records = holding.records_of(person)
    ids = tuple(row.pk for row in records)
    accounts = [row.account for row in records if row.account is not None]
    names = {row.name for row in records} | names_noted(ids)
    names |= {word for account in accounts for word in (account.username, account.display_name)}
    kept_as, tied, why = _keeping(ids, today or timezone.localdate())
    return Subject(
        person_ids=ids,
        account_ids=tuple(account.pk for account in accounts),
        names=tuple(sorted((name for name in names if len(name) >= SHORTEST_NAME), key=len, reverse=True)),
        relatives=tuple(holding.relatives_of(ids)),
        pseudonym=new_pseudonym(),
        kept_as=kept_as,
        tied=tied,
        why_kept=why,
    )


def _keeping(ids: "tuple[object, ...]", today: date) -> "tuple[frozenset[str], bool, Text]":
    """As what the record has to be kept, whether some of it is so today, and why."""
    words = {
        "student": _("在读学生的学籍档案必须保存。"),
        "staff": _("在岗人员的档案必须保存。"),
        "guardian": _("孩子在读，监护人资料是学籍档案的一部分。"),
    }
    kept, why, tied = set(), "", False
    for kind, last in holding.last_days(ids).items():  # type: ignore[arg-type]  # ids of people
        if last == holding.FAR:
            kept.add(kind)
            why, tied = why if tied else words[kind], True
            continue
        until = _years_after(last, period_of(LEFT[kind]))
        if until > today:
            kept.add(kind)
            why = why or _("档案的保存期到 %(day)s，还没有满。") % {"day": said_day(until)}
    return frozenset(kept), tied, why


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


@dataclass(frozen=True)
class Planned:
    """What becomes of one holding: `count` things go, or stay because of `why` (rows without a name: `leaves` alone)."""

    key: str
    title: str
    count: int
    goes: bool
    why: str
    leaves: str


def plan_of(subject: Subject) -> list[Planned]:
    """What erasing would do, holding by holding; those that hold nothing are left out."""
    rows = []
    for key, held in HOLDINGS.items():
        count = held.count(subject)
        why = str(held.stays(subject))
        if count and held.erase is None:  # rows that lose their name with the record, or keep it with it
            why = why or str(subject.why_kept)
        if count:
            rows.append(Planned(key, str(held.title), count, not why, why, str(held.leaves)))
    return rows


def answering_unit(subject: Subject) -> "Organization | None":
    """Who answers for the person; for somebody without any unit whoever stands above all."""
    found = holding.answering_unit(subject.person_ids)
    return found or roster.organizations_visible_to(SYSTEM).filter(parent__isnull=True).order_by("created_at").first()


def erasures_visible_to(actor: Actor) -> QuerySet[Erasure]:
    """Requests about oneself, one's children, or made by oneself; and those that the units of one's subtree answer."""
    if actor.is_system:
        return Erasure.objects.all()
    if actor.person_id is None:
        return Erasure.objects.none()
    q = Q(requested_by=actor.person_id) | Q(person=actor.person_id)
    q |= Q(person__in=roster.wards_of_id(actor.person_id).order_by().values("student"))
    if actor.has_role(*DECIDERS):
        q |= Q(organization__path__within_any=list(actor.paths))
    return Erasure.objects.filter(q)


def erasures_of(person: "Person") -> QuerySet[Erasure]:
    """All requests about a person, newest first. The caller has asked the rule."""
    return Erasure.objects.filter(person=person).select_related("organization", "decided_by").order_by("-requested_at")


def open_erasure_of(person: "Person") -> Erasure | None:
    """The request about a person that is under way."""
    return erasures_of(person).filter(state__in=OPEN).first()


def erasures_to_decide(actor: Actor) -> QuerySet[Erasure]:
    """What waits for a word of the units of the actor's subtree; the most pressing first."""
    if not actor.has_role(*DECIDERS):
        return Erasure.objects.none()
    rows = Erasure.objects.filter(organization__path__within_any=list(actor.paths), state=ErasureState.WAITING)
    return rows.exclude(person=actor.person_id).order_by("decide_by")


MOST_COUNTED = 100  # requests


@shaped
def _days_to_decide(actor: Actor) -> QuerySet[Any, Any]:
    return erasures_to_decide(actor).values_list("decide_by", flat=True)[:MOST_COUNTED]


def days_to_decide(actor: Actor) -> "list[date]":
    """By when a word is due on each of `erasures_to_decide`, the first first, at most MOST_COUNTED. One query."""
    return _days_to_decide(actor)


def erasure_known(pk: UUID) -> Erasure | None:
    """A request of which one has the id alone, for telling those concerned."""
    return Erasure.objects.select_related("organization").filter(pk=pk).first()


def erasures_due(today: date) -> QuerySet[Erasure]:
    """Approved ones whose days of grace are over."""
    return Erasure.objects.filter(state=ErasureState.APPROVED, erase_on__lte=today).order_by("erase_on", "pk")


def person_by_number(name: str, number: str) -> "Person | None":
    """The one of this name with this citizen ID, student number or phone, wherever, past ones too; None when there is none or
    more than one. The caller asks the rule before it says anything."""
    known = (
        Q(citizen_id_index=finding.citizen_id_index(number))
        | Q(student_number_index=finding.student_number_index(number))
        | Q(phone_index=finding.phone_index(number))
    )
    rows = roster.people_visible_to(SYSTEM).filter(known, name=" ".join(name.split()))
    found = list(rows.filter(merged_into__isnull=True, erased_at__isnull=True)[:2])
    return found[0] if len(found) == 1 else None


def outcome_of(erasure: Erasure) -> list[tuple[str, int, int]]:
    """(what, how many went, how many stayed) of what was erased; kinds that held nothing are left out."""
    rows = []
    for key, (went, stayed) in erasure.outcome.items():
        held = HOLDINGS.get(key)
        if held is not None and went + stayed:
            rows.append((str(held.title), went, stayed))
    return rows
