"""The yearly move-up: every class a grade higher, the last grades graduated; in one action, school by school, and undone."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from lantian.kernel import jobs
from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import SYSTEM, Actor, require
from lantian.people.roster import events
from lantian.people.roster.engine.promotion import Plan, Step
from lantian.people.roster.enums import EndReason, MemberRole, PromotionState
from lantian.people.roster.errors import (
    ClassesChanged,
    GraduatesElsewhere,
    NothingToPromote,
    PromotionAlreadyUnderWay,
    PromotionNotUndone,
)
from lantian.people.roster.models import ClassGroup, Membership, Organization, Promotion, PromotionRun
from lantian.people.roster.queries.actors import actor_of_person
from lantian.people.roster.queries.promotion import SchoolPlan, graduates_elsewhere, plan_promotion
from lantian.people.roster.rules import may_promote_classes

UNDER_WAY = (PromotionState.WAITING, PromotionState.RUNNING)
DENIED, CLASH, DONE_BEFORE, NOTHING = "denied", "clash", "done", "nothing"


@transaction.atomic
def start_promotion(
    organization: Organization,
    *,
    school_year: int,
    last_day: date,
    by: Actor,
    carry_over: bool = False,
    left_out: Iterable[UUID] = (),
) -> PromotionRun:
    """Have all schools below `organization` moved up into the school year that begins in `school_year`, by the worker.

    `last_day` ends the memberships of those who graduate. Raises Denied, NothingToPromote, PromotionAlreadyUnderWay.
    """
    require(may_promote_classes, by, organization)
    left = list(left_out)
    # of two at the same moment the second waits here, and then sees the first
    Organization.objects.select_for_update().get(pk=organization.pk)
    if PromotionRun.objects.filter(organization__path__within=organization.path, state__in=UNDER_WAY).exists():
        raise PromotionAlreadyUnderWay
    schools = plan_promotion(organization, school_year=school_year, carry_over=carry_over, left_out=left)
    ready = [school for school in schools if school.ready]
    if not ready:
        raise NothingToPromote
    run = PromotionRun.objects.create(
        organization=organization,
        school_year=school_year,
        last_day=last_day,
        carry_over=carry_over,
        left_out=left,
        total=len(ready),
        created_by_id=by.person_id,
        grant_id=by.grant.id if by.grant else None,
    )
    journal.record("roster.promotion_started", organization, by=by, school_year=school_year, schools=len(ready))
    jobs.enqueue("roster.promote", run=str(run.pk), lock=f"roster.promote.{run.pk}")
    return run


@transaction.atomic
def cancel_promotion(run: PromotionRun, *, by: Actor) -> None:
    """Stop after the school that is under way; schools that moved up stay so (and can be undone). Raises Denied."""
    require(may_promote_classes, by, run.organization)
    PromotionRun.objects.filter(pk=run.pk, state__in=UNDER_WAY).update(cancel_asked=True)


def _acting(run: PromotionRun) -> Actor:
    """Who started the run, in the role acted in then, as far as they still hold it."""
    return actor_of_person(run.created_by, run.grant_id) if run.created_by else SYSTEM


def run_promotion(run_id: UUID | str) -> None:
    """The worker's part: one transaction a school, so that a killed worker goes on with the next. Safe to repeat."""
    run = PromotionRun.objects.select_related("organization", "created_by").get(pk=run_id)
    if run.state not in UNDER_WAY:
        return
    PromotionRun.objects.filter(pk=run.pk).update(state=PromotionState.RUNNING)
    plans = plan_promotion(
        run.organization, school_year=run.school_year, carry_over=run.carry_over, left_out=run.left_out
    )
    met = set(run.promotions.values_list("organization_id", flat=True))
    for one in plans:
        if one.school.pk in met:
            continue
        run.refresh_from_db(fields=["cancel_asked"])
        if run.cancel_asked:
            break
        _promote_school(run, one.school, _acting(run))  # asked anew: the role may be taken back meanwhile
        PromotionRun.objects.filter(pk=run.pk).update(done=run.promotions.count())
    state = PromotionState.CANCELLED if run.cancel_asked else PromotionState.DONE
    PromotionRun.objects.filter(pk=run.pk).update(state=state, finished_at=Now())


