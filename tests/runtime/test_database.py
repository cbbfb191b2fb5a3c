"""The database of one command, shared by those that run beside it."""

import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from runtime import database as databases
from runtime.home import Instance


class Server:
    """Stands in for the embedded server: notes whether it runs."""

    runs = False
    url = "postgresql://x"

    def __init__(self, home: Path) -> None:
        self.secrets_file = home

    def start(self) -> None:
        Server.runs = True

    def stop(self) -> None:
        Server.runs = False

    def is_ready(self) -> bool:
        return Server.runs


def test_a_command_that_fails_leaves_the_server_to_those_that_still_use_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "EmbeddedPostgres", Server)
    instance = Instance(tmp_path)
    started, joined = threading.Event(), threading.Event()

    def fails() -> None:
        with suppress(RuntimeError), databases.database(instance):
            started.set()
            joined.wait(10)
            raise RuntimeError("a management command went wrong")

    first = threading.Thread(target=fails)
    first.start()
    started.wait(10)
    with databases.database(instance):
        joined.set()
        time.sleep(0.3)
        assert Server.runs
    first.join(10)
    assert not Server.runs
