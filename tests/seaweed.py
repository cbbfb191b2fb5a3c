"""A real S3 for the tests: SeaweedFS from its wheel, started once for a worker that asks. Each test has a bucket of its own."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import httpx

from lantian.kernel.bucket import Bucket, BucketPlace
from runtime.launch import Launch

KEY, SECRET = "lantian-tests", "a-secret-of-tests"
PORTS = ("master", "volume", "filer", "s3")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Seaweed:
    """One `weed server`. Its ports stay the same when it is stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = {name: (free_port(), free_port()) for name in PORTS}
        self._process: subprocess.Popen[bytes] | None = None
        rights = ["Admin", "Read", "Write", "List"]
        identity = {"name": "t", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": rights}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._ports['s3'][0]}"

    def place(self) -> BucketPlace:
        """A bucket that nobody has made yet."""
        return BucketPlace(self.endpoint, f"b-{uuid4().hex[:12]}", KEY, SECRET)

    def bucket(self) -> Bucket:
        """An empty bucket, of which anybody may read `streams`."""
        made = Bucket(self.place())
        made.check(public="streams")
        return made

    def start(self) -> "Seaweed":
        ports = [f"-{name}.port={port}" for name, (port, _grpc) in self._ports.items()]
        ports += [f"-{name}.port.grpc={grpc}" for name, (_port, grpc) in self._ports.items()]
        argv = [
            str(Path(sys.executable).parent / "weed"), "-v=-1", "server", f"-dir={self._folder}", "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1", "-s3", f"-s3.config={self._folder / 's3.json'}", "-s3.port.iceberg=0", "-s3.port.lance=0",
            "-master.telemetry=false", "-master.volumeSizeLimitMB=64", "-volume.max=64", "-master.electionTimeout=1s", *ports,
        ]  # fmt: skip
        told = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self._folder),
            "WEED_MASTER_VOLUME_GROWTH_COPY_1": "1",  # seven volumes for a bucket would be too many buckets soon
        }
        launch = Launch(argv, told, death_signal=signal.SIGKILL)
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(launch.command(), env=launch.env, stdout=log, stderr=log)
        self._wait()
        return self

    def _wait(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            assert self._process is not None
            assert self._process.poll() is None, (self._folder / "log").read_text()[-3000:]
            try:
                if httpx.get(f"{self.endpoint}/status", timeout=2).status_code < 500 and self._takes():
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        raise AssertionError((self._folder / "log").read_text()[-3000:])

    def _takes(self) -> bool:
        """It answers before it can keep anything."""
        from lantian.kernel.bucket import BucketError

        probe = Bucket(replace(self.place(), bucket="probe"))
        try:
            probe.check(public="none")
            probe.put("probe", b"1")
        except BucketError:
            return False
        return True

    def pause(self) -> None:
        """It answers no more, and nobody is told: as behind a line that is cut."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def running(folder: Path) -> Iterator[Seaweed]:
    """For a fixture."""
    server = Seaweed(folder).start()
    yield server
    server.remove()
