"""How a recording is called, where it begins and ends, its chapters."""

from collections.abc import Sequence

from django.db import transaction

from lantian.content.media import services as media
from lantian.content.media.enums import StreamState
from lantian.content.media.errors import CutImpossible
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require
from lantian.teach.recordings import queries, rules
from lantian.teach.recordings.engine.chapters import Chapter, tidy
from lantian.teach.recordings.engine.clock import clock
from lantian.teach.recordings.errors import BadCut, RecordingGone
from lantian.teach.recordings.models import Recording


def locked(recording: Recording) -> Recording:
    """For a change of it, in a transaction."""
    rows = queries.with_names(Recording.objects.select_for_update(of=("self",)))
    return rows.get(pk=recording.pk)


@transaction.atomic
def change_recording(
    recording: Recording, *, title: str, chapters: Sequence[Chapter] | None = None, by: Actor
) -> Recording:
    """Another title; other chapters ([{"at": seconds of media time, "title"}]; None leaves them). Raises Denied."""
    row = locked(recording)
    require(rules.may_manage_recording, by, row)
    before = row.title
    row.title = title.strip()[:120] or row.title
    if chapters is not None:
        row.chapters = tidy(chapters, row.session.stream.seconds)
    row.save(update_fields=["title", "chapters"])
    record("recordings.changed", row, by=by, title=row.title, before=before, chapters=len(row.chapters))
    return row


@transaction.atomic
def cut_recording(recording: Recording, *, start: float, end: float, by: Actor) -> Recording:
    """Show it from `start` to `end` (seconds of media time), widened to whole seconds as they were recorded; a file that was made
    of another cut goes. Nothing is deleted: the whole can be had back. Raises Denied, RecordingGone, BadCut.
    """
    row = locked(recording)
    require(rules.may_manage_recording, by, row)
    stream = row.session.stream
    if stream.state == StreamState.DELETED:
        raise RecordingGone
    before = media.cut_bounds(stream)
    try:
        row.session.stream = stream = media.cut_stream(stream, start=start, end=end)
    except CutImpossible as error:
        raise BadCut(field="start") from error
    if media.cut_bounds(stream) == before:
        return row
    film = queries.film_path(row)
    row.film, row.film_bytes = "", 0
    row.save(update_fields=["film", "film_bytes"])
    if stream.cut_from is None or stream.cut_until is None:
        record("recordings.cut_undone", row, by=by)
    else:
        record("recordings.cut", row, by=by, span=f"{clock(int(stream.cut_from))}–{clock(int(stream.cut_until))}")
    if film is not None:
        transaction.on_commit(lambda: film.unlink(missing_ok=True))
    transaction.on_commit(lambda: media.measure_stream(stream) and None)
    return row
