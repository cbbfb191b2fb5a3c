"""Who may follow what."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule
from lantian.people.roster.enums import Role

if TYPE_CHECKING:
    from lantian.content.follows.models import Follow


@rule("follows.follow")
def may_follow(actor: Actor, follow: "Follow | None" = None) -> Verdict:
    """Every person. Students follow what they learn (a chapter, a point, a subject, a grade): no people, no units, no words of
    their own, so that nothing is kept of a child but what the timetable says too."""
    if actor.person_id is None or actor.is_screen:
        return deny(_("登录以后才能关注"))
    if follow is None or not actor.has_role(Role.STUDENT):
        return ALLOW
    if follow.author is not None or follow.organization is not None or follow.words:
        return deny(_("学生可以关注教材章节、知识点、学科和年级"))
    return ALLOW


@rule("follows.drop")
def may_drop(actor: Actor, follow: "Follow") -> Verdict:
    """Whose it is."""
    if actor.person_id is not None and actor.person_id == follow.person_id:
        return ALLOW
    return deny(_("这是别人的关注"))
