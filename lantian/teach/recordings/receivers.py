"""A lesson is over: its recording is kept. A teacher is told when others publish or withdraw it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantian.kernel.events import receiver
from lantian.people.messaging.enums import Category
from lantian.people.messaging.queries import Kind, Telling
from lantian.people.messaging.services import Audience as Told
from lantian.people.messaging.services import subscribe
from lantian.teach.live.events import LiveSessionEnded
from lantian.teach.live.queries import recorded_sessions
from lantian.teach.recordings import queries, services
from lantian.teach.recordings.enums import Audience
from lantian.teach.recordings.events import RecordingPublished, RecordingWithdrawn


@receiver(LiveSessionEnded)
def keep_when_over(fact: LiveSessionEnded) -> None:
    """One that had pictures. Its files are finished: the event is published when the books are closed."""
    session = recorded_sessions().filter(pk=fact.object_id).first()
    if session is not None:
        services.keep_recording(session)


def _told(fact: "RecordingPublished | RecordingWithdrawn", **facts: Any) -> Telling | None:
    """The lesson's teacher, unless it was they who did it."""
    recording = queries.recording_known(fact.object_id)
    if recording is None or recording.session.lesson.teacher_id == fact.actor_id:
        return None
    return Telling(
        audience=Told.of(people=[recording.session.lesson.teacher_id]),
        facts={"title": recording.title, **facts},
        subject=f"recording:{recording.pk}",
        link=reverse("recordings_recording", args=[recording.pk]),
        people=[recording.session.lesson.teacher_id],
        organization_id=recording.organization_id,
    )


def _about_published(fact: RecordingPublished) -> Telling | None:
    recording = queries.recording_known(fact.object_id)
    if recording is None or fact.context.get("audience") == Audience.CLASS:
        return None
    return _told(fact, audience=fact.context.get("audience"), region=str(recording.region or ""))


def _published_words(facts: Any) -> dict[str, Any]:
    if facts["audience"] == Audience.REGION and facts["region"]:
        return {**facts, "whom": _("%(region)s的师生和家长") % {"region": facts["region"]}}
    return {**facts, "whom": Audience(facts["audience"]).label}


def _about_withdrawn(fact: RecordingWithdrawn) -> Telling | None:
    return _told(fact, reason=fact.context.get("reason", ""))


def _withdrawn_words(facts: Any) -> dict[str, Any]:
    return {**facts, "why": _("原因：%(reason)s") % facts if facts["reason"] else ""}


subscribe(
    Kind(
        key="recordings.published",
        event=RecordingPublished,
        category=Category.LESSON,
        title=gettext_lazy("录像发布了：%(title)s"),
        body=gettext_lazy("您上的“%(title)s”的录像发布了，现在看得到的人：%(whom)s。"),
        tell=_about_published,
        words=_published_words,
    )
)
subscribe(
    Kind(
        key="recordings.withdrawn",
        event=RecordingWithdrawn,
        category=Category.LESSON,
        title=gettext_lazy("录像撤回了：%(title)s"),
        body=gettext_lazy("您上的“%(title)s”的录像撤回了，别人暂时看不到。\n%(why)s"),
        tell=_about_withdrawn,
        words=_withdrawn_words,
    )
)