def _promote_school(run: PromotionRun, school: Organization, by: Actor) -> None:
    try:
        with transaction.atomic():
            Organization.objects.select_for_update().get(pk=school.pk)
            # planned anew under the lock: somebody may have made a class meanwhile
            found = plan_promotion(
                school, school_year=run.school_year, carry_over=run.carry_over, left_out=run.left_out
            )
            own = next((one for one in found if one.school.pk == school.pk), None)
            reason = _obstacle(own, by)
            if own is None or reason:
                _pass_over(run, school, reason)
            else:
                _move_up(run, own, by)
    except IntegrityError:  # another run of a region above was faster with this school
        _pass_over(run, school, DONE_BEFORE)


def _obstacle(one: SchoolPlan | None, by: Actor) -> str:
    if one is None or not one.plan.steps:
        return NOTHING
    if one.done:
        return DONE_BEFORE
    if one.plan.clashes:
        return CLASH
    return "" if by.is_system or may_promote_classes(by, one.school) else DENIED


def _pass_over(run: PromotionRun, school: Organization, reason: str) -> None:
    Promotion.objects.create(
        run=run,
        organization=school,
        school_year=run.school_year,
        state=PromotionState.CANCELLED,
        reason=reason or NOTHING,
    )


def _move_up(run: PromotionRun, one: SchoolPlan, by: Actor) -> None:
    plan, school = one.plan, one.school
    graduated, ended, kept, dated = _end_classes(plan, school, run.last_day)
    _raise_grades(plan.up)
    row = Promotion.objects.create(
        run=run,
        organization=school,
        school_year=run.school_year,
        classes_up=len(plan.up),
        classes_ended=len(plan.ended),
        students_up=plan.students_up,
        students_graduated=len(graduated),
        before={
            "classes": [
                [str(step.old.id), step.old.stage, step.old.grade, step.old.name, step.grade, step.name]
                for step in plan.steps
            ],
            "graduated": graduated,
            "ended": ended,
            "kept": kept,
            "dated": dated,
        },
    )
    groups = ClassGroup.objects.filter(pk__in=[step.old.id for step in plan.steps])
    journal.record_many("roster.class_promoted", groups, by=by, school_year=run.school_year)
    journal.record(
        "roster.school_promoted",
        school,
        by=by,
        school_year=run.school_year,
        classes=len(plan.up),
        graduated=len(graduated),
    )
    publish(
        events.SchoolPromoted(
            object_id=school.pk,
            organization_id=school.pk,
            promotion_id=row.pk,
            school_year=run.school_year,
            **acted_by(by),
        )
    )


def _end_classes(
    plan: Plan, school: Organization, last_day: date
) -> tuple[list[str], list[str], list[str], dict[str, str]]:
    """Close the last grades. Returns ids of memberships: students ended, staff ended, staff begun anew; and the last days of
    those that were to end later anyway.
    """
    ids = [step.old.id for step in plan.ended]
    if not ids:
        return [], [], [], {}
    later = Q(valid_to__isnull=True) | Q(valid_to__gt=last_day)
    live = list(Membership.objects.select_for_update().filter(later, class_group__in=ids).order_by("pk"))
    students = [row.pk for row in live if row.role == MemberRole.STUDENT]
    staff = [row.pk for row in live if row.role != MemberRole.STUDENT]
    dated = {str(row.pk): row.valid_to.isoformat() for row in live if row.valid_to}
    _end_on(students + staff, last_day)
    ClassGroup.objects.filter(pk__in=ids).update(is_active=False, ended_on=last_day)
    return [str(pk) for pk in students], [str(pk) for pk in staff], _keep_staff(school, staff), dated


def _end_on(ids: list[UUID], last_day: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE roster_membership SET valid_to = GREATEST(valid_from, %s), end_reason = %s WHERE id = ANY(%s)",
            [last_day, EndReason.GRADUATED, ids],
        )


