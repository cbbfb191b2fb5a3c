"""`lantian node` before anything is started: what it refuses, in plain words."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lantian.kernel.bucket import BucketPlace
from runtime import node, prepare
from runtime.home import Instance, make_home
from runtime.logs import ServiceLog
from runtime.postgres import EmbeddedPostgres
from runtime.prepare import Notes, key_mark
from runtime.words import Problem

S3 = BucketPlace("http://127.0.0.1:9", "bucket", "key", "secret")
KEYS = '{"blind": "abc"}'


def instance(home: Path, **changes: object) -> Instance:
    facts: dict[str, object] = {"database_url": "postgresql://nobody@127.0.0.1:9/x", "s3": S3, **changes}
    return Instance(home, **facts)  # type: ignore[arg-type]  # a table of changes


@pytest.mark.parametrize(
    ("name", "address", "changes", "words"),
    [
        ("main", "10.0.0.5:8000", {}, "no name for it"),
        ("b", "10.0.0.5:8000", {}, "no name for it"),
        ("Far", "10.0.0.5:8000", {}, "no name for it"),
        ("far", "10.0.0.5", {}, "host:port"),
        ("far", "10.0.0.5:8000", {"database_url": ""}, "DATABASE_URL"),
        ("far", "10.0.0.5:8000", {"s3": None}, "LANTIAN_S3_ENDPOINT"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_touched(
    home: Path, name: str, address: str, changes: dict[str, object], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANTIAN_LANG", "en")
    with pytest.raises(Problem, match=words):
        node.run(instance(home, **changes), name, address)
    assert not home.exists()


def test_where_the_others_reach_it_is_guessed_from_what_it_listens_on(home: Path) -> None:
    assert node.guessed(instance(home, bind="10.0.0.5", port=8100)) == "10.0.0.5:8100"
    assert node.guessed(instance(home, bind="fd00::5")) == "[fd00::5]:8000"


def test_what_is_the_first_machines_own_is_not_here(home: Path) -> None:
    given = instance(home, tls="internal", http_port=80, rtmp_port=1935, turn_port=3478, live_nodes=3, demo=True)
    kept = node.only_lessons(given)
    assert (kept.tls, kept.http_port, kept.rtmp_port, kept.turn_port, kept.live_nodes, kept.demo) == (
        "",
        0,
        0,
        0,
        1,
        False,
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> "EmbeddedPostgres":
    with EmbeddedPostgres(tmp_path_factory.mktemp("server") / "home", throwaway=True) as server:
        yield server  # type: ignore[misc]  # a fixture


@pytest.fixture
def gates(home: Path, server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], node.Gates]:
    """Of a machine that was given these keys (empty: none), in a platform whose database knows KEYS and this schema."""
    monkeypatch.setenv("LANTIAN_LANG", "en")
    make_home(home)
    known = home / "known.key"
    known.write_text(KEYS)
    Notes(server.url).add(schema=prepare.schema_fingerprint(), keys=key_mark(known))

    def of(keys: str) -> node.Gates:
        if keys:
            (home / "keys" / "lantian.key").write_text(keys)
        log = ServiceLog("supervisor", home / "logs")
        return node.Gates(instance(home), {"DATABASE_URL": server.url}, log, lambda _text: None)

    return of


def test_a_node_with_the_platforms_keys_and_version_comes_in(gates: Callable[[str], node.Gates]) -> None:
    gate = gates(KEYS)
    gate.keys()
    gate.schema()


@pytest.mark.parametrize(("keys", "words"), [("", "keys escrow"), ('{"blind": "other"}', "does not belong")])
def test_a_node_without_the_platforms_keys_is_refused(
    gates: Callable[[str], node.Gates], keys: str, words: str
) -> None:
    with pytest.raises(Problem, match=words):
        gates(keys).keys()


def test_a_node_of_another_version_is_refused_and_changes_nothing(
    gates: Callable[[str], node.Gates], server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = gates(KEYS)
    before = Notes(server.url).read()
    monkeypatch.setattr(node, "schema_fingerprint", lambda: "another")
    with pytest.raises(Problem, match="another version"):
        gate.schema()
    assert Notes(server.url).read() == before


def test_a_database_that_is_away_or_empty_is_named(
    gates: Callable[[str], node.Gates], server: EmbeddedPostgres
) -> None:
    gate = gates(KEYS)
    Notes(server.url).add(schema=None)
    import psycopg

    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("COMMENT ON DATABASE lantian IS NULL")
    with pytest.raises(Problem, match="no tables of Lantian"):
        gate.keys()
    gate.environment["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:9/x"
    with pytest.raises(Problem, match="cannot be reached"):
        gate.schema()
