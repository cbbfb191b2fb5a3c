"""The embedded server: private, unprivileged, and up again after any kill."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from runtime.postgres import EmbeddedPostgres
from runtime.words import Problem
from tests.runtime.platform import wait_for


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres") / "home")
    server.start()
    yield server
    server.stop()


def query(url: str, text: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(text)  # type: ignore[call-overload]
        return cursor.fetchall() if cursor.description else []


def test_the_role_owns_its_database_and_is_no_superuser(server: EmbeddedPostgres) -> None:
    rows = query(server.url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    assert rows == [(False,)]
    query(server.url, "CREATE EXTENSION IF NOT EXISTS ltree; CREATE EXTENSION IF NOT EXISTS pg_trgm")
    query(server.url, "CREATE EXTENSION IF NOT EXISTS btree_gist; CREATE EXTENSION IF NOT EXISTS citext")
    assert query(
        server.url, "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()"
    ) == [("b", "C.UTF-8")]


def test_nobody_gets_in_without_the_password(server: EmbeddedPostgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://lantian:wrong@/lantian?host={server.socket_folder}")
    assert query(server.superuser_url, "SHOW listen_addresses") == [("",)]
    assert query(server.superuser_url, "SELECT DISTINCT auth_method FROM pg_hba_file_rules") == [("scram-sha-256",)]
    assert stat.S_IMODE(server.secrets_file.stat().st_mode) == 0o600


def test_files_belong_to_the_server_alone(server: EmbeddedPostgres) -> None:
    process = psutil.Process(server.pid)
    assert process.uids().real != 0
    assert server.data.stat().st_uid == process.uids().real
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.home.stat().st_mode) == 0o700


def test_data_outlives_a_kill(server: EmbeddedPostgres) -> None:
    query(server.url, "CREATE TABLE lessons (title text); INSERT INTO lessons VALUES ('勾股定理')")
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    psutil.Process(server.pid).wait(5)
    server.start()
    assert query(server.url, "SELECT title FROM lessons") == [("勾股定理",)]


def test_an_orphaned_server_is_taken_over(server: EmbeddedPostgres) -> None:
    orphan = server.pid
    assert orphan is not None
    second = EmbeddedPostgres(server.home)
    second.start()
    try:
        assert not psutil.pid_exists(orphan) or psutil.Process(orphan).status() == psutil.STATUS_ZOMBIE
        assert query(second.url, "SELECT 1") == [(1,)]
    finally:
        second.stop()
        server.start()


def test_a_pid_file_of_a_stranger_is_no_obstacle(server: EmbeddedPostgres) -> None:
    server.stop()
    pid_file = server.data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{server.data}\n0\n5432\n\n\n")  # alive, but no server of ours
    server.start()
    assert query(server.url, "SELECT 1") == [(1,)]


def test_lost_passwords_are_made_anew(server: EmbeddedPostgres) -> None:
    server.stop()
    old = server.secrets_file.read_text()
    server.secrets_file.unlink()
    server.start()
    assert server.secrets_file.read_text() != old
    assert query(server.url, "SELECT title FROM lessons") == [("勾股定理",)]


def test_it_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys, time; from pathlib import Path; from runtime.postgres import EmbeddedPostgres\n"
        "s = EmbeddedPostgres(Path(sys.argv[1]), throwaway=True); s.start(); print(s.pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "home")], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    wait_for(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE, 10)


def test_another_major_version_is_refused_with_advice(server: EmbeddedPostgres) -> None:
    server.stop()
    version = server.data / "PG_VERSION"
    version.write_text("17\n")
    try:
        with pytest.raises(Problem, match="restore with the new"):
            server.prepare()
    finally:
        version.write_text("18\n")
        server.start()
