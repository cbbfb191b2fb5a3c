"""Who sees a recording: its classes, the alliance, a region, everybody; or nobody any more."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from lantian.content.media import services as media
from lantian.content.media.enums import StreamState
from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require
from lantian.people.schedule.enums import LessonAccess
from lantian.teach.recordings import queries, rules
from lantian.teach.recordings.enums import Audience, State
from lantian.teach.recordings.errors import AudienceUnknown, IsRehearsal, NoAlliance, RecordingGone
from lantian.teach.recordings.events import RecordingPublished, RecordingWithdrawn
from lantian.teach.recordings.models import Recording
from lantian.teach.recordings.services.shaping import locked

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization


@transaction.atomic
def publish_recording(
    recording: Recording, *, audience: str, region: "Organization | None" = None, by: Actor
) -> Recording:
    """Show it to an audience, instead of the one it had; a withdrawn one is shown again.

    Raises Denied, RecordingGone, IsRehearsal, NoAlliance, AudienceUnknown.
    """
    row = locked(recording)
    require(rules.may_publish_recording, by, row, audience)
    if row.state == State.SHOWN and row.audience != audience:  # narrowing what somebody with more rights opened
        require(rules.may_publish_recording, by, row, row.audience)
    lesson = row.session.lesson
    if row.session.stream.state == StreamState.DELETED:
        raise RecordingGone
    if lesson.access == LessonAccess.REHEARSAL and audience != Audience.CLASS:
        raise IsRehearsal(field="audience")
    if audience == Audience.ALLIANCE and lesson.alliance_id is None:
        raise NoAlliance(field="audience")
    if audience == Audience.REGION and region is None:
        raise AudienceUnknown(field="region")
    row.state, row.audience = State.SHOWN, audience
    row.region = region if audience == Audience.REGION else None
    row.published_at = timezone.now()
    row.save(update_fields=["state", "audience", "region", "published_at"])
    media.withhold_stream(row.session.stream, withheld=False)
    record(
        "recordings.published",
        row,
        by=by,
        audience=str(audience),
        region=row.region_id,
        whom=queries.published_words(row),
    )
    publish(
        RecordingPublished(
            object_id=row.pk,
            organization_id=row.organization_id,
            lesson_id=lesson.pk,
            context={"title": row.title, "audience": str(audience), "region": row.region_id},
            **acted_by(by),
        )
    )
    return row


@transaction.atomic
def withdraw_recording(recording: Recording, *, reason: str = "", by: Actor) -> Recording:
    """Show it to nobody but those who manage it, its own classes included. Again does nothing. Raises Denied."""
    row = locked(recording)
    require(rules.may_manage_recording, by, row)
    if row.state == State.WITHDRAWN:
        return row
    row.state = State.WITHDRAWN
    row.save(update_fields=["state"])
    media.withhold_stream(row.session.stream, withheld=True)
    record("recordings.withdrawn", row, by=by, reason=reason.strip()[:200] or "—")
    publish(
        RecordingWithdrawn(
            object_id=row.pk,
            organization_id=row.organization_id,
            lesson_id=row.session.lesson_id,
            context={"title": row.title, "reason": reason.strip()[:200]},
            **acted_by(by),
        )
    )
    return row


@transaction.atomic
def hold_recording(recording: Recording, *, held: bool, by: Actor) -> Recording:
    """Keep a recording for good, whatever retention says; or let it go when its time is over. Raises Denied, RecordingGone."""
    row = locked(recording)
    require(rules.may_hold_recording, by, row)
    stream = row.session.stream
    if stream.state == StreamState.DELETED:
        raise RecordingGone
    if stream.held != held:
        media.hold_stream(stream, held=held)
        record("recordings.held" if held else "recordings.let_go", row, by=by)
    return row
