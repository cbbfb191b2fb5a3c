"""Who may say that two records are one human being."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule
from lantian.people.roster.enums import Role
from lantian.people.roster.models import Person
from lantian.people.roster.queries import visible
from lantian.people.roster.rules.managing import may_keep_account_of

_MERGERS = (Role.OFFICER, Role.SCHOOL_HEAD, Role.SCHOOL_IT)


@rule("roster.merge_people")
def may_merge_people(actor: Actor, one: Person | None = None, other: Person | None = None) -> Verdict:
    """Administration that could keep both accounts: whoever merges decides who holds the roles of both.

    Asked without people: whether anywhere. A child in two schools is merged by the bureau above both.
    """
    if not actor.has_role(*_MERGERS):
        return deny(_("重复人员由学校管理人员或教育局合并"))
    for person in (one, other):
        if person is None:
            continue
        if not visible.people_visible_to(actor).filter(pk=person.pk).exists():
            return deny(_("这个人不在您能看到的范围内"))
        verdict = may_keep_account_of(actor, person)
        if not verdict:
            return verdict
    return ALLOW
