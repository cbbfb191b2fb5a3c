"""Who may define, apply, see, decide."""

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lantian.commons.workflow import queries
from lantian.commons.workflow.enums import WITH_APPLICANT, ApplicationState, TaskState, WorkflowState
from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair, within

if TYPE_CHECKING:
    from lantian.commons.workflow.models import Application, Delegation, Task, Workflow
    from lantian.people.roster.models import Organization


@rule("workflow.define")
def may_define(actor: Actor, organization: "Organization | None" = None) -> Verdict:
    """Heads, school IT and officers, for their own unit and those below. Asked without one: for any."""
    if not actor.has_role(*queries.MAKING_ROLES):
        return deny(_("事项由学校和教育局的管理人员设置"))
    if organization is None or actor.administers(organization.path):
        return ALLOW
    return deny(_("这个单位不在您的管理范围内"))


@rule("workflow.change_definition")
def may_change_definition(actor: Actor, workflow: "Workflow") -> Verdict:
    """Whoever may define at its unit. What an app brought along keeps its form: the app reads the answers."""
    return may_define(actor, workflow.organization)


@rule("workflow.view_workflow")
def may_view_workflow(actor: Actor, workflow: "Workflow") -> Verdict:
    """Everybody below its unit once it was open; its makers always."""
    if queries.workflows_visible_to(actor).filter(pk=workflow.pk).exists():
        return ALLOW
    return deny(_("这个事项不对您开放"))


visible_pair(may_view_workflow)(queries.workflows_visible_to)


@rule("workflow.apply")
def may_apply(actor: Actor, workflow: "Workflow") -> Verdict:
    """Those below its unit in a role that it is for, while it is open."""
    if actor.person_id is None or actor.grant is None or not within(actor.grant.path, workflow.organization.path):
        return deny(_("这个事项不对您开放"))
    if actor.role not in workflow.audience:
        return deny(_("这个事项不对您的身份开放"))
    today = timezone.localdate()
    if workflow.state != WorkflowState.OPEN:
        return deny(_("这个事项现在不受理"))
    if workflow.opens_on and today < workflow.opens_on:
        return deny(_("这个事项还没有开始受理"))
    if workflow.closes_on and today > workflow.closes_on:
        return deny(_("这个事项已经截止"))
    return ALLOW


@rule("workflow.view_application")
def may_view_application(actor: Actor, application: "Application") -> Verdict:
    """The applicant, those who decide on it or did, and the administration of the unit that it comes from."""
    if queries.applications_visible_to(actor).filter(pk=application.pk).exists():
        return ALLOW
    return deny(_("您看不到这份申请"))


visible_pair(may_view_application)(queries.applications_visible_to)


@rule("workflow.change_application")
def may_change_application(actor: Actor, application: "Application") -> Verdict:
    """The applicant, while it is a draft or was sent back."""
    if actor.person_id is None or actor.person_id != application.applicant_id:
        return deny(_("只有申请人可以修改"))
    if application.state not in WITH_APPLICANT:
        return deny(_("已经提交的申请不能修改，可以先撤回"))
    return ALLOW


@rule("workflow.withdraw")
def may_withdraw(actor: Actor, application: "Application") -> Verdict:
    """The applicant, until it is settled."""
    if actor.person_id is None or actor.person_id != application.applicant_id:
        return deny(_("只有申请人可以撤回"))
    if application.state not in (*WITH_APPLICANT, ApplicationState.REVIEW):
        return deny(_("已经办结，不能撤回"))
    return ALLOW


@rule("workflow.decide")
def may_decide(actor: Actor, task: "Task") -> Verdict:
    """Whoever holds the step's role at its unit, or stands in for somebody who does; nobody on an own matter, nobody twice."""
    if task.state != TaskState.OPEN:
        return deny(_("这一步已经办过了"))
    if actor.person_id is None or not queries.may_do(actor, task):
        return deny(_("这一步不由您办理"))
    application = task.application
    if actor.person_id == application.applicant_id:
        return deny(_("不能审批自己的申请"))
    about = queries.SUBJECTS.get(application.workflow.about)
    if about and application.subject and actor.person_id in about.involved(application.subject):
        return deny(_("您参与了这件事，请由别人审批"))
    if task.decisions.filter(person=actor.person_id).exists():
        return deny(_("您已经表过态，还等别人"))
    return ALLOW


@rule("workflow.appeal")
def may_appeal(actor: Actor, application: "Application") -> Verdict:
    """The applicant, once, within the days that the definition gives."""
    if actor.person_id is None or actor.person_id != application.applicant_id:
        return deny(_("只有申请人可以申诉"))
    if application.state != ApplicationState.REJECTED:
        return deny(_("没有通过的申请才可以申诉"))
    if application.appealed:
        return deny(_("已经申诉过一次"))
    until = queries.appeal_until(application)
    if until is None:
        return deny(_("这个事项没有申诉这一步"))
    if timezone.localdate() > until:
        return deny(_("申诉的期限已经过了"))
    return ALLOW


@rule("workflow.delegate")
def may_delegate(actor: Actor) -> Verdict:
    """Who decides on something by the role acted in."""
    if actor.person_id is not None and actor.has_role(*queries.DECIDING_ROLES):
        return ALLOW
    return deny(_("您现在的身份没有审批的事"))


@rule("workflow.end_delegation")
def may_end_delegation(actor: Actor, delegation: "Delegation") -> Verdict:
    """The giver, and the taker, who need not go on."""
    if actor.person_id is not None and actor.person_id in (delegation.giver_id, delegation.taker_id):
        return ALLOW
    return deny(_("只有委托双方可以结束委托"))
