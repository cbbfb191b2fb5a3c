"""A Janus of one's own for tests, as `lantian up` starts it, with a network interface of its own; and what browsers say to it."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp

import psutil
import pytest

from runtime import janus
from runtime.home import Instance, make_home, read_instance

CANDIDATE = {"candidate": "candidate:1 1 udp 2122260223 10.231.99.9 40000 typ host", "sdpMid": "0", "sdpMLineIndex": 0}


@contextlib.contextmanager
def interface() -> Iterator[tuple[str, str]]:
    """Name and address of an interface that is not the loop: Janus offers no other. As root a veth pair made for the test."""
    if os.geteuid() == 0 and shutil.which("ip"):
        name, other, address = f"ltj{os.getpid()}"[:15], f"ltk{os.getpid()}"[:15], f"10.231.{os.getpid() % 200 + 20}.1"
        subprocess.run(["ip", "link", "add", name, "type", "veth", "peer", "name", other], check=True)
        try:
            subprocess.run(["ip", "addr", "add", f"{address}/24", "dev", name], check=True)
            for each in (name, other):
                subprocess.run(["ip", "link", "set", each, "up"], check=True)
            yield name, address
        finally:
            subprocess.run(["ip", "link", "del", name], check=False)
        return
    for name, addresses in psutil.net_if_addrs().items():
        for each in addresses:
            if each.family.name == "AF_INET" and not each.address.startswith("127."):
                yield name, each.address
                return
    pytest.skip("neither root, who could make an interface, nor an interface beside the loop")


@dataclass
class JanusProcess:
    """`instance` is what it was made from."""

    instance: Instance
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def socket(self) -> Path:
        return self.instance.janus_socket

    @property
    def secrets(self) -> Path:
        return self.instance.home / "stage"

    def start(self) -> None:
        launch = janus.prepare(self.instance)
        log = (self.instance.home / "logs" / "janus.log").open("ab")
        self.process = subprocess.Popen(
            launch.command(), env=launch.env, cwd=launch.cwd, stdout=log, stderr=log, start_new_session=True
        )
        deadline = time.monotonic() + 15
        while not janus.answers(self.socket):
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.02)

    def said(self) -> str:
        return (self.instance.home / "logs" / "janus.log").read_text(errors="replace")[-2000:]

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.socket.parent, ignore_errors=True)
        shutil.rmtree(self.instance.home.parent, ignore_errors=True)


@contextlib.contextmanager
def janus_process(name: str, **settings: str) -> Iterator[JanusProcess]:
    """It runs on this interface."""
    if janus.program() is None:
        pytest.fail("janus is not installed: run `make services`")
    home = Path(mkdtemp(prefix="lt-janus-")) / "home"
    home.parent.chmod(0o755)
    instance = read_instance({"LANTIAN_HOME": str(home), "LANTIAN_JANUS_INTERFACES": name, **settings})
    make_home(instance.home)
    found = JanusProcess(
        replace(instance, janus_ports=(26000 + os.getpid() % 20 * 100, 26099 + os.getpid() % 20 * 100))
    )
    try:
        found.start()
        yield found
    finally:
        found.stop()


def offer(*, picture: bool = True, codec: str = "H264", direction: str = "sendrecv") -> str:
    """As a browser makes it, without anybody behind it."""
    media = [_media("audio", 0, 111, "opus/48000/2", "", direction)]
    if picture:
        fmtp = (
            "a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n"
            if codec == "H264"
            else ""
        )
        media.append(_media("video", 1, 96, f"{codec}/90000", fmtp, direction))
    bundle = " ".join(str(number) for number in range(len(media)))
    return f"v=0\r\no=- 4611 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {bundle}\r\n{''.join(media)}"


def _media(kind: str, mid: int, payload: int, codec: str, fmtp: str, direction: str) -> str:
    mark = ":".join(["AB"] * 32)
    return (
        f"m={kind} 9 UDP/TLS/RTP/SAVPF {payload}\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:{'p' * 24}\r\n"
        f"a=ice-options:trickle\r\na=fingerprint:sha-256 {mark}\r\na=setup:actpass\r\na=mid:{mid}\r\na={direction}\r\n"
        f"a=rtcp-mux\r\na=rtpmap:{payload} {codec}\r\n{fmtp}a=ssrc:{1000 + mid} cname:x\r\n"
    )
