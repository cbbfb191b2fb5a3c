"""Viruses: a file is shown to clamd where there is one (LANTIAN_CLAMD), by its INSTREAM order."""

import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from lantian.content.resources.enums import Scan
from lantian.content.resources.errors import ResourceError
from lantian.content.resources.models import Blob
from lantian.content.resources.services import offsite, storing

log = structlog.get_logger("resources")
PIECE = 1 << 18
CONNECT_S, ANSWER_S = 4.0, 120.0
ANSWER_BYTES = 4096
AT_ONCE = 200  # files that are looked at again by one job


class ScannerAway(Exception):
    """It does not answer, or not in its own words, or would not read so much: nobody knows about the file."""


def scan_file(path: Path) -> str:
    """The name of the virus that is in a file, "" for none. Raises ScannerAway, and without a scanner too."""
    place = str(settings.LANTIAN_CLAMD)
    if not place:
        raise ScannerAway("none is set")
    try:
        with _connected(place) as line:
            line.sendall(b"zINSTREAM\0")
            for piece in _pieces(path):
                line.sendall(struct.pack("!I", len(piece)) + piece)
            line.sendall(struct.pack("!I", 0))
            answer = _answer(line)
    except OSError as error:
        raise ScannerAway(str(error)) from error
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise ScannerAway(answer)


def _connected(place: str) -> socket.socket:
    """`unix:/path` or `host:port`."""
    if place.startswith("unix:"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(CONNECT_S)
        line.connect(place.removeprefix("unix:"))
    else:
        host, _colon, port = place.rpartition(":")
        line = socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_S)
    line.settimeout(ANSWER_S)
    return line


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while piece := handle.read(PIECE):
            yield piece


def _answer(line: socket.socket) -> str:
    """Up to its zero byte. One that refuses says so and closes."""
    got = b""
    while b"\0" not in got and len(got) < ANSWER_BYTES:
        piece = line.recv(ANSWER_BYTES)
        if not piece:
            break
        got += piece
    return got.partition(b"\0")[0].decode("utf-8", "replace").strip()


def scan_blob(blob: Blob) -> Scan:
    """Look at a file that nobody has looked at, and note what was said. Without a scanner it stays unscanned."""
    if blob.scan != Scan.UNSCANNED:
        return Scan(blob.scan)
    try:
        found = scan_file(offsite.at_hand(blob.sha256) if settings.LANTIAN_CLAMD else storing.path_of(blob.sha256))
    except (ScannerAway, ResourceError, OSError) as error:
        if settings.LANTIAN_CLAMD:
            log.warning("no virus scan", blob=blob.sha256[:12], why=str(error)[:200])
        return Scan.UNSCANNED
    with transaction.atomic():
        blob.scan, blob.scanned_at = Scan.INFECTED if found else Scan.CLEAN, timezone.now()
        blob.facts = blob.facts | {"virus": found[:100]} if found else blob.facts
        blob.save(update_fields=["scan", "scanned_at", "facts"])
    if found:
        log.warning("virus found", blob=blob.sha256[:12], virus=found[:100])
    return Scan(blob.scan)


def scan_waiting() -> int:
    """Files that came while no scanner answered, some at a time. Returns how many were looked at."""
    if not settings.LANTIAN_CLAMD:
        return 0
    done = 0
    for blob in Blob.objects.filter(scan=Scan.UNSCANNED).order_by("created_at")[:AT_ONCE]:
        if scan_blob(blob) == Scan.UNSCANNED:
            break
        done += 1
    return done
