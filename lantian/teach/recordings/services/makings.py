"""What is made of a recording, in the worker: asked for, run with progress, stopped.

A making is a row; its job names it. A worker that is killed leaves the row as it is, and the job comes back (`kernel.jobs`): it
begins anew, for files appear whole or not at all, and what the dead one left is swept away first.
"""

import secrets
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from lantian.content.media import services as media
from lantian.content.media.enums import StreamState
from lantian.content.media.errors import KeyLost, MediaError, Stopped
from lantian.kernel import jobs
from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import SYSTEM, Actor, require
from lantian.teach.recordings import queries, rules
from lantian.teach.recordings.engine.chapters import chapters_at_turns, tidy
from lantian.teach.recordings.enums import OPEN, Work, WorkState
from lantian.teach.recordings.errors import RecordingGone, StillLive
from lantian.teach.recordings.events import RecordingMade
from lantian.teach.recordings.models import Making, Recording

log = structlog.get_logger("recordings")
SAY_EVERY_S = 1.0
MOST_CUTS = 5  # times that a file is begun anew because the recording was cut meanwhile


@transaction.atomic
def ask_for_making(recording: Recording, *, work: str, by: Actor) -> Making:
    """Have something made; while the same is being made, gives that one. Raises Denied, RecordingGone, StillLive."""
    require(rules.may_manage_recording, by, recording)
    state = recording.session.stream.state
    if state != StreamState.CLOSED:
        raise RecordingGone if state == StreamState.DELETED else StillLive
    found = queries.open_making(recording, work)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            made = Making.objects.create(recording=recording, work=work, asked_by_id=by.person_id)
    except IntegrityError:  # somebody else asked in the same moment
        return Making.objects.get(recording=recording, work=work, state__in=OPEN)
    record("recordings.making_asked", recording, by=by, work=str(work))
    # one of a kind at a time: lessons end together, and lessons that run need the machine
    jobs.enqueue("recordings.make", making=str(made.pk), lock=f"recordings.{work}")
    return made


@transaction.atomic
def stop_making(making: Making, *, by: Actor) -> Making:
    """Stop what waits or runs; what was made before stays. Raises Denied."""
    require(rules.may_manage_recording, by, making.recording)
    row = Making.objects.select_for_update().get(pk=making.pk)
    if row.state == WorkState.WAITING:
        row.state, row.ended_at = WorkState.STOPPED, timezone.now()
    if row.state in (WorkState.STOPPED, WorkState.WORKING):
        row.stop = True
        row.save(update_fields=["stop", "state", "ended_at"])
        record("recordings.making_stopped", making.recording, by=by, work=row.work)
    return row


class _Report:
    """Tells how far it is, once a second, and hears whether to stop. Raises Stopped, and CutChanged when `still` says no."""

    def __init__(self, making: Making) -> None:
        self._making, self._next = making, 0.0
        self.still: Callable[[], bool] = lambda: True

    def __call__(self, part: float) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + SAY_EVERY_S
        row = Making.objects.filter(pk=self._making.pk, state=WorkState.WORKING)
        if not row.filter(stop=False).update(progress=min(99, int(part * 100))):
            raise Stopped
        if not self.still():
            raise CutChanged


def run_making(making_id: UUID | str) -> None:
    """The worker's part. Safe to repeat after a crash; faults are kept with the making, in a code that pages have words for."""
    making = Making.objects.filter(pk=making_id).first()
    if making is None or making.state not in OPEN:
        return
    recording = queries.recording_known(making.recording_id)
    assert recording is not None
    _begin(making, recording)
    try:
        if recording.session.stream.state != StreamState.CLOSED:
            _end(making, WorkState.FAILED, error="gone")
            return
        facts = {Work.LOOK: _look, Work.FILM: _film}[Work(making.work)](recording, _Report(making))
    except Stopped:
        _end(making, WorkState.STOPPED)
    except MediaError as error:
        _end(making, WorkState.FAILED, error=error.code)
    except Exception:
        log.exception("making failed", recording=str(recording.pk), work=making.work)
        _end(making, WorkState.FAILED, error="broken")
    else:
        _end(making, WorkState.DONE, facts=facts)
        media.measure_stream(recording.session.stream)


@transaction.atomic
def _begin(making: Making, recording: Recording) -> None:
    """It runs. What a dead worker left is swept away, unless something else is being made of the recording and writes there."""
    Recording.objects.select_for_update().get(pk=recording.pk)  # two begin one after the other, and see each other
    Making.objects.filter(pk=making.pk).update(
        state=WorkState.WORKING, started_at=making.started_at or timezone.now(), progress=0
    )
    if not recording.makings.filter(state=WorkState.WORKING).exclude(pk=making.pk).exists():
        _sweep(recording)


