"""Backup and restore on an empty folder; escrow of the keys."""

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime import archive, escrow
from runtime.database import database
from runtime.home import Instance, make_home
from runtime.postgres import EmbeddedPostgres
from runtime.words import Problem

PASSPHRASE = "correct horse battery"


@pytest.fixture(autouse=True)
def cheap_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escrow, "SCRYPT", {"n": 2**14, "r": 8, "p": 1})


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A home with rows, files, media and keys; its server runs, as during a real backup."""
    instance = Instance(tmp_path_factory.mktemp("source") / "home")
    make_home(instance.home)
    with database(instance) as url:
        import psycopg

        with psycopg.connect(url) as connection:
            connection.execute("CREATE EXTENSION ltree")
            connection.execute("CREATE TABLE organization (name text, path ltree)")
            connection.execute(
                "INSERT INTO organization SELECT '学校' || n, ('sc.my.' || n)::ltree FROM generate_series(1, 500) n"
            )
        files = {
            "files/2026/教案.pdf": b"%PDF lesson plan",
            "media/streams/t0/av/1-a.m4s": b"\x00\x01" * 5000,
            "media/streams/t0/av/index.jsonl": b'{"seq": 1}\n',
            "media/streams/t0/av/2-b.m4s.part": b"half",
            "media/.resources/blobs/ab/abc": b"a teacher's own",
            "keys/lantian.key": b'{"secret_key": "s"}',
            "logs/web.log": b"not worth keeping",
        }
        for name, content in files.items():
            path = instance.home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield instance


@pytest.fixture(scope="module")
def backup(source: Instance, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("backup") / "lantian.tar"
    assert archive.backup(source, target) == 0
    return target


def rows(instance: Instance) -> list[tuple[object, ...]]:
    import psycopg

    with database(instance) as url, psycopg.connect(url) as connection:
        return connection.execute("SELECT name, path FROM organization WHERE path <@ 'sc.my' ORDER BY 1").fetchall()


def tree(home: Path, name: str) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in (home / name).rglob("*") if path.is_file()}


def test_everything_comes_back_on_an_empty_folder(source: Instance, backup: Path, tmp_path: Path) -> None:
    target = Instance(tmp_path / "home")
    assert archive.restore(target, backup) == 0
    assert rows(target) == rows(source)
    assert len(rows(target)) == 500
    assert tree(target.home, "files") == tree(source.home, "files")
    wanted = {name: content for name, content in tree(source.home, "media").items() if not name.endswith(".part")}
    assert tree(target.home, "media") == wanted
    assert (target.home / "keys/lantian.key").read_bytes() == (source.home / "keys/lantian.key").read_bytes()
    assert (target.home / "keys/lantian.key").stat().st_mode & 0o077 == 0
    assert not [path for path in target.home.iterdir() if path.name.startswith(".restore")]


def test_the_archive_is_private_and_ordered(backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0
    with tarfile.open(backup) as tar:
        names = tar.getnames()
    assert names[0] == archive.DUMP
    assert names[-1] == archive.MANIFEST
    assert names.index("media/streams/t0/av/index.jsonl") < names.index("media/streams/t0/av/1-a.m4s")
    assert "keys/postgres.json" not in names
    assert not [path for path in backup.parent.iterdir() if path != backup]


def test_a_home_in_use_is_not_overwritten(source: Instance, backup: Path, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="not empty"):
        archive.restore(source, backup)
    other = Instance(tmp_path / "home")
    make_home(other.home)
    (other.home / "keys" / "lantian.key").write_text("another platform's")
    with pytest.raises(Problem, match="not empty"):
        archive.restore(other, backup)
    assert archive.restore(other, backup, force=True) == 0
    assert rows(other) == rows(source)


def altered(backup: Path, target: Path, name: str, content: bytes, *, drop: bool = False) -> Path:
    with tarfile.open(backup) as old, tarfile.open(target, "w") as new:
        for member in old:
            data = old.extractfile(member)
            assert data is not None
            body = data.read()
            if member.name == name:
                if drop:
                    continue
                body, member.size = content, len(content)
            new.addfile(member, io.BytesIO(body))
    return target


@pytest.mark.parametrize("drop", [False, True])
def test_a_damaged_archive_changes_nothing(backup: Path, tmp_path: Path, drop: bool) -> None:
    bad = altered(backup, tmp_path / "bad.tar", "files/2026/教案.pdf", b"%PDF lesson plaN", drop=drop)
    target = Instance(tmp_path / "home")
    with pytest.raises(Problem, match="checksums differ"):
        archive.restore(target, bad)
    assert not (target.home / "pg").exists()
    assert not any((target.home / "keys").iterdir())


def test_a_truncated_archive_is_refused(backup: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.tar"
    short.write_bytes(backup.read_bytes()[:5000])
    with pytest.raises(Problem, match="damaged or incomplete"):
        archive.restore(Instance(tmp_path / "home"), short)


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "files/../../outside", "run/state.json"])
def test_an_archive_writes_nowhere_else(name: str, tmp_path: Path) -> None:
    evil = tmp_path / "evil.tar"
    with tarfile.open(evil, "w") as tar:
        entry = tarfile.TarInfo(name)
        entry.size = 4
        tar.addfile(entry, io.BytesIO(b"evil"))
    with pytest.raises(Problem, match="unexpected member"):
        archive.restore(Instance(tmp_path / "home"), evil)
    assert not (tmp_path / "outside").exists()


def test_keys_can_be_sealed_in_the_archive(source: Instance, tmp_path: Path) -> None:
    sealed = tmp_path / "sealed.tar"
    archive.backup(source, sealed, passphrase=PASSPHRASE, with_media=False)
    assert b"secret_key" not in sealed.read_bytes()
    with pytest.raises(Problem, match="wrong passphrase"):
        archive.restore(Instance(tmp_path / "a"), sealed, passphrase="another passphrase")
    target = Instance(tmp_path / "b")
    archive.restore(target, sealed, passphrase=PASSPHRASE)
    assert (target.home / "keys/lantian.key").read_bytes() == (source.home / "keys/lantian.key").read_bytes()
    assert tree(target.home, "media") == {"media/.resources/blobs/ab/abc": b"a teacher's own"}, (
        "recordings alone stay out"
    )


def test_an_external_database_that_is_not_empty_is_left_alone(source: Instance, backup: Path, tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "server", throwaway=True) as server:
        import psycopg

        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE TABLE theirs (a int)")
        with pytest.raises(Problem, match="not empty"):
            archive.restore(Instance(tmp_path / "home", database_url=server.url), backup)
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT count(*) FROM theirs").fetchone() == (0,)
        target = Instance(tmp_path / "home", database_url=server.url)
        archive.restore(target, backup, force=True)
        assert rows(target) == rows(source)
        again = tmp_path / "again.tar"
        archive.backup(target, again)
        assert again.exists()


def test_escrow_brings_the_keys_back(source: Instance, tmp_path: Path) -> None:
    sealed, target = tmp_path / "keys.sealed", Instance(tmp_path / "home")
    escrow.escrow(source, sealed, passphrase=PASSPHRASE, force=False)
    assert sealed.stat().st_mode & 0o077 == 0
    assert json.loads(sealed.read_text())["kdf"]["name"] == "scrypt"
    escrow.recover(target, sealed, passphrase=PASSPHRASE, force=False)
    assert escrow.key_files(target.home) == escrow.key_files(source.home)
    (target.home / "keys" / "lantian.key").write_text("newer")
    with pytest.raises(Problem, match="exists and differs"):
        escrow.recover(target, sealed, passphrase=PASSPHRASE, force=False)
    with pytest.raises(Problem, match="exists"):
        escrow.escrow(source, sealed, passphrase=PASSPHRASE, force=False)


def test_a_short_passphrase_or_a_damaged_seal_is_refused() -> None:
    with pytest.raises(Problem, match="at least"):
        escrow.seal(b"x", "short")
    document = json.loads(escrow.seal(b"x", PASSPHRASE))
    document["kdf"]["n"] = 2**40
    with pytest.raises(Problem, match="damaged"):
        escrow.unseal(json.dumps(document).encode(), PASSPHRASE)
    with pytest.raises(Problem, match="damaged"):
        escrow.unseal(b"nonsense", PASSPHRASE)
