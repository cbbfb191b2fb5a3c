"""A file to the platform by tus, as a teacher's browser sends it: MB/s and CPU, in one go and over a line that breaks.

`make bench B=upload` starts a demonstration of its own (or takes LANTIAN_E2E_URL and LANTIAN_E2E_HOME) and sends `--mb N` (512)
in pieces of 4 MB through the front door; then as much again over a line that breaks in the middle of a piece every `--break N` MB
(32), where the sender asks how far it is and goes on; each time until the worker has looked at it. One operation is one MB. CPU
is that of the door and of the web processes, not the sender's. Yardstick in the same run: the same bytes written to the same disk
in the same pieces, each safe (`fdatasync`) before the next.
"""

import base64
import os
import re
import secrets
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from bench.run import Options, Result, Usage
from tests.e2e.conftest import Instance, running_instance
from tests.e2e.pages.walk import Walk

MB = 1 << 20
PIECE = 4 * MB
TUS = {"Tus-Resumable": "1.0.0"}
LOOKED_AT_S = 600.0


def run(options: Options) -> Result:
    size = int(options.number("mb", 512)) * MB
    with running_instance() as instance:
        sender = _Sender(instance)
        plain = _plain(instance.home, size)
        whole = sender.measured(_bytes(1), size, 0)
        broken = sender.measured(_bytes(2), size, int(options.number("break", 32)) * MB)
    return Result(
        work=f"{size // MB} MB by tus through the front door, pieces of {PIECE // MB} MB",
        count=size // MB,
        seconds=whole["seconds"],
        cpu_seconds=whole["cpu_s"],
        peak_mb=whole["peak_mb"],
        ratio_to="the same pieces written to the same disk, each safe before the next",
        ratio=plain / whole["seconds"],
        more={
            "mb_s": round(size / MB / whole["seconds"], 1),
            "plain_mb_s": round(size / MB / plain, 1),
            "looked_at_s": whole["looked_at_s"],
            "broken": {
                "mb_s": round(size / MB / broken["seconds"], 1),
                "cpu_ms_per_mb": round(1000 * broken["cpu_s"] / (size / MB), 2),
                "breaks": broken["breaks"],
                "mb_sent_twice": round(broken["again"] / MB, 1),
            },
        },
    )


def _bytes(seed: int) -> bytes:
    """A piece of noise behind the first bytes of a ZIP archive's member: nothing on the way can make it smaller."""
    return seed.to_bytes(8, "big") + secrets.token_bytes(PIECE - 8)