def _end(making: Making, state: WorkState, *, error: str = "", facts: dict[str, Any] | None = None) -> None:
    with transaction.atomic():
        making.state, making.error, making.facts, making.ended_at = state, error, facts or {}, timezone.now()
        making.progress = 100 if state == WorkState.DONE else making.progress
        making.save(update_fields=["state", "error", "facts", "ended_at", *(["progress"] if state == "done" else [])])
        if state == WorkState.DONE:
            publish(
                RecordingMade(
                    object_id=making.recording_id,
                    organization_id=making.recording.organization_id,
                    result={"work": making.work, **making.facts},
                    **acted_by(SYSTEM),
                )
            )


class CutChanged(MediaError):
    """The recording was cut anew while its file was made."""

    code = "cut_changed"


def _lesson(recording: Recording, first: int | None = None, last: int | None = None) -> "media.StoredLesson":
    """Raises KeyLost when none of its keys opens."""
    stream = recording.session.stream
    keys, lost = media.stream_keys(stream.pk)
    known = {key.id: key.secret for key in keys}
    if lost and not known:
        raise KeyLost

    def secret(key: UUID) -> bytes:
        if key not in known:
            raise KeyLost(str(key))
        return known[key]

    return media.StoredLesson(media.folder_at_hand(stream), secret, first=first, last=last)


def _sweep(recording: Recording) -> None:
    """What a killed worker left, and files that the recording no longer names."""
    known = {recording.film, *_names(recording.look)}
    folder = queries.made_path(recording, "")
    for path in folder.iterdir() if folder.exists() else ():
        if path.name not in known:
            path.unlink(missing_ok=True)


def _names(look: dict[str, Any]) -> set[str]:
    return {name for name in (look.get("poster"), look.get("wave"), (look.get("stills") or {}).get("name")) if name}


def _look(recording: Recording, report: _Report) -> dict[str, Any]:
    found = media.look_through(_lesson(recording), queries.made_path(recording, ""), progress=report)
    seconds = recording.session.stream.seconds
    turns = chapters_at_turns(queries.page_turns(recording), seconds)
    with transaction.atomic():
        row = Recording.objects.select_for_update().get(pk=recording.pk)
        former, row.look = _names(row.look), found.facts()
        if not row.chapters:
            row.chapters = tidy(
                [{"at": at, "title": _title(turn, n)} for n, (at, turn) in enumerate(turns, 1)], seconds
            )
        row.save(update_fields=["look", "chapters"])
        transaction.on_commit(lambda: _forget(recording, former))
    return {"tips": len(found.tips), "chapters": len(turns), "lost": found.lost}


def _title(turn: dict[str, Any], number: int) -> str:
    """The page's own name, else its number; it is data, so in the language of the school."""
    name, page = str(turn.get("name") or "").strip(), turn.get("number")
    if name:
        return name
    return f"第 {page} 页" if page else f"白板 {number}"  # i18n: data


def _film(recording: Recording, report: _Report) -> dict[str, Any]:
    """A file of the recording as it is cut when it is done: a cut in between begins it anew, for whoever cuts has no second
    making to wait for. Raises CutChanged when that goes on and on.
    """
    for _ in range(MOST_CUTS):
        try:
            return _film_as_cut(queries.recording_known(recording.pk) or recording, report)
        except CutChanged:
            continue
    raise CutChanged


def _film_as_cut(recording: Recording, report: _Report) -> dict[str, Any]:
    stream = recording.session.stream
    bounds = media.cut_bounds(stream)
    report.still = lambda: media.cut_bounds(stream) == bounds
    name = f"film-{secrets.token_hex(8)}.mp4"
    target = queries.made_path(recording, name)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    made = media.make_film(
        _lesson(recording, *bounds),
        target,
        reserve_bytes=settings.LANTIAN_DISK_RESERVE_BYTES,
        chapters=[(each["at"], each["title"]) for each in queries.chapters_shown(recording)],
        progress=report,
    )
    with transaction.atomic():
        row = Recording.objects.select_for_update().get(pk=recording.pk)
        if media.cut_bounds(stream) != bounds:
            target.unlink(missing_ok=True)
            raise CutChanged
        former, row.film, row.film_bytes = row.film, name, made.bytes
        row.save(update_fields=["film", "film_bytes"])
        transaction.on_commit(lambda: _forget(recording, {former} - {""}))
    anew = round(made.pictures_anew, 1)
    return {"seconds": round(made.seconds, 1), "bytes": made.bytes, "pictures_anew": anew, "lost": made.lost}


def _forget(recording: Recording, names: set[str]) -> None:
    for name in names:
        queries.made_path(recording, name).unlink(missing_ok=True)
