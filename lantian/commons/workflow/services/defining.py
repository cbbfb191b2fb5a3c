"""Making definitions: facts at once, form and steps by versions, of which one is a draft at most."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.commons.workflow import queries, rules
from lantian.commons.workflow.engine.plan import BadPlan
from lantian.commons.workflow.engine.schema import BadSchema
from lantian.commons.workflow.enums import WorkflowState
from lantian.commons.workflow.errors import BadDefinition, KeyTaken, NothingChanged, NotReady
from lantian.commons.workflow.models import Workflow, WorkflowVersion
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization


@transaction.atomic
def define_workflow(
    *,
    organization: "Organization",
    title: str,
    audience: Iterable[str],
    words: str = "",
    key: str = "",
    about: str = "",
    opens_on: date | None = None,
    closes_on: date | None = None,
    by: Actor,
) -> Workflow:
    """Begin a definition at a unit; it holds for the unit and all below. Raises Denied, KeyTaken."""
    require(rules.may_define, by, organization)
    made = Workflow(
        organization=organization,
        key=key or uuid4().hex[:12],
        title=title.strip(),
        words=words.strip(),
        audience=sorted(set(audience)),
        about=about,
        opens_on=opens_on,
        closes_on=closes_on,
        created_by_id=by.person_id,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise KeyTaken(field="key") from error
    record("workflow.defined", made, by=by, title=made.title)
    return made


@transaction.atomic
def set_workflow(
    workflow: Workflow,
    *,
    title: str,
    words: str,
    audience: Iterable[str],
    opens_on: date | None,
    closes_on: date | None,
    by: Actor,
) -> Workflow:
    """Change what is said about it, for whom and when. Raises Denied."""
    workflow = _locked(workflow)
    require(rules.may_change_definition, by, workflow)
    before = {"title": workflow.title, "audience": workflow.audience}
    workflow.title, workflow.words, workflow.audience = title.strip(), words.strip(), sorted(set(audience))
    workflow.opens_on, workflow.closes_on = opens_on, closes_on
    workflow.save(update_fields=["title", "words", "audience", "opens_on", "closes_on"])
    record("workflow.changed", workflow, by=by, before=before, title=workflow.title, audience=workflow.audience)
    return workflow


@transaction.atomic
def save_draft(workflow: Workflow, *, schema: Mapping[str, Any], plan: Mapping[str, Any], by: Actor) -> WorkflowVersion:
    """Keep form and steps as they are to be; applications go on by the version in force. Raises Denied, BadDefinition."""
    workflow = _locked(workflow)
    require(rules.may_change_definition, by, workflow)
    draft = queries.draft_of(workflow)
    if draft is None:
        last = workflow.versions.order_by("-number").first()
        draft = WorkflowVersion(workflow=workflow, number=(last.number if last else 0) + 1)
    draft.schema, draft.plan, draft.made_by_id = dict(schema), dict(plan), by.person_id
    _judge(draft)
    draft.save()
    record("workflow.draft_saved", workflow, by=by, version=draft.number)
    return draft


def _judge(version: WorkflowVersion) -> None:
    try:
        plan = queries.plan_of(version)
    except BadSchema as fault:
        raise BadDefinition(_said(_("表单"), fault.key, fault.why), field=fault.key) from fault
    except BadPlan as fault:
        raise BadDefinition(_said(_("步骤"), fault.step, fault.why), field=fault.step) from fault
    unknown = [key for key in plan.checks if key not in queries.CHECKS]
    unknown += [effect.do for effect in plan.effects if effect.do not in queries.EFFECTS]
    if unknown:
        raise BadDefinition(_("没有这样的检查或办结动作：%(names)s") % {"names": ", ".join(unknown)})


def _said(part: str, key: str, why: str) -> str:
    words = {
        "not_a_form": _("不是一张表单"),
        "order": _("字段的次序不对"),
        "too_many_fields": _("字段太多"),
        "required": _("必填的字段不存在"),
        "key": _("编号只能用小写字母、数字和下划线，以字母开头"),
        "not_a_field": _("不是一个字段"),
        "label": _("要有名称，名称 60 字以内，说明 200 字以内"),
        "kind": _("没有这种字段"),
        "choices": _("选项要有 1 到 100 个，不能重复"),
        "bounds": _("最小值比最大值还大"),
        "steps": _("要有 1 到 12 步"),
        "twice": _("两步用了同一个编号"),
        "nobody": _("有的申请没有人审批：至少有一步不带条件"),
        "not_a_step": _("不是一步"),
        "title": _("要有名称，40 字以内"),
        "role": _("没有这种审批身份"),
        "level": _("没有这样的层级或超期办法"),
        "days": _("期限是 0 到 250 个工作日；要转上级或默认同意，就要有期限"),
        "votes": _("同意的人数是 1 到 15"),
        "when": _("条件里的字段不存在"),
        "effects": _("办结动作不对"),
        "appeal": _("申诉的期限不对"),
    }
    where = f"{part} {key}".strip()
    return _("%(where)s：%(why)s") % {"where": where, "why": words.get(why, why)}


@transaction.atomic
def discard_draft(workflow: Workflow, *, by: Actor) -> None:
    """Throw away what was not published. Raises Denied, NothingChanged."""
    workflow = _locked(workflow)
    require(rules.may_change_definition, by, workflow)
    draft = queries.draft_of(workflow)
    if draft is None:
        raise NothingChanged
    record("workflow.draft_discarded", workflow, by=by, version=draft.number)
    draft.delete()


@transaction.atomic
def publish_version(workflow: Workflow, *, by: Actor) -> WorkflowVersion:
    """From now on new applications take the draft; those that run keep theirs. Raises Denied, NothingChanged, BadDefinition."""
    workflow = _locked(workflow)
    require(rules.may_change_definition, by, workflow)
    draft = queries.draft_of(workflow)
    if draft is None:
        raise NothingChanged
    _judge(draft)
    draft.published_at = timezone.now()
    draft.save(update_fields=["published_at"])
    record("workflow.published", workflow, by=by, version=draft.number)
    return draft


@transaction.atomic
def open_workflow(workflow: Workflow, *, by: Actor) -> Workflow:
    """Take applications, within the dates if there are any. Again does nothing. Raises Denied, NotReady."""
    workflow = _locked(workflow)
    require(rules.may_change_definition, by, workflow)
    if queries.version_in_force(workflow) is None:
        raise NotReady
    return _set_state(workflow, WorkflowState.OPEN, "workflow.opened", by)


@transaction.atomic
def close_workflow(workflow: Workflow, *, by: Actor) -> Workflow:
    """Take no new applications; those that run go on. Again does nothing. Raises Denied."""
    workflow = _locked(workflow)
    require(rules.may_change_definition, by, workflow)
    if workflow.state == WorkflowState.DRAFT:
        return workflow
    return _set_state(workflow, WorkflowState.CLOSED, "workflow.closed", by)


def _set_state(workflow: Workflow, state: WorkflowState, action: str, by: Actor) -> Workflow:
    if workflow.state != state:
        workflow.state = state
        workflow.save(update_fields=["state"])
        record(action, workflow, by=by)
    return workflow


def _locked(workflow: Workflow) -> Workflow:
    return Workflow.objects.select_for_update(of=("self",)).select_related("organization").get(pk=workflow.pk)
