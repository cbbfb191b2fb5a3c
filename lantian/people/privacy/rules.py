"""Who agrees for a child, who sees who looked, who takes a copy or the audit out."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair
from lantian.people.privacy import queries
from lantian.people.roster.enums import Role
from lantian.people.roster.queries.holding import answering_unit
from lantian.people.roster.rules import may_bind_guardian, may_view_person

if TYPE_CHECKING:
    from lantian.people.privacy.models import Erasure
    from lantian.people.roster.models import Person


@rule("privacy.give_consent")
def may_give_consent(actor: Actor, student: "Person") -> Verdict:
    """A registered guardian of the child, in whatever role they act: agreeing is nobody's office."""
    if queries.is_guardian_of(actor, student):
        return ALLOW
    return deny(_("只有登记的监护人可以同意"))


@rule("privacy.record_paper_consent")
def may_record_paper_consent(actor: Actor, student: "Person") -> Verdict:
    """Who registers the child's guardians (homeroom teacher, school administration); nobody for the own child."""
    if queries.is_guardian_of(actor, student):
        return deny(_("自己孩子的同意书请在线同意"))
    if may_bind_guardian(actor, student):
        return ALLOW
    return deny(_("只有班主任和本校管理人员可以登记纸质同意书"))


@rule("privacy.withdraw_consent")
def may_withdraw_consent(actor: Actor, student: "Person") -> Verdict:
    """Any guardian of the child; on a guardian's word those who enter papers."""
    if queries.is_guardian_of(actor, student) or may_record_paper_consent(actor, student):
        return ALLOW
    return deny(_("只有监护人可以撤回同意"))


@rule("privacy.read_consent")
def may_read_consent(actor: Actor, student: "Person") -> Verdict:
    """The child, the guardians, the homeroom teacher, and the administration of the child's units."""
    if actor.person_id is not None and actor.person_id == student.pk:
        return ALLOW
    if queries.is_guardian_of(actor, student) or may_bind_guardian(actor, student):
        return ALLOW
    if actor.paths and may_view_person(actor, student):
        return ALLOW
    return deny(_("同意书只给监护人、班主任和管理人员看"))


@rule("privacy.list_consents")
def may_list_consents(actor: Actor) -> Verdict:
    """Those who answer for children: administrations and homeroom teachers."""
    if actor.paths or actor.has_role(Role.HOMEROOM_TEACHER):
        return ALLOW
    return deny(_("同意情况供班主任和管理人员查看"))


@rule("privacy.read_looks")
def may_read_looks(actor: Actor, person: "Person") -> Verdict:
    """Oneself, the guardians of a child who is not grown up, and the administration of the person's units."""
    if actor.person_id is not None and actor.person_id == person.pk:
        return ALLOW
    if queries.answers_for(actor, person) or (actor.paths and may_view_person(actor, person)):
        return ALLOW
    return deny(_("谁看过隐私信息，只给本人、监护人和管理人员看"))


@rule("privacy.export_data")
def may_export_data(actor: Actor, person: "Person") -> Verdict:
    """Take a copy of all that is held: oneself, and the guardians of a child who is not grown up. No office gives this."""
    if actor.person_id is not None and actor.person_id == person.pk:
        return ALLOW
    if queries.answers_for(actor, person):
        return ALLOW
    return deny(_("个人信息副本只给本人和未成年人的监护人"))


@rule("privacy.read_audit")
def may_read_audit(actor: Actor) -> Verdict:
    """Officers, and heads for their school: those who answer for the yearly audit."""
    if actor.has_role(Role.OFFICER, Role.SCHOOL_HEAD):
        return ALLOW
    return deny(_("查看和授权记录供教育局和校长使用"))


@rule("privacy.request_erasure")
def may_request_erasure(actor: Actor, person: "Person") -> Verdict:
    """Ask that data be erased: oneself from fourteen years on, and the guardians of a child who is not grown up."""
    if actor.person_id is not None and actor.person_id == person.pk:
        return deny(_("未满十四周岁由监护人申请")) if queries.needs_consent(person) else ALLOW
    if queries.answers_for(actor, person):
        return ALLOW
    return deny(_("删除个人信息由本人或未成年人的监护人申请"))


_RECORDERS = (Role.OFFICER, Role.SCHOOL_HEAD, Role.SCHOOL_IT)


@rule("privacy.record_erasure")
def may_record_erasure(actor: Actor, person: "Person | None" = None) -> Verdict:
    """Enter a request that came on paper: the administration of the unit that answers for the person, past ones too; nobody for
    themselves or their own child. Asked without a person: whether for anybody."""
    if not actor.has_role(*_RECORDERS):
        return deny(_("书面申请由学校管理人员或教育局登记"))
    if person is None:
        return ALLOW
    if actor.person_id == person.pk or queries.is_guardian_of(actor, person):
        return deny(_("自己和自己孩子的申请请在线提出"))
    unit = answering_unit([person.pk])
    if unit is not None and actor.administers(unit.path):
        return ALLOW
    return deny(_("这个人不归您的单位受理"))


@rule("privacy.list_erasures")
def may_list_erasures(actor: Actor) -> Verdict:
    """Those who decide: heads and officers."""
    if actor.has_role(*queries.DECIDERS):
        return ALLOW
    return deny(_("删除申请由校长或教育局审核"))


@rule("privacy.view_erasure")
def may_view_erasure(actor: Actor, erasure: "Erasure") -> Verdict:
    """Whom it is about, who asked, and who decides."""
    if queries.erasures_visible_to(actor).filter(pk=erasure.pk).exists():
        return ALLOW
    return deny(_("这份申请不在您能看到的范围内"))


visible_pair(may_view_erasure)(queries.erasures_visible_to)


@rule("privacy.decide_erasure")
def may_decide_erasure(actor: Actor, erasure: "Erasure") -> Verdict:
    """The head of the answering unit or an officer above; nobody what they asked for or entered, nor about themselves or their
    own child."""
    if not actor.has_role(*queries.DECIDERS) or not actor.administers(erasure.organization.path):
        return deny(_("这份申请由受理单位的校长或上级教育局审核"))
    if actor.person_id in (erasure.person_id, erasure.requested_by_id):
        return deny(_("自己提出或登记的申请由别人审核，请上级办理"))
    if queries.is_guardian_of(actor, erasure.person):
        return deny(_("自己孩子的申请由别人审核，请上级办理"))
    return ALLOW


@rule("privacy.withdraw_erasure")
def may_withdraw_erasure(actor: Actor, erasure: "Erasure") -> Verdict:
    """Think better of it: who asked or entered it, whom it is about, and a child's guardians."""
    if actor.person_id is not None and actor.person_id in (erasure.person_id, erasure.requested_by_id):
        return ALLOW
    if queries.answers_for(actor, erasure.person):
        return ALLOW
    return deny(_("只有申请人、本人和监护人可以撤回申请"))


@rule("privacy.read_retention")
def may_read_retention(actor: Actor) -> Verdict:
    """How long things are kept, and what would go: officers and heads."""
    if actor.has_role(*queries.DECIDERS):
        return ALLOW
    return deny(_("保存期限供教育局和校长查看"))


@rule("privacy.set_retention")
def may_set_retention(actor: Actor) -> Verdict:
    """It holds for everybody: officers of the unit that stands above all."""
    if actor.has_role(Role.OFFICER) and actor.grant is not None and "." not in actor.grant.path:
        return ALLOW
    return deny(_("保存期限由最上级教育局设置"))
