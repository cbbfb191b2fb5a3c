"""`lantian backup` and `lantian restore`: one tar with the database, files, media and keys.

Taken while everything runs. The order makes it consistent: the dump is one snapshot; what its rows speak of was written
before them, so files read afterwards are all there; an append-only index is read before the segments it lists; keys are
read last, since the ring only grows. Every member's SHA-256 is in the manifest, the archive's last member, and checked
before anything is put in place.
"""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from runtime import escrow
from runtime.binaries import wheel_folder
from runtime.database import database, up_lock
from runtime.home import FOLDERS, Instance, make_home
from runtime.logs import now_text
from runtime.words import Problem, say

FORMAT = 1
MANIFEST, DUMP, SEALED_KEYS = "manifest.json", "database.dump", "keys.sealed"
TREES = ("files", "media", "demo")
RECORDINGS = "media/streams/"  # beside them lies what people have uploaded, which nothing else has
UNPACKED = "media/.resources/unpacked/"  # made anew from what was uploaded
UNFINISHED = (".new", ".part", ".tmp")
READ_BYTES = 2**20


class _Counting(io.RawIOBase):
    """Reads exactly `size` bytes of a file that may grow meanwhile, and hashes them."""

    def __init__(self, source: IO[bytes], size: int) -> None:
        self.source, self.left = source, size
        self.hash = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        wanted = self.left if size < 0 else min(size, self.left)
        data = self.source.read(wanted)
        if len(data) < wanted:  # truncated under our hands; a tar member cannot become shorter
            data += b"\0" * (wanted - len(data))
        self.left -= len(data)
        self.hash.update(data)
        return data


@dataclass
class _Writer:
    """A tar being written, and the facts of its members."""

    tar: tarfile.TarFile
    members: list[dict[str, Any]] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)

    def add_file(self, path: Path, name: str) -> None:
        try:
            source = path.open("rb")
        except FileNotFoundError:
            self.vanished.append(name)
            return
        with source:
            facts = os.fstat(source.fileno())
            self._add(source, name, facts.st_size, facts.st_mtime)

    def add_bytes(self, content: bytes, name: str) -> None:
        self._add(io.BytesIO(content), name, len(content), time.time())

    def _add(self, source: IO[bytes], name: str, size: int, modified: float) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime, entry.mode = size, int(modified), 0o600
        reader = _Counting(source, size)
        self.tar.addfile(entry, reader)
        self.members.append({"name": name, "size": size, "sha256": reader.hash.hexdigest()})


def _tree(root: Path) -> Iterator[Path]:
    """Every finished file; indexes first within each folder."""
    for folder, _, names in os.walk(root):
        ordered = sorted(names, key=lambda name: (not name.endswith(".jsonl"), not name.endswith(".m3u8"), name))
        for name in ordered:
            path = Path(folder) / name
            if not name.endswith(UNFINISHED) and path.is_file() and not path.is_symlink():
                yield path


# The database --------------------------------------------------------------------------------------------------------------


def _server_major(url: str) -> int:
    import psycopg

    with psycopg.connect(url, connect_timeout=10) as connection:
        return connection.info.server_version // 10_000


def client_tool(name: str, major: int) -> str:
    """pg_dump or pg_restore of the server's own major: the wheel's, Debian's, or one on the PATH. Raises Problem."""
    candidates = [
        str(wheel_folder() / "bin" / name),
        f"/usr/lib/postgresql/{major}/bin/{name}",
        shutil.which(name) or "",
    ]
    for candidate in candidates:
        if not candidate or not Path(candidate).exists():
            continue
        shown = subprocess.run([candidate, "--version"], capture_output=True, text=True, check=False).stdout
        found = re.search(r"(\d+)\.", shown)
        if found and int(found[1]) == major:
            return candidate
    raise Problem(
        say(
            f"需要 PostgreSQL {major} 的 {name}：请安装 postgresql-client-{major}",
            f"{name} of PostgreSQL {major} is needed: install postgresql-client-{major}",
        )
    )


