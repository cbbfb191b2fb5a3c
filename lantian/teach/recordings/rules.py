"""Who may see recordings, change them, publish them and take them away as files."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair
from lantian.teach.recordings import queries
from lantian.teach.recordings.enums import Audience

if TYPE_CHECKING:
    from lantian.teach.recordings.models import Recording


@rule("recordings.view_recording")
def may_view_recording(actor: Actor, recording: "Recording") -> Verdict:
    """Whoever may see the lesson, and whoever it is published to; a withdrawn one those who manage it."""
    if queries.recordings_visible_to(actor).filter(pk=recording.pk).exists():
        return ALLOW
    return deny(_("这段录像不对您开放"))


visible_pair(may_view_recording)(queries.recordings_visible_to)


@rule("recordings.manage_recording")
def may_manage_recording(actor: Actor, recording: "Recording") -> Verdict:
    """The lesson's teacher and the administration above the school: title, chapters, cut, what is made of it, withdrawing."""
    if actor.person_id is not None and recording.session.lesson.teacher_id == actor.person_id:
        return ALLOW
    if actor.administers(recording.organization.path):
        return ALLOW
    return deny(_("只有任课教师和学校的管理人员可以修改这段录像"))


@rule("recordings.publish_recording")
def may_publish_recording(actor: Actor, recording: "Recording", audience: str = Audience.CLASS) -> Verdict:
    """Whoever manages it, for its classes and the alliance; the head of the school and the offices above, beyond."""
    verdict = may_manage_recording(actor, recording)
    if not verdict or audience in (Audience.CLASS, Audience.ALLIANCE):
        return verdict
    if actor.has_role("school_head", "officer") and actor.administers(recording.organization.path):
        return ALLOW
    return deny(_("给联盟以外的人看，要由本校校长或上级教育局发布"))


@rule("recordings.hold_recording")
def may_hold_recording(actor: Actor, recording: "Recording") -> Verdict:
    """Disk that is never given back: the head of the school and the offices above."""
    if actor.has_role("school_head", "officer") and actor.administers(recording.organization.path):
        return ALLOW
    return deny(_("由本校校长或上级教育局决定一直保留"))


@rule("recordings.take_film")
def may_take_film(actor: Actor, recording: "Recording") -> Verdict:
    """A file leaves the house: those who manage the recording."""
    return may_manage_recording(actor, recording)


@rule("recordings.read_storage")
def may_read_storage(actor: Actor) -> Verdict:
    """How much of the disk each school's recordings take: the administration, of its subtree."""
    return ALLOW if actor.paths else deny(_("存储用量由学校和教育局的管理人员查看"))
