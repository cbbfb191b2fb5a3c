"""What the applicant does."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.commons.workflow import queries, rules
from lantian.commons.workflow.engine.answers import Fault, faults_of, given
from lantian.commons.workflow.enums import ApplicationState, Happened, TaskState
from lantian.commons.workflow.errors import AlreadyRunning, BadAnswers, CheckFailed, NotReady, WordsWanted
from lantian.commons.workflow.events import ApplicationSubmitted
from lantian.commons.workflow.models import Application, Workflow
from lantian.commons.workflow.services import moving
from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization, Person

NUMBERS = 7_400_011  # advisory: two applications of one moment must not have one number


@transaction.atomic
def begin_application(
    workflow: Workflow,
    *,
    by: Actor,
    title: str = "",
    subject: UUID | None = None,
    answers: Mapping[str, Any] | None = None,
    applicant: "Person | None" = None,
    organization: "Organization | None" = None,
) -> Application:
    """A draft by the version in force, from the unit that the actor acts at.

    The system may begin one for somebody (`applicant` at `organization`). Raises Denied, NotReady, AlreadyRunning, BadAnswers.
    """
    require(rules.may_apply, by, workflow)
    version = queries.version_in_force(workflow)
    if version is None:
        raise NotReady
    unit = organization.pk if organization else by.grant.organization_id if by.grant else workflow.organization_id
    person = applicant.pk if applicant else by.person_id
    if person is None:
        raise NotReady
    made = Application(
        number=_number(),
        version=version,
        workflow=workflow,
        organization_id=unit,
        applicant_id=person,
        title=(title or workflow.title)[:120],
        subject=subject,
        answers=_checked_draft(version.schema, answers or {}),
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyRunning from error
    moving.write_line(made, Happened.BEGUN, by=by)
    record("workflow.begun", made, by=by, workflow=str(workflow.pk))
    return made


def _number() -> str:
    year = timezone.localdate().year
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERS])
    last = (
        Application.objects.filter(number__startswith=f"{year}-").order_by("-number").values_list("number", flat=True)
    )
    newest = last.first()
    return f"{year}-{(int(newest.rpartition('-')[2]) if newest else 0) + 1:07}"


@transaction.atomic
def save_answers(application: Application, answers: Mapping[str, Any], *, by: Actor) -> Application:
    """Keep what is there by now; it need not be complete. Raises Denied, BadAnswers."""
    found = moving.locked(application.pk)
    require(rules.may_change_application, by, found)
    found.answers = _checked_draft(found.version.schema, answers)
    found.save(update_fields=["answers"])
    return found


def _checked_draft(schema: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """A draft may lack answers; those it has are of the right kind."""
    kept = given(answers)
    faults = {key: fault for key, fault in faults_of(schema, kept).items() if fault.why != "required"}
    if faults:
        raise BadAnswers(said(faults))
    return kept


def said(faults: Mapping[str, Fault]) -> dict[str, str]:
    """Each fault as a sentence in the language in force."""
    words = {
        "required": _("请填写"),
        "minLength": _("请填写"),
        "minItems": _("请至少选一项"),
        "const": _("请确认"),
        "maxLength": _("最多 %(bound)s 个字"),
        "minimum": _("不能小于 %(bound)s"),
        "maximum": _("不能大于 %(bound)s"),
        "enum": _("请从选项里选"),
        "format": _("请按 2026-09-01 这样填写日期"),
        "type": _("填的内容不对"),
        "unasked": _("表单里没有这一项"),
    }
    return {key: words.get(fault.why, words["type"]) % {"bound": fault.bound} for key, fault in faults.items()}


@transaction.atomic
def submit_application(application: Application, *, by: Actor, answers: Mapping[str, Any] | None = None) -> Application:
    """Hand it in, for the first time or again: the form is judged, then the automatic checks, then it goes to the first step.

    Raises Denied, BadAnswers, CheckFailed.
    """
    found = moving.locked(application.pk)
    require(rules.may_change_application, by, found)
    if found.state == ApplicationState.DRAFT:
        require(rules.may_apply, by, found.workflow)
    if answers is not None:
        found.answers = given(answers)
    faults = faults_of(found.version.schema, found.answers)
    if faults:
        raise BadAnswers(said(faults))
    plan = queries.plan_of(found.version)
    for key in plan.checks:
        why = queries.CHECKS[key].ask(found)
        if why:
            raise CheckFailed(why)
    found.round += 1
    found.submitted_at = timezone.now()
    found.save(update_fields=["answers", "round", "submitted_at"])
    moving.write_line(found, Happened.SUBMITTED, by=by)
    record("workflow.submitted", found, by=by, round=found.round)
    facts = {"workflow": found.workflow.key, "round": found.round}
    publish(
        ApplicationSubmitted(object_id=found.pk, organization_id=found.organization_id, context=facts, **acted_by(by))
    )
    moving.go_on(found, plan, after="", by=by)
    return found


@transaction.atomic
def withdraw_application(application: Application, *, by: Actor) -> Application:
    """Take it back for good; who was to decide need not. Raises Denied."""
    found = moving.locked(application.pk)
    require(rules.may_withdraw, by, found)
    for task in found.tasks.filter(state=TaskState.OPEN):
        moving.close_task(task, TaskState.DROPPED)
    moving.write_line(found, Happened.WITHDRAWN, by=by)
    moving.settle(found, queries.plan_of(found.version), ApplicationState.WITHDRAWN, by=by)
    return found


@transaction.atomic
def appeal(application: Application, *, words: str, by: Actor) -> Application:
    """Ask for the step that the definition has for appeals. Raises Denied, WordsWanted."""
    found = moving.locked(application.pk)
    require(rules.may_appeal, by, found)
    if not words.strip():
        raise WordsWanted(field="words")
    plan = queries.plan_of(found.version)
    assert plan.appeal is not None  # the rule asked for it
    found.appealed, found.settled_at = True, None
    found.state, found.step = ApplicationState.REVIEW, plan.appeal.step.key
    found.save(update_fields=["appealed", "settled_at", "state", "step"])
    moving.write_line(found, Happened.APPEALED, by=by, words=words.strip())
    record("workflow.appealed", found, by=by)
    moving.open_task(found, plan.appeal.step)
    return found
