"""Which recordings one may see, what one of them is, and where its files lie."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from lantian.content.media import services as media
from lantian.content.media.enums import StreamState
from lantian.kernel.rules import Actor, share_edge, shared
from lantian.kernel.shaped import derived
from lantian.kernel.time.queries import organizations_of
from lantian.people.roster import queries as roster
from lantian.people.schedule import queries as schedule
from lantian.people.schedule.enums import LessonAccess
from lantian.teach.live.queries import page_turns_of, recorded_sessions
from lantian.teach.recordings.engine.chapters import Chapter, shown
from lantian.teach.recordings.enums import Audience, State
from lantian.teach.recordings.models import Recording

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization
    from lantian.people.schedule.models import Lesson
    from lantian.teach.live.models import LiveSession


def _published_to(actor: Actor) -> Q:
    """Shown to this actor beyond those whom the lesson concerns."""
    q = Q(audience=Audience.PUBLIC)
    if not actor.is_anonymous and actor.grant is not None:
        q |= Q(audience=Audience.REGION, region__among=derived(organizations_of, actor.grant.path))
        allied = schedule.alliances_visible_to(actor).values("pk")
        q |= Q(audience=Audience.ALLIANCE, session__lesson__alliance__in=allied)
    return Q(state=State.SHOWN) & ~Q(audience=Audience.CLASS) & q


@share_edge("schedule.lesson")
def lessons_published(actor: Actor) -> Q:
    """Lessons whose recording is published to this actor. Asked of each lesson: a region may publish a hundred thousand."""
    return Q(Exists(Recording.objects.filter(_published_to(actor), session__lesson=OuterRef("pk"))))


def _managed(actor: Actor) -> Q:
    q = Q(pk__in=[])
    if actor.person_id:
        q |= Q(session__lesson__teacher=actor.person_id)
    if actor.paths:
        q |= Q(organization__path__within_any=actor.paths)
    return q


def recordings_visible_to(actor: Actor) -> QuerySet[Recording]:
    """Those of lessons that one may see, while they are shown and there; what one manages in any case."""
    lesson = schedule.lessons_visible_to(actor).filter(pk=OuterRef("session__lesson"))
    there = Q(Exists(lesson), state=State.SHOWN) & ~Q(session__stream__state=StreamState.DELETED)
    return Recording.objects.filter(there | _managed(actor) | shared("recordings.recording", actor))


def with_names(rows: QuerySet[Recording]) -> QuerySet[Recording]:
    """With all that a list or a page shows. One query."""
    return rows.select_related(
        "organization", "region", "session__stream", "session__lesson__teacher", "session__lesson__alliance"
    )


def recording_known(pk: UUID) -> Recording | None:
    """One, whoever asks."""
    return with_names(Recording.objects.filter(pk=pk)).first()


def address_for(lesson: "Lesson") -> str:
    """The page of a lesson's newest recording; empty without one. One query."""
    rows = Recording.objects.filter(session__lesson=lesson.pk).order_by("-created_at")
    found = rows.values_list("pk", flat=True).first()
    return reverse("recordings_recording", args=[found]) if found else ""


def missing_recordings(most: int) -> "QuerySet[LiveSession]":
    """Ended sessions with pictures that have no recording yet, the oldest first."""
    return recorded_sessions().filter(recording__isnull=True).order_by("ended_at")[:most]


def page_turns(recording: Recording) -> list[tuple[float, dict[str, object] | None]]:
    """When the teacher turned to which page."""
    return page_turns_of(recording.session)


def chapters_shown(recording: Recording) -> list[Chapter]:
    """Of the part that is shown, counted from where it begins."""
    stream = recording.session.stream
    end = stream.cut_until if stream.cut_until is not None else stream.seconds
    return shown(recording.chapters, stream.cut_from or 0.0, end)


def kept_until(recording: Recording) -> datetime | None:
    """When its files go by retention; None: they stay."""
    if recording.session.stream.held:
        return None
    days, closed = int(settings.LANTIAN_KEEP_RECORDINGS_DAYS), recording.session.stream.closed_at
    return closed + timedelta(days=days) if days and closed else None


def is_of_open_lesson(recording: Recording) -> bool:
    """Everybody may see it while it is shown, whatever audience it has."""
    return bool(recording.session.lesson.access == LessonAccess.PUBLIC)


def audience_of(recording: Recording) -> Audience:
    """For whom it is, while it is shown: an open lesson's is everybody's."""
    if is_of_open_lesson(recording):
        return Audience.PUBLIC
    return Audience(recording.audience)


def of_audience(rows: QuerySet[Recording], audience: str) -> QuerySet[Recording]:
    """Those shown to an audience, as `audience_of` says."""
    shown_now = rows.filter(state=State.SHOWN).exclude(session__stream__state=StreamState.DELETED)
    everybody = Q(audience=Audience.PUBLIC) | Q(session__lesson__access=LessonAccess.PUBLIC)
    if audience == Audience.PUBLIC:
        return shown_now.filter(everybody)
    return shown_now.filter(audience=audience).exclude(everybody)


def published_words(recording: Recording) -> str:
    """For whom it is, by name."""
    if recording.state == State.WITHDRAWN:
        return _("只有管理它的人")
    if audience_of(recording) == Audience.PUBLIC:
        return str(Audience.PUBLIC.label)
    if recording.audience == Audience.REGION and recording.region:
        return _("%(region)s的师生和家长") % {"region": recording.region}
    alliance = recording.session.lesson.alliance
    if recording.audience == Audience.ALLIANCE and alliance:
        return _("%(alliance)s的学校") % {"alliance": alliance}
    return str(recording.get_audience_display())


def regions_for(organization: "Organization") -> "QuerySet[Organization]":
    """Whom a school's recording can be for: the school itself and the units above it. One query."""
    return roster.organizations_known(organizations_of(str(organization.path))).order_by("path")


def made_path(recording: Recording, name: str) -> Path:
    """A file that was made of it, by its name."""
    return media.folder_of(recording.session.stream).path / media.MADE / name


def film_path(recording: Recording) -> Path | None:
    """Its MP4; None while there is none."""
    if not recording.film:
        return None
    path = made_path(recording, recording.film)
    return path if path.exists() else None
