"""Who has agreed for whom, and who has not yet."""

from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from lantian.kernel.holdings import Subject
from lantian.kernel.rules import Actor
from lantian.people.privacy.engine.consent_texts import current_version
from lantian.people.privacy.enums import ConsentState
from lantian.people.privacy.models import Consent
from lantian.people.roster import queries as roster
from lantian.people.roster.engine.ages import ADULT_AGE, CONSENT_AGE, born_after, is_under
from lantian.people.roster.enums import Role
from lantian.people.roster.queries import YOUNG_STAGES
from lantian.people.roster.queries.visible import homeroom_students

if TYPE_CHECKING:
    from lantian.people.roster.models import Membership, Person


def is_guardian_of(actor: Actor, student: "Person") -> bool:
    """Whether the actor, whatever role they act in, is registered as a guardian of the student."""
    return actor.person_id is not None and roster.guardians_of(student).filter(guardian=actor.person_id).exists()


def answers_for(actor: Actor, person: "Person") -> bool:
    """Whether the person is the actor's child and not grown up; without a birth date: still at a school."""
    under = is_under(ADULT_AGE, person.birth_date, timezone.localdate())
    if under is None:
        under = roster.student_memberships().filter(person=person).exists()
    return under and is_guardian_of(actor, person)


def needs_consent(student: "Person") -> bool:
    """Under fourteen; without a birth date: a pupil of a kindergarten or primary school."""
    return roster.is_under_consent_age(student)


def consents_of(student: "Person") -> QuerySet[Consent]:
    """All that was ever given for a child, newest first. The caller has asked the rule."""
    return Consent.objects.filter(student=student).select_related("guardian", "recorded_by").order_by("-given_at", "pk")


def consents_with(subject: Subject) -> QuerySet[Consent]:
    """Consents for or by a person."""
    return Consent.objects.filter(Q(student__in=subject.person_ids) | Q(guardian__in=subject.person_ids))


def state_of(consents: list[Consent]) -> ConsentState:
    """Where a child stands, from all its consents."""
    standing = [row for row in consents if row.withdrawn_at is None]
    if any(row.version == current_version(timezone.localdate()) for row in standing):
        return ConsentState.GIVEN
    if standing:
        return ConsentState.OLDER
    return ConsentState.WITHDRAWN if consents else ConsentState.MISSING


def agreed_to() -> "QuerySet[Consent]":
    """The children for whom the text in force is agreed to, as ids for a comparison of many at once."""
    standing = Consent.objects.filter(withdrawn_at__isnull=True, version=current_version(timezone.localdate()))
    return standing.values("student")  # type: ignore[return-value]  # rows of one column, to compare with


def with_consent_state(rows: "QuerySet[Membership]") -> "QuerySet[Membership]":
    """The rows with `consent` (a ConsentState value) on each: the same as `state_of`, in the database."""
    of_child = Consent.objects.filter(student=OuterRef("person"))
    standing = of_child.filter(withdrawn_at__isnull=True)
    words: list[Any] = [
        When(Exists(standing.filter(version=current_version(timezone.localdate()))), then=Value("given")),
        When(Exists(standing), then=Value("older")),
        When(Exists(of_child), then=Value("withdrawn")),
    ]
    return rows.annotate(consent=Case(*words, default=Value("missing"), output_field=CharField()))


def children_answered_for(actor: Actor) -> "QuerySet[Membership]":
    """Today's places of the children under fourteen whom the actor's role answers for: the subtree's, or the own homeroom's."""
    limit = born_after(CONSENT_AGE, timezone.localdate())
    young = Q(person__birth_date__gt=limit) | Q(
        person__birth_date__isnull=True, class_group__stage__in=[str(stage) for stage in YOUNG_STAGES]
    )
    rows = roster.student_memberships().filter(young)
    if actor.paths:
        return rows.filter(organization__path__within_any=list(actor.paths))
    if actor.has_role(Role.HOMEROOM_TEACHER):
        return rows.filter(pk__in=homeroom_students(actor).values("pk"))
    return rows.none()


def wards_without_consent(actor: Actor) -> "list[Person]":
    """A guardian's children for whom the text in force is not agreed to. One query."""
    if actor.person_id is None:
        return []
    limit = born_after(CONSENT_AGE, timezone.localdate())
    current = Consent.objects.filter(
        student=OuterRef("student"), withdrawn_at__isnull=True, version=current_version(timezone.localdate())
    )
    young = roster.student_memberships().filter(person=OuterRef("student"), class_group__stage__in=YOUNG_STAGES)
    rows = roster.wards_of_id(actor.person_id).filter(
        ~Exists(current), Q(student__birth_date__gt=limit) | Q(student__birth_date__isnull=True) & Exists(young)
    )
    return [row.student for row in rows]
