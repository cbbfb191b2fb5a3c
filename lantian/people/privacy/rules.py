"""Who agrees for a child, who sees who looked, who takes a copy or the audit out."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule
from lantian.people.privacy import queries
from lantian.people.roster.enums import Role
from lantian.people.roster.rules import may_bind_guardian, may_view_person

if TYPE_CHECKING:
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