def _plain(home: Path, size: int) -> float:
    piece, path = _bytes(0), home / "plain.bin"
    began = time.perf_counter()
    with path.open("wb", buffering=0) as out:
        for _ in range(size // PIECE):
            out.write(piece)
            os.fdatasync(out.fileno())
    seconds = time.perf_counter() - began
    path.unlink()
    return seconds


def _wav(size: int) -> bytes:
    """The head of a sound of `size` bytes: a kind that may be as large, and whose content is anybody's."""
    data = size - 44
    return b"".join(
        (b"RIFF", (size - 8).to_bytes(4, "little"), b"WAVEfmt ", (16).to_bytes(4, "little"), b"\x01\x00\x02\x00")
    ) + b"".join(
        (
            (48_000).to_bytes(4, "little"),
            (192_000).to_bytes(4, "little"),
            b"\x04\x00\x10\x00data",
            data.to_bytes(4, "little"),
        )
    )


@dataclass
class _Sent:
    breaks: int = 0
    again: int = 0


class _Sender:
    """A teacher, signed in."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        account = instance.accounts()["teacher"]
        walk = Walk(instance.url)
        walk.sign_in(account["login"], account["password"])
        self.http = walk.http
        page = self.http.get(f"{instance.url}/resources/mine/").text
        token = re.search(r'name="csrf-token" content="([^"]+)"', page)
        self.http.headers.update(TUS | {"X-CSRFToken": token[1] if token else "", "Origin": instance.url})
        self.processes = [instance.pid("caddy"), instance.pid("web")]

    def measured(self, noise: bytes, size: int, break_each: int) -> dict[str, Any]:
        said = _Sent()
        address = self._begin(size)
        with Usage(*self.processes) as usage:
            for offset, piece in self._pieces(address, noise, size, break_each, said):
                self._send(address, offset, piece)
        began = time.perf_counter()
        self._wait_looked_at(address)
        looked_at = time.perf_counter() - began
        self._answered(self.http.delete(address), 204)
        return {
            "seconds": usage.seconds,
            "cpu_s": usage.cpu_seconds,
            "peak_mb": usage.peak_mb,
            "looked_at_s": round(looked_at, 1),
            "breaks": said.breaks,
            "again": said.again,
        }

    @staticmethod
    def _answered(answer: httpx.Response, status: int) -> httpx.Response:
        if answer.status_code != status:
            raise RuntimeError(
                f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:300]}"
            )
        return answer

    def _begin(self, size: int) -> str:
        told = "filename " + base64.b64encode(f"{secrets.token_hex(4)}.wav".encode()).decode()
        headers = {"Upload-Length": str(size), "Upload-Metadata": told}
        made = self._answered(self.http.post(f"{self.instance.url}/resources/uploads/", headers=headers), 201)
        return self.instance.url + urlsplit(made.headers["Location"]).path

    def _pieces(
        self, address: str, noise: bytes, size: int, break_each: int, said: _Sent
    ) -> Iterator[tuple[int, bytes]]:
        """Where each begins, and it; before every so many bytes the line breaks within one."""
        offset, next_break = 0, break_each or size + 1
        while offset < size:
            piece = self._piece(noise, offset, size)
            if offset + len(piece) > next_break:
                self._break(address, offset, piece)
                next_break += break_each
                there = int(self._answered(self.http.head(address), 200).headers["Upload-Offset"])
                said.breaks += 1
                said.again += offset + len(piece) // 2 - there
                offset = there
                continue
            yield offset, piece
            offset += len(piece)

    @staticmethod
    def _piece(noise: bytes, offset: int, size: int) -> bytes:
        if offset:
            return noise[: min(PIECE, size - offset)]
        head = _wav(size)
        return head + noise[: PIECE - len(head)]

    def _send(self, address: str, offset: int, piece: bytes) -> None:
        headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        self._answered(self.http.patch(address, content=piece, headers=headers), 204)

    def _break(self, address: str, offset: int, piece: bytes) -> None:
        """Half of a piece, and the line is gone without a goodbye."""
        there = urlsplit(address)
        cookies = "; ".join(f"{each.name}={each.value}" for each in self.http.cookies.jar)
        head = (
            f"PATCH {there.path} HTTP/1.1\r\nHost: {there.netloc}\r\nCookie: {cookies}\r\nOrigin: {self.instance.url}\r\n"
            f"X-CSRFToken: {self.http.headers['X-CSRFToken']}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n"
            f"Content-Type: application/offset+octet-stream\r\nContent-Length: {len(piece)}\r\n\r\n"
        )
        with socket.create_connection((there.hostname or "", there.port or 80)) as line:
            line.sendall(head.encode() + piece[: len(piece) // 2])
        self._until_free(address)

    def _until_free(self, address: str) -> None:
        """The process that had the broken line hears of it a moment later: until then the file is its."""
        deadline = time.monotonic() + 30
        headers = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        while self.http.patch(address, content=b"", headers=headers).status_code == 423:
            if time.monotonic() > deadline:
                raise RuntimeError("nobody lets go of the file")
            time.sleep(0.02)

    def _wait_looked_at(self, address: str) -> None:
        deadline = time.monotonic() + LOOKED_AT_S
        while (state := self.http.get(f"{address}state/").json())["state"] == "checking":
            if time.monotonic() > deadline:
                raise RuntimeError("the worker does not look at it")
            time.sleep(0.2)
        if state["state"] != "ready":
            raise RuntimeError(f"the file was refused: {state['why']}")
