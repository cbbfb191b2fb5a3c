"""Films as parts of several renditions (HLS), made by the worker once for a film, whatever points to it; see docs/adr/0045.

A child without rights opens the film and encodes; we write what it says to files, and at the end keep each rendition as a file
like all others: sent to the S3, brought back, swept with what points to it.
"""

import contextlib
import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.content.resources import queries, rules
from lantian.content.resources.engine import kinds
from lantian.content.resources.enums import FilmState, ResourceKind, Scan
from lantian.content.resources.errors import DiskFull, FileAway
from lantian.content.resources.models import Blob, Film, Rendition, ResourceVersion
from lantian.content.resources.services import offsite, storing
from lantian.content.resources.services.children import Fallen, child_reading, line_of
from lantian.content.resources.services.film_said import head_of, part_of
from lantian.content.resources.services.film_work import Work
from lantian.kernel import jobs
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require

log = structlog.get_logger("resources")
CHILD = Path(__file__).with_name("film_child.py")  # a script: never imported
JOB = "resources.make_film"
MEMORY, SECONDS = 3 << 30, 1800
TURN_S = 600  # afterwards another film has its turn
MOST_S = 6 * 3600  # seconds of a film
MOST_PIECE = 96 << 20
FALLS = 3  # times that a child may be ended behind the same part
TOLD_S = 2.0
KIND = "video/mp4"
TICKS = 90_000


class _Unmade(Exception):
    """There are no renditions of it; the reason, in words."""


def is_film(blob: Blob) -> bool:
    """Whether renditions are made of such a file."""
    return kinds.FORMATS[blob.kind].kind == ResourceKind.VIDEO


def ask_film(blob: Blob) -> Film | None:
    """The film of a file; the worker is asked for it the first time. None for what is no film."""
    if not is_film(blob) or blob.scan == Scan.INFECTED:
        return None
    film, made = Film.objects.get_or_create(blob=blob)
    if made:
        _enqueue(blob.pk)
    return film


def film_again(version: ResourceVersion, *, by: Actor) -> None:
    """Try once more what could not be made. Raises Denied."""
    require(rules.may_manage_resource, by, version.resource)
    again = Film.objects.filter(blob=version.blob_id, state=FilmState.BROKEN)
    if again.update(state=FilmState.WAITING, why="", made_s=0):
        record("resources.film_again", version.resource, by=by, version=version.number)
        _enqueue(str(version.blob_id))


def ask_waiting_films() -> int:
    """Have those gone on with that waited for room, or whose job was lost. Returns how many."""
    found = Film.objects.filter(state__in=(FilmState.WAITING, FilmState.MAKING)).order_by("asked_at")
    return sum(_enqueue(pk) for pk in found.values_list("pk", flat=True)[:50])


def ask_films_of(resource_id: Any) -> None:
    """Of what was handed in or published."""
    for blob in queries.blobs_of(resource_id):
        ask_film(blob)


def _enqueue(sha256: str) -> bool:
    return jobs.enqueue(JOB, lock=JOB, once=f"film:{sha256}", blob=sha256)


def folder_of(sha256: str) -> Path:
    """Where it lies while it is being made."""
    return storing.root() / "films" / sha256


@contextlib.contextmanager
def _alone(sha256: str) -> Iterator[bool]:
    """Whether nobody else on this machine works on that film, and nobody will until the end of the block."""
    lock = storing.root() / "film-locks" / sha256
    lock.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        if not os.fstat(handle.fileno()).st_nlink:  # whoever had it took it away meanwhile: the next one makes another
            yield False
            return
        yield True
        lock.unlink(missing_ok=True)


def make_film(sha256: str, *, turn_s: float = TURN_S) -> Film | None:
    """The worker's part, for a while; then it asks for the rest. Safe to repeat, and to be killed anywhere."""
    with _alone(sha256) as alone:
        return _made(sha256, turn_s) if alone else queries.film_known(sha256)


def _made(sha256: str, turn_s: float) -> Film | None:
    film = Film.objects.select_related("blob").filter(pk=sha256).first()
    if film is None or film.state in (FilmState.READY, FilmState.BROKEN):
        return film
    work = Work.found(folder_of(sha256))
    try:
        ended = _gone_on(film, work, turn_s)
        if ended:
            _keep(film, work)
        else:
            _tell(film, FilmState.MAKING)
            _enqueue(sha256)
    except _Unmade as error:
        _give_up(film, work, str(error))
    except Fallen as error:
        _fallen(film, work, killed=error.killed)
    except (DiskFull, FileAway, OSError) as error:  # the hourly job goes on with it
        log.warning("film waits", blob=sha256[:12], why=str(error)[:200])
        words = (
            _("服务器存储空间不足，等有空间再做") if isinstance(error, DiskFull) else _("文件暂时取不到，过一会儿再做")
        )
        _tell(film, FilmState.WAITING, words)
    return film


def _give_up(film: Film, work: Work, why: str) -> None:
    log.info("no renditions", blob=film.pk[:12], why=why)
    work.remove()
    _tell(film, FilmState.BROKEN, why)


def _fallen(film: Film, work: Work, *, killed: bool) -> None:
    """A child that was ended may have had a film of which nothing is wrong: the hourly job goes on with it, a few times."""
    if not killed:
        _give_up(film, work, _broken())
    elif work.fell() < FALLS:
        log.warning("film waits", blob=film.pk[:12], why="the child was ended", part=work.place.part)
        _tell(film, FilmState.WAITING, _("做到一半被停下了，可能是服务器的内存不够，过一会儿接着做"))
    else:
        _give_up(film, work, _("试了几次都没有做完：服务器的内存或速度不够。可以换成小一点的视频再传"))


