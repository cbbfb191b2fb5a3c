"""What a yearly move-up would do, and what one did."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from lantian.kernel.rules import Actor
from lantian.people.roster.engine import promotion
from lantian.people.roster.enums import SCHOOL_KINDS, ClassKind, MemberRole, PromotionState
from lantian.people.roster.models import ClassGroup, Membership, Organization, Promotion, PromotionRun, valid_on
from lantian.people.roster.queries.visible import NOTHING


@dataclass(frozen=True, slots=True)
class SchoolPlan:
    """A school (or campus, or teaching point) with what would become of its classes. `done`: it moved up already."""

    school: Organization
    plan: promotion.Plan
    done: bool

    @property
    def ready(self) -> bool:
        return not self.done and not self.plan.clashes and bool(self.plan.steps)


def default_school_year() -> int:
    """The school year to move into today: from May on the coming one, before that the one that runs."""
    today = timezone.localdate()
    return today.year if today.month >= 5 else today.year - 1


def plan_promotion(
    root: Organization, *, school_year: int, carry_over: bool = False, left_out: Iterable[UUID] = ()
) -> list[SchoolPlan]:
    """What would become of every school below `root` that has classes. Four queries, whatever the size."""
    left = frozenset(left_out)
    rows = ClassGroup.objects.filter(organization__path__within=root.path, is_active=True, kind=ClassKind.HOMEROOM)
    # places are counted, not people told apart, which would sort all pupils of a city
    places = Membership.objects.filter(valid_on(timezone.localdate()), role=MemberRole.STUDENT)
    students = dict(places.filter(class_group__in=rows.values("pk")).values_list("class_group").annotate(Count("pk")))
    facts = rows.order_by("grade", "number").values_list(
        "organization", "pk", "stage", "grade", "number", "name", "entry_year"
    )
    classes: dict[UUID, list[promotion.OldClass]] = {}
    for school, pk, stage, grade, number, name, entry_year in facts:
        old = promotion.OldClass(pk, stage, grade, number, name, entry_year, students.get(pk, 0))
        classes.setdefault(school, []).append(old)
    schools = Organization.objects.filter(path__within=root.path, is_active=True, kind__in=SCHOOL_KINDS)
    done = set(
        Promotion.objects.filter(
            organization__path__within=root.path, school_year=school_year, state=PromotionState.DONE
        ).values_list("organization_id", flat=True)
    )
    return [
        SchoolPlan(
            school,
            promotion.plan(
                classes[school.pk],
                school_year=school_year,
                stages=school.stages,
                carry_over=carry_over,
                left_out=left,
            ),
            school.pk in done,
        )
        for school in schools.order_by("sort_key", "id")
        if school.pk in classes and school.pk not in left
    ]


def promotion_runs_visible_to(actor: Actor) -> QuerySet[PromotionRun]:
    """Runs at one's own unit and below, for those who administer it."""
    if actor.is_system:
        return PromotionRun.objects.all()
    q = Q(organization__path__within_any=list(actor.paths)) if actor.paths else NOTHING
    return PromotionRun.objects.filter(q)


def graduates_elsewhere(promotions: QuerySet[Promotion]) -> int:
    """How many of those who graduated are students somewhere by now: while there are any, nothing is taken back."""
    ended = [pk for row in promotions for pk in row.before.get("graduated", ())]
    people = Membership.objects.filter(pk__in=ended).values("person")
    live = Membership.objects.filter(valid_on(timezone.localdate()), role=MemberRole.STUDENT, person__in=people)
    return live.exclude(pk__in=ended).values("person").distinct().count()