def _tool(arguments: list[str], url: str) -> None:
    """Run a client tool; the password goes by environment, not by argument."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    parts = conninfo_to_dict(url)
    password = str(parts.pop("password", "") or "")
    told = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PGPASSWORD": password}
    done = subprocess.run(
        [*arguments, "--dbname", make_conninfo("", **parts)],
        env=told,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Problem(f"{Path(arguments[0]).name}: {done.stderr.strip()[-1500:]}")


def _restore_database(url: str, dump: Path, *, force: bool) -> None:
    import psycopg

    query = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    with psycopg.connect(url, connect_timeout=10, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
        if row and row[0]:
            if not force:
                raise Problem(
                    say("数据库不是空的（--force 可覆盖）", "the database is not empty (--force replaces it)")
                )
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
    tool = client_tool("pg_restore", _server_major(url))
    _tool([tool, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(dump)], url)
    with psycopg.connect(url, connect_timeout=10, autocommit=True) as connection:
        connection.execute("ANALYZE")


# Backup --------------------------------------------------------------------------------------------------------------------


def backup(instance: Instance, target: Path, *, passphrase: str = "", with_media: bool = True) -> int:
    """Write the archive (0600) beside its final name, then rename it. Raises Problem."""
    began = time.monotonic()
    work = target.with_name(f".{target.name}.part")
    dump = target.with_name(f".{target.name}.dump")
    try:
        with database(instance) as url:
            major = _server_major(url)
            _touch_private(dump)
            _tool([client_tool("pg_dump", major), "--format=custom", "--no-owner", "--file", str(dump)], url)
        _touch_private(work)
        with tarfile.open(work, "w", format=tarfile.PAX_FORMAT) as tar:
            writer = _Writer(tar)
            _write(writer, instance, dump, passphrase=passphrase, with_media=with_media)
            manifest = _manifest(writer, major, with_media=with_media, sealed=bool(passphrase))
            writer.add_bytes(json.dumps(manifest, ensure_ascii=False, indent=1).encode(), MANIFEST)
        with work.open("rb") as file:
            os.fsync(file.fileno())
        work.replace(target)
    except OSError as error:
        raise Problem(f"{error.filename or target}: {error.strerror}") from error
    finally:
        dump.unlink(missing_ok=True)
        work.unlink(missing_ok=True)
    _report(target, manifest, time.monotonic() - began, sealed=bool(passphrase))
    return 0


def _touch_private(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)


def _write(writer: _Writer, instance: Instance, dump: Path, *, passphrase: str, with_media: bool) -> None:
    writer.add_file(dump, DUMP)
    for tree in TREES:
        root = instance.home / tree
        for path in _tree(root):
            name = f"{tree}/{path.relative_to(root)}"
            if name.startswith(UNPACKED) or (not with_media and name.startswith(RECORDINGS)):
                continue
            writer.add_file(path, name)
    keys = escrow.key_files(instance.home)
    if passphrase:
        writer.add_bytes(escrow.seal(escrow.pack(keys), passphrase), SEALED_KEYS)
    else:
        for name, content in keys.items():
            writer.add_bytes(content, f"keys/{name}")


def _manifest(writer: _Writer, major: int, *, with_media: bool, sealed: bool) -> dict[str, Any]:
    from runtime.up import version

    return {
        "format": FORMAT,
        "lantian": version(),
        "postgres": major,
        "made_at": now_text(),
        "media": with_media,
        "keys_sealed": sealed,
        "vanished": writer.vanished,
        "members": list(writer.members),
    }


def _report(target: Path, manifest: dict[str, Any], seconds: float, *, sealed: bool) -> None:
    size = target.stat().st_size / 2**20
    count = len(manifest["members"])
    print(
        say(
            f"已备份到 {target}：{count} 个文件，{size:.1f} MB，{seconds:.1f} 秒",
            f"backed up into {target}: {count} files, {size:.1f} MB, {seconds:.1f} s",
        )
    )
    if manifest["vanished"]:
        print(
            say(
                f"  备份期间被删除的文件：{len(manifest['vanished'])} 个",
                f"  files deleted meanwhile: {len(manifest['vanished'])}",
            )
        )
    if not sealed:
        print(
            say(
                "  注意：其中的密钥未加密，请妥善保管（--passphrase-file 可加密）",
                "  mind: the keys in it are not sealed; guard it, or use --passphrase-file",
            )
        )


# Restore -------------------------------------------------------------------------------------------------------------------


def restore(instance: Instance, source: Path, *, passphrase: str = "", force: bool = False) -> int:
    """Bring a backup into an empty home folder and database. Raises Problem; nothing is put in place before all is checked."""
    if not source.is_file():
        raise Problem(say(f"找不到 {source}", f"{source} is not there"))
    if instance.run.exists() and up_lock(instance).held_elsewhere():
        raise Problem(say("请先停止平台：lantian stop", "stop the platform first: lantian stop"))
    if _occupied(instance) and not force:
        raise Problem(
            say(
                f"{instance.home} 不是空的（--force 可覆盖）",
                f"{instance.home} is not empty (--force replaces what is there)",
            )
        )
    make_home(instance.home)
    staging = instance.home / f".restore-{os.getpid()}"
    staging.mkdir(mode=0o700)
    try:
        manifest = _unpack(source, staging)
        keys = _keys(staging, passphrase)
        _put_in_place(instance, staging, keys, force=force)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    print(
        say(
            f"已恢复 {manifest['made_at']} 的备份（版本 {manifest['lantian']}）",
            f"restored the backup of {manifest['made_at']} (version {manifest['lantian']})",
        )
    )
    return 0


def _occupied(instance: Instance) -> bool:
    """True when something worth keeping is there: a cluster, keys, files or media."""
    home = instance.home
    return any(any((home / name).iterdir()) for name in ("pg", "keys", *TREES) if (home / name).is_dir())


def _unpack(source: Path, staging: Path) -> dict[str, Any]:
    """Extract while hashing, then compare with the manifest. Raises Problem."""
    found: dict[str, tuple[int, str]] = {}
    try:
        with tarfile.open(source, "r:") as tar:
            for member in tar:
                found[member.name] = _extract(tar, member, staging)
        manifest: dict[str, Any] = json.loads((staging / MANIFEST).read_bytes())
    except (tarfile.TarError, OSError, ValueError) as error:
        raise Problem(
            say(f"备份文件已损坏或不完整：{error}", f"the backup is damaged or incomplete: {error}")
        ) from error
    if manifest.get("format") != FORMAT:
        raise Problem(say("备份格式比本程序新", "the backup's format is newer than this program"))
    found.pop(MANIFEST)
    wanted = {entry["name"]: (entry["size"], entry["sha256"]) for entry in manifest["members"]}
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if wrong:
        raise Problem(say(f"校验不符：{', '.join(wrong[:5])}", f"checksums differ: {', '.join(wrong[:5])}"))
    return manifest


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, staging: Path) -> tuple[int, str]:
    parts = Path(member.name).parts
    if (
        not member.isreg()
        or member.name.startswith("/")
        or ".." in parts
        or parts[0] not in {*TREES, "keys", DUMP, MANIFEST, SEALED_KEYS}
    ):
        raise tarfile.TarError(f"unexpected member {member.name!r}")
    target = staging / member.name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    reader, total, size = tar.extractfile(member), hashlib.sha256(), 0
    assert reader is not None
    with reader, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
        while data := reader.read(READ_BYTES):
            total.update(data)
            size += len(data)
            output.write(data)
    os.utime(target, (member.mtime, member.mtime))
    return size, total.hexdigest()


def _keys(staging: Path, passphrase: str) -> dict[str, bytes]:
    sealed = staging / SEALED_KEYS
    if sealed.exists():
        return escrow.unpack(escrow.unseal(sealed.read_bytes(), escrow.asked(passphrase)))
    return escrow.key_files(staging)


def _put_in_place(instance: Instance, staging: Path, keys: dict[str, bytes], *, force: bool) -> None:
    home = instance.home
    if force and not instance.database_url and (home / "pg").exists():
        shutil.rmtree(home / "pg")
    escrow.write_keys(home, keys, force=force)
    with database(instance) as url:
        _restore_database(url, staging / DUMP, force=force)
    for tree in TREES:
        if force and (home / tree).exists():
            shutil.rmtree(home / tree)
        if (staging / tree).exists():
            if (home / tree).exists():
                (home / tree).rmdir()
            (staging / tree).rename(home / tree)
    shutil.rmtree(home / "static", ignore_errors=True)  # belongs to the version that made it
    for name in FOLDERS:
        (home / name).mkdir(mode=0o700, exist_ok=True)