def _tell(film: Film, state: FilmState, why: str = "") -> None:
    """A film that was swept meanwhile stays away."""
    film.state, film.why = state, why[:300]
    Film.objects.filter(pk=film.pk).update(state=state, why=film.why, seconds=film.seconds, made_s=film.made_s)


def _gone_on(film: Film, work: Work, turn_s: float) -> bool:
    """Whether it came to the end. Raises _Unmade, Fallen, DiskFull, FileAway, OSError."""
    until = time.monotonic() + turn_s
    for passes in (True, False):
        if work.plan and work.plan["passes"] != passes:
            continue
        try:
            with _child(film, work, passes=passes, clock_s=turn_s + 120) as out:
                return _taken(film, work, out, until, passes=passes)
        except _CannotPass:
            work.clear()
    raise _Unmade(_broken())


class _CannotPass(Exception):
    """Its own picture cannot be passed through after all."""


def _child(film: Film, work: Work, *, passes: bool, clock_s: float) -> "contextlib.AbstractContextManager[IO[bytes]]":
    place = work.place
    asked = {"part": place.part, "at": place.at, "sound": place.sound, "passes": passes, "most": MOST_S}
    return child_reading(
        offsite.at_hand(film.pk),
        CHILD,
        memory=MEMORY,
        seconds=SECONDS,
        clock_s=int(clock_s),
        asked=json.dumps(asked),
    )


def _taken(film: Film, work: Work, out: IO[bytes], until: float, *, passes: bool) -> bool:
    head = head_of(_line(out), MOST_PIECE)
    inits = _pieces(out, [rung["bytes"] for rung in head["rungs"]])
    film.seconds, film.chapters = head["seconds"], head["chapters"]
    if not work.begin({"rungs": head["rungs"], "passes": passes}, inits):
        work.clear()  # another version of the encoder: from the beginning, in the next turn
        return False
    told = 0.0
    while "end" not in (line := _line(out)):
        said = part_of(line, len(inits), MOST_PIECE)
        pieces = _pieces(out, said["bytes"])
        _mind_room(sum(said["bytes"]))
        work.add(said, pieces)
        film.made_s = work.place.at / TICKS
        if film.made_s > MOST_S:
            raise _Unmade(_too_long())
        if time.monotonic() - told > TOLD_S:
            _tell(film, FilmState.MAKING)
            told = time.monotonic()
        if time.monotonic() > until:
            return False
    return True


def _mind_room(size: int) -> None:
    """At the end each rendition is linked to its place: it takes no more room than now."""
    if shutil.disk_usage(storing.root()).free - size < settings.LANTIAN_DISK_RESERVE_BYTES:
        raise DiskFull


def _broken() -> str:
    return _("画面读不出来，可能已损坏。请在自己的电脑上播放看看，再另存一份上传")


def _too_long() -> str:
    return _("超过 %(hours)s 小时的视频不做分段，请剪成几段再传") % {"hours": MOST_S // 3600}


def _line(out: IO[bytes]) -> dict[str, Any]:
    """Raises _Unmade, _CannotPass, Fallen."""
    said = line_of(out)
    fault = said.get("fault")
    if fault == "pass":
        raise _CannotPass
    if fault:
        words = {
            "long": _too_long(),
            "picture": _("文件里没有画面"),
            "huge": _("画面的尺寸大得不正常，不能使用"),
            "memory": _("画面太大，服务器的内存不够做分段。可以换成小一点的视频再传"),
        }
        raise _Unmade(words.get(str(fault), _broken()))
    return said


def _pieces(out: IO[bytes], sizes: list[int]) -> list[bytes]:
    found = [out.read(size) for size in sizes]
    if [len(piece) for piece in found] != sizes:
        raise Fallen
    return found


def _keep(film: Film, work: Work) -> None:
    """All renditions at once. What was kept before a crash is kept already."""
    if not work.spans:
        raise _Unmade(_broken())
    with transaction.atomic():
        held = Film.objects.select_for_update().filter(pk=film.pk).first()
        if held is None:  # it was swept meanwhile
            work.remove()
            return
        for number, rung in enumerate(work.plan["rungs"]):
            kept = storing.put(work.file(number), kind=KIND, facts={"width": rung["width"], "height": rung["height"]})
            Blob.objects.filter(pk=kept.pk, covered_at=None).update(covered_at=timezone.now())  # it needs no cover
            Rendition.objects.update_or_create(
                film=film,
                number=number,
                defaults={
                    "file": kept,
                    "name": rung["name"],
                    "width": rung["width"],
                    "height": rung["height"],
                    "codecs": rung["codecs"],
                    "head": rung["bytes"],
                    "sizes": [sizes[number] for sizes in work.sizes],
                },
            )
        film.state, film.why, film.spans, film.made_at = FilmState.READY, "", work.spans, timezone.now()
        film.seconds = film.made_s = sum(work.spans) / TICKS
        film.save()
    work.remove()


def sweep_films() -> int:
    """Take away what lies half made for films that are gone. Returns how many folders went."""
    gone = 0
    for folder in (storing.root() / "films").glob("*"):
        if not Film.objects.filter(pk=folder.name).exclude(state=FilmState.READY).exists():
            shutil.rmtree(folder, ignore_errors=True)
            gone += 1
    return gone
