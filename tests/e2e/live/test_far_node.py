"""A live process on a machine of its own, with the database, the keys and an S3 in common and no disk: a lesson is given there,
goes on at the first machine when that one dies, goes back, and is seen again from the S3. `make test-live`."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from runtime.postgres import EmbeddedPostgres
from tests.e2e.conftest import ROOT, Instance, free_port, running_instance
from tests.e2e.live.cast import arrange
from tests.e2e.live.classroom import Teacher, Viewer, together, until
from tests.e2e.live.conftest import class_screen, closed_after_all
from tests.e2e.live.test_nodes import DEATH_S, Place, frozen_while
from tests.e2e.live.watching import restarts_of
from tests.seaweed import running

pytestmark = [pytest.mark.shaped, pytest.mark.timeout(500)]
MOVE_S = 3.0  # to another machine: what is not in the S3 yet goes there first, and pages open other lists
NAME, PASSPHRASE = "far", "a passphrase of the tests"


class Machine:
    """Another machine: a folder, a port, and what an operator would type there."""

    def __init__(self, folder: Path, port: int, told: dict[str, str]) -> None:
        self.home, self.port = folder / "home", port
        self._log = folder / "node.log"
        self._told = told | {
            "LANTIAN_HOME": str(self.home),
            "LANTIAN_PORT": str(port),
            "LANTIAN_PASSPHRASE": PASSPHRASE,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "runtime.cli", *arguments], cwd=ROOT, env=self._told, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> None:
        argv = [sys.executable, "-m", "runtime.cli", "node", NAME, "--address", f"127.0.0.1:{self.port}"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                argv, cwd=ROOT, env=self._told, stdout=log, stderr=log, start_new_session=True
            )

    def _pids(self) -> list[int]:
        state = json.loads((self.home / "run" / "state.json").read_text())
        return [int(state["supervisor"]), *(int(each["pid"]) for each in state["services"].values() if each["pid"])]

    def cut_the_power(self) -> None:
        """All at once, and nothing is started again."""
        for pid in self._pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert self._process is not None
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(30)

    @property
    def said(self) -> str:
        return self._log.read_text() if self._log.exists() else ""


@pytest.fixture
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Instance, Machine]]:
    seaweed = running(tmp_path_factory.mktemp("seaweed"))
    place, port = next(seaweed).place(), free_port()
    s3 = {
        "LANTIAN_S3_ENDPOINT": place.endpoint,
        "LANTIAN_S3_BUCKET": place.bucket,
        "LANTIAN_S3_KEY": place.key,
        "LANTIAN_S3_SECRET": place.secret,
    }
    folder = Path(tempfile.mkdtemp(prefix="lantian-e2e-far-"))
    try:
        with closed_after_all(), running_instance(wait=True, LANTIAN_NODES=f"{NAME}=127.0.0.1:{port}", **s3) as first:
            shell = {name: value for name, value in os.environ.items() if not name.startswith("LANTIAN_")}
            told = shell | s3 | {"DATABASE_URL": EmbeddedPostgres(first.home).url, "LANTIAN_DISK_RESERVE_MB": "64"}
            far = Machine(folder, port, told)
            main = Machine(first.home.parent, first.port, shell)
            main.run("keys", "escrow", str(folder / "keys.escrow"))
            far.run("keys", "recover", str(folder / "keys.escrow"))
            far.start()
            try:
                yield first, far
            finally:
                far.stop()
    finally:
        for _rest in seaweed:
            pass


def addresses(viewer: Viewer) -> list[str]:
    """Of the segments that the page has fetched lately."""
    names = viewer.page.eval("performance.getEntriesByType('resource').map((e) => new URL(e.name).pathname)")
    return [name for name in names if name.endswith(".m4s")]


def test_a_lesson_is_given_on_another_machine_and_outlives_it(
    machines: tuple[Instance, Machine], capsys: pytest.CaptureFixture[str]
) -> None:
    first, far = machines
    cast = arrange(first)
    place = Place(first, cast.lesson)
    until(lambda: {"main", NAME} <= place.serving(), 60, f"both machines: {far.said[-1000:]}")
    teacher = Teacher(first)
    screen, student = together(lambda: class_screen(first, "screen"), lambda: Viewer.open(first, "student", phone=True))
    teacher.lesson = cast.lesson
    screen.page.click(".ls-tap-button")
    teacher.page.goto(f"{teacher.base}/live/lessons/{cast.lesson}/teach/")
    teacher.open_devices()
    teacher.go_live()
    student.page.goto(f"{first.url}/live/lessons/{cast.lesson}/watch/")
    together(screen.wait_picture, student.wait_picture)
    assert place.node == NAME, "it has fewer lessons than the first machine"
    token = place.ask("m.token")
    prefix = f"/n/{NAME}/media/streams/{token}/"
    assert all(address.startswith(prefix) for viewer in (screen, student) for address in addresses(viewer)[-3:])
    time.sleep(8)
    took: list[float] = []

    def goes_on_at(node: str) -> None:
        began = time.monotonic()
        until(lambda: place.node == node, 20, f"taken by {node}")
        before = int(place.ask("m.segments"))
        until(lambda: int(place.ask("m.segments")) > before, 40, "the teacher sends there")
        took.append(time.monotonic() - began)
        teacher.wait_live()

    def dies() -> None:
        far.cut_the_power()
        goes_on_at("main")

    frozen = frozen_while(dies, screen, student)
    assert all(not address.startswith("/n/") for viewer in (screen, student) for address in addresses(viewer)[-2:])
    far.start()
    until(lambda: NAME in place.serving(), 60, f"the other machine is back: {far.said[-1000:]}")

    def back() -> None:
        first.sql("UPDATE live_livenode SET state = 'draining' WHERE name = 'main'")
        goes_on_at(NAME)

    calm = frozen_while(back, screen, student)
    with capsys.disabled():
        print(f"\npower cut: {took[0]:.1f} s, stood {frozen}; drained: {took[1]:.1f} s, stood {calm}")  # noqa: T201 - a figure
    assert max(frozen) < 2 * DEATH_S
    assert max(calm) < 2 * MOVE_S
    assert restarts_of(teacher) == 0, "the same recording went on"
    teacher.end()
    until(lambda: place.ask("m.state") == "closed", 30, "its books are closed")
    segments = int(place.ask("m.segments"))
    door = httpx.Client(base_url=f"{first.url}/media/streams/{token}/av/", trust_env=False)
    until(lambda: door.get("replay.m3u8").status_code == 200, 30, "the lists are in the S3")
    names = [line for line in door.get("replay.m3u8").text.splitlines() if line.endswith(".m4s")]
    assert len(names) == segments
    assert [int(name.split("-")[0]) for name in names] == list(range(segments))
    assert {door.get(name).status_code for name in names} == {200}
    until(lambda: not (far.home / "live-far" / "offsite" / token).exists(), 30, "all of it is sent")
