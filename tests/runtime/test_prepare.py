"""The steps between the database and the application: done when needed, skipped when not, refused when dangerous."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime import prepare
from runtime.home import Instance, make_home
from runtime.logs import ServiceLog
from runtime.postgres import EmbeddedPostgres
from runtime.prepare import Notes, Preparation
from runtime.words import Problem


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(tmp_path_factory.mktemp("server") / "home", throwaway=True) as server:
        yield server


@pytest.fixture
def notes(server: EmbeddedPostgres) -> Notes:
    notes = Notes(server.url)
    notes.add(schema=None, keys=None, demo=None)
    import psycopg

    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("COMMENT ON DATABASE lantian IS NULL")
    return notes


class Ran:
    """Stands for the management commands."""

    def __init__(self) -> None:
        self.commands: list[str] = []

    def __call__(self, arguments: list[str], environment: dict[str, str], **options: object) -> str:
        self.commands.append(" ".join(arguments))
        return json.dumps([{"role": "teacher", "login": "t1"}])


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Ran:
    ran = Ran()
    monkeypatch.setattr(prepare, "django", ran)
    return ran


def preparation(home: Path, notes: Notes, *, demo: bool = False, new_keys: bool = False) -> Preparation:
    make_home(home)
    log = ServiceLog("supervisor", home / "logs")
    return Preparation(
        Instance(home, demo=demo), {"DATABASE_URL": notes.url}, log, lambda _text: None, new_keys=new_keys
    )


def test_migrations_run_once_and_again_when_they_change(
    home: Path, notes: Notes, ran: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = preparation(home, notes)
    steps.schema()
    steps.schema()
    assert ran.commands == ["migrate --no-input"]
    monkeypatch.setattr(prepare, "schema_fingerprint", lambda: "another")
    steps.schema()
    assert len(ran.commands) == 2
    assert notes.read()["schema"] == "another"


def test_the_demo_region_is_made_once_for_a_database(home: Path, tmp_path: Path, notes: Notes, ran: Ran) -> None:
    preparation(home, notes, demo=True).demo()
    preparation(home, notes, demo=True).demo()
    assert ran.commands == ["demo seed", "demo accounts --json"]
    assert json.loads((home / "demo" / "accounts.json").read_text())[0]["login"] == "t1"
    assert (home / "demo" / "accounts.json").stat().st_mode & 0o077 == 0
    preparation(tmp_path / "other", notes, demo=True).demo()
    assert ran.commands[2:] == ["demo accounts --json"]


def test_a_restored_region_is_not_said_to_be_made(home: Path, notes: Notes, ran: Ran) -> None:
    said: list[str] = []
    steps = preparation(home, notes, demo=True)
    steps.tell = said.append
    steps.instance.region_file.parent.mkdir(parents=True, exist_ok=True)
    steps.instance.region_file.write_text("[]")
    steps.demo()
    assert "demo seed" in ran.commands  # it is kept up with the day
    assert said == []
    notes.add(demo=None)
    steps.instance.region_file.unlink()
    steps.demo()
    assert len(said) == 1


def test_a_lost_key_file_is_never_replaced_silently(home: Path, notes: Notes, ran: Ran) -> None:
    steps, key_file = preparation(home, notes), home / "keys" / "lantian.key"
    steps.keys()  # a new database asks for nothing
    key_file.write_text('{"blind": "ours"}')
    steps.schema()
    steps.keys()
    key_file.unlink()
    with pytest.raises(Problem, match="keys recover"):
        steps.keys()
    key_file.write_text('{"blind": "of another platform"}')
    with pytest.raises(Problem, match="does not belong"):
        steps.keys()
    key_file.unlink()
    preparation(home, notes, new_keys=True).keys()
    key_file.write_text('{"blind": "new"}')
    steps.keys()
    steps.schema()
    assert notes.read()["keys"] == prepare.key_mark(key_file)
    assert "new" not in json.dumps(notes.read())


def test_only_what_gains_is_compressed_and_only_once(tmp_path: Path) -> None:
    (tmp_path / "page.js").write_text("let sky;" * 500)
    (tmp_path / "small.js").write_text("let sky;")
    (tmp_path / "photo.png").write_bytes(b"0" * 5000)
    assert prepare.compress(tmp_path) == 1
    assert gzip.decompress((tmp_path / "page.js.gz").read_bytes()) == (tmp_path / "page.js").read_bytes()
    assert prepare.compress(tmp_path) == 0
    (tmp_path / "page.js").write_text("let sun;" * 500)
    assert prepare.compress(tmp_path) == 1


def test_static_files_are_collected_when_they_change(
    home: Path, notes: Notes, ran: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = preparation(home, notes)
    marks = iter(["a", "a", "b"])
    monkeypatch.setattr(prepare, "static_fingerprint", lambda: next(marks))
    for _ in range(3):
        steps.static()
    assert ran.commands == ["collectstatic --no-input --verbosity 0"] * 2


def test_a_failing_command_says_why(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no-such-command"):
        prepare.django(["no-such-command"], {"DJANGO_SETTINGS_MODULE": "", "PATH": "/usr/bin"})
