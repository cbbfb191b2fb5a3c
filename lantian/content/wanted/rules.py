"""Who may call for resources, see a call, answer it, and decide on answers."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.content.resources import queries as resources
from lantian.content.resources.enums import ResourceState
from lantian.content.resources.rules import may_view_resource
from lantian.content.taxonomy import queries as taxonomy
from lantian.content.wanted import queries
from lantian.content.wanted.enums import AnswerState, CallState
from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair, within

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource
    from lantian.content.wanted.models import Answer, Call
    from lantian.people.schedule.models import Alliance


@rule("wanted.view_call")
def may_view_call(actor: Actor, call: "Call") -> Verdict:
    """Those who are asked, those who answered, and the offices that manage it."""
    if queries.calls_visible_to(actor).filter(pk=call.pk).exists():
        return ALLOW
    return deny(_("这个征集不是给您的"))


visible_pair(may_view_call)(queries.calls_visible_to)


@rule("wanted.list_calls")
def may_list_calls(actor: Actor) -> Verdict:
    """Those who make resources."""
    if actor.person_id is None or not actor.has_role(*resources.MAKING_ROLES):
        return deny(_("征集给教师和教研、管理人员看"))
    return ALLOW


@rule("wanted.make_call")
def may_make_call(actor: Actor, alliance: "Alliance | None" = None) -> Verdict:
    """Officers and researchers of a region, for its own subtree or an alliance that is led from there."""
    paths = taxonomy.editing_paths(actor)
    if not paths or actor.person_id is None:
        return deny(_("由教育局和教研室征集"))
    if alliance is None or any(within(alliance.lead.path, path) for path in paths):
        return ALLOW
    return deny(_("只能向本地区牵头的联盟征集"))


@rule("wanted.manage_call")
def may_manage_call(actor: Actor, call: "Call") -> Verdict:
    """Officers and researchers of its unit, and of the regions above."""
    if any(within(call.organization.path, path) for path in taxonomy.editing_paths(actor)):
        return ALLOW
    return deny(_("由发出征集的单位和上级办理"))


@rule("wanted.answer_call")
def may_answer_call(actor: Actor, call: "Call", resource: "Resource | None" = None) -> Verdict:
    """Those who are asked, while it is open, with resources of their own."""
    if not call.is_open:
        return deny(_("这个征集已经结束"))
    if actor.person_id is None or not queries.calls_addressed_to(actor).filter(pk=call.pk).exists():
        return deny(_("这个征集不是给您的"))
    if resource is not None and resource.author_id != actor.person_id:
        return deny(_("只能用自己的资源应征"))
    if resource is not None and resource.state == ResourceState.WITHDRAWN:
        return deny(_("下架的资源不能应征"))
    return ALLOW


@rule("wanted.take_back")
def may_take_back(actor: Actor, answer: "Answer") -> Verdict:
    """Whoever gave it, until it is decided."""
    if actor.person_id is None or answer.person_id != actor.person_id:
        return deny(_("只能收回自己的应征"))
    if answer.state != AnswerState.WAITING:
        return deny(_("已经有了答复"))
    return ALLOW


@rule("wanted.decide_answer")
def may_decide_answer(actor: Actor, answer: "Answer") -> Verdict:
    """Whoever manages the call, while it is not over; not on what is one's own."""
    verdict = may_manage_call(actor, answer.call)
    if not verdict:
        return verdict
    if actor.person_id is not None and actor.person_id in (answer.person_id, answer.resource.author_id):
        return deny(_("自己的应征由别人答复"))
    if answer.call.state != CallState.OPEN:
        return deny(_("这个征集已经结束"))
    return ALLOW


@rule("wanted.accept_answer")
def may_accept_answer(actor: Actor, answer: "Answer") -> Verdict:
    """As `decide_answer`, of resources that one can look at."""
    verdict = may_decide_answer(actor, answer)
    if not verdict:
        return verdict
    if may_view_resource(actor, answer.resource):
        return ALLOW
    return deny(_("这个资源还没有提交或发布，您看不到内容，等看得到再采用"))