def _keep_staff(school: Organization, ended: list[UUID]) -> list[str]:
    """Who taught only classes that graduated still belongs to the school: as its teacher, without a class."""
    gone = Membership.objects.filter(pk__in=ended).values_list("person_id", flat=True)
    staying = Membership.objects.filter(person__in=list(gone), organization=school, valid_to__isnull=True).values_list(
        "person_id", flat=True
    )
    today = timezone.localdate()
    made = [
        Membership(person_id=person, organization=school, role=MemberRole.TEACHER, valid_from=today)
        for person in sorted(set(gone) - set(staying))
    ]
    Membership.objects.bulk_create(made, batch_size=1000)
    return [str(row.pk) for row in made]


def _raise_grades(steps: list[Step]) -> None:
    """From the highest grade down, so that no two classes ever have the same place."""
    for step in sorted(steps, key=lambda step: -step.old.grade):
        ClassGroup.objects.filter(pk=step.old.id).update(stage=step.stage, grade=step.grade, name=step.name)


@transaction.atomic
def undo_promotion(run: PromotionRun, *, by: Actor) -> int:
    """Take back what a run did, all of it or nothing. Returns how many schools are as they were.

    Raises Denied, PromotionAlreadyUnderWay, PromotionNotUndone (nothing to take back), GraduatesElsewhere, ClassesChanged.
    """
    require(may_promote_classes, by, run.organization)
    row = PromotionRun.objects.select_for_update().get(pk=run.pk)
    if row.state in UNDER_WAY:
        raise PromotionAlreadyUnderWay
    promotions = Promotion.objects.select_for_update(of=("self",)).filter(run=run, state=PromotionState.DONE)
    rows = list(promotions.select_related("organization"))
    if not rows:
        raise PromotionNotUndone
    elsewhere = graduates_elsewhere(promotions)
    if elsewhere:
        raise GraduatesElsewhere(elsewhere)
    for one in rows:
        _take_back(one, by)
    PromotionRun.objects.filter(pk=run.pk).update(state=PromotionState.UNDONE)
    return len(rows)


def _take_back(one: Promotion, by: Actor) -> None:
    require(may_promote_classes, by, one.organization)  # it may have been moved to another bureau since
    before = one.before
    groups = {str(row.pk): row for row in ClassGroup.objects.select_for_update().filter(organization=one.organization)}
    for pk, _stage, grade, _name, new_grade, _new_name in before["classes"]:
        group = groups.get(pk)
        expected = grade if new_grade is None else new_grade
        if group is None or group.grade != expected or group.is_active != (new_grade is not None):
            raise ClassesChanged(one.organization)
    try:
        with transaction.atomic():
            for pk, stage, grade, name, _new_grade, _new_name in sorted(before["classes"], key=lambda row: row[2]):
                ClassGroup.objects.filter(pk=pk).update(
                    stage=stage, grade=grade, name=name, is_active=True, ended_on=None
                )
            # what somebody has corrected by hand since is left as it is
            ended = Membership.objects.filter(
                pk__in=[*before["graduated"], *before["ended"]], end_reason=EndReason.GRADUATED
            )
            for pk, last in before.get("dated", {}).items():
                ended.filter(pk=pk).update(valid_to=last, end_reason="")
            ended.exclude(pk__in=list(before.get("dated", {}))).update(valid_to=None, end_reason="")
    except IntegrityError as error:
        raise ClassesChanged(one.organization) from error
    # a membership that lasted for no time at all never was: it began with the move-up that is taken back
    Membership.objects.filter(pk__in=before["kept"]).delete()
    Promotion.objects.filter(pk=one.pk).update(state=PromotionState.UNDONE, undone_at=Now())
    journal.record("roster.promotion_undone", one.organization, by=by, school_year=one.school_year)
    publish(
        events.PromotionUndone(
            object_id=one.organization_id, organization_id=one.organization_id, promotion_id=one.pk, **acted_by(by)
        )
    )
