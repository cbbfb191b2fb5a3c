"""Steps between the database and the application, each skipped in milliseconds when nothing changed.

What was done to the database is noted in the database itself (its comment), so a restored or exchanged database is
never mistaken for a migrated one; what was done to the home folder is noted there.
"""

import gzip
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from runtime.home import ROOT, Instance
from runtime.launch import Launch
from runtime.logs import ServiceLog
from runtime.words import Problem, say

TEXT_TYPES = {".js", ".mjs", ".css", ".html", ".svg", ".json", ".map", ".txt", ".webmanifest", ".ico"}
SMALLEST_GZIP = 860


def digest(paths: Iterable[Path], *, content: bool) -> str:
    """A fingerprint of files: of their content, or (quicker) of their size and time."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(
            str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path).encode()
        )  # same on all machines
        if content:
            total.update(path.read_bytes())
        else:
            facts = path.stat()
            total.update(f"{facts.st_size}:{facts.st_mtime_ns}".encode())
    return total.hexdigest()[:24]


def schema_fingerprint() -> str:
    """Changes when a migration of ours, a locked package or what the settings list as installed does."""
    files = [*ROOT.glob("lantian/*/*/migrations/*.py"), *ROOT.glob("config/settings/*.py")]
    lock = ROOT / "uv.lock"
    return digest([*files, lock] if lock.exists() else files, content=True)


def static_fingerprint() -> str:
    roots = [*ROOT.glob("lantian/*/*/static"), ROOT / "frontend" / "dist"]
    return digest((path for root in roots for path in root.rglob("*") if path.is_file()), content=False)


def django(
    arguments: list[str], environment: dict[str, str], *, log: ServiceLog | None = None, patience: float = 1800
) -> str:
    """Run one management command in a process of its own; its standard output. Raises Problem with its last words."""
    launch = Launch([sys.executable, "-m", "django", *arguments], environment)
    done = subprocess.run(
        launch.command(),
        env=launch.env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the supervisor to handle
        timeout=patience,
        check=False,
    )
    if log is not None:
        log.feed((done.stdout + done.stderr).encode())
    if done.returncode != 0:
        raise Problem(f"{' '.join(arguments)}: " + (done.stderr or done.stdout).strip()[-1500:])
    return done.stdout


class Notes:
    """What has been done to this database, kept as JSON in its comment."""

    def __init__(self, url: str) -> None:
        self.url = url

    def read(self) -> dict[str, Any]:
        import psycopg

        query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        with psycopg.connect(self.url, connect_timeout=10) as connection:
            row = connection.execute(query).fetchone()
        try:
            loaded = json.loads(row[0]) if row and row[0] else {}
        except ValueError:
            return {}
        return loaded if isinstance(loaded, dict) else {}

    def add(self, **facts: Any) -> None:
        """Best effort: on a server where we do not own the database the step is simply done again next time."""
        import psycopg
        from psycopg import sql

        text = json.dumps({**self.read(), **facts})
        with psycopg.connect(self.url, connect_timeout=10, autocommit=True) as connection:
            name = connection.info.dbname
            try:
                connection.execute(
                    sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(text))
                )
            except psycopg.errors.InsufficientPrivilege:
                return


def key_mark(key_file: Path) -> str:
    """Tells one platform's key file from another's and gives nothing away; empty when there is none to read.

    Made of the blind-index key, which stays when field keys are added.
    """
    try:
        blind = json.loads(key_file.read_text())["blind"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return hashlib.sha256(b"lantian key mark\0" + str(blind).encode()).hexdigest()[:16]


class Preparation:
    """The gates of `lantian up`: `keys`, `schema`, `static`, `demo`."""

    def __init__(
        self, instance: Instance, environment: dict[str, str], log: ServiceLog, tell: Any, *, new_keys: bool = False
    ) -> None:
        self.instance, self.environment, self.log, self.tell = instance, environment, log, tell
        self.new_keys = new_keys

    def keys(self) -> None:
        """Refuse to go on with other keys than this database's: a new file made silently would lock all sealed data."""
        path = self.instance.home / "keys" / "lantian.key"
        notes = Notes(self.environment["DATABASE_URL"])
        known = notes.read()
        if "schema" not in known:
            return
        if self.new_keys:
            notes.add(keys="")  # noted anew once the application has made them
            return
        if not path.exists():
            raise Problem(
                say(
                    f"密钥文件 {path} 不见了，而数据库不是新的。请用 lantian keys recover 取回，"
                    "或从备份恢复；确已丢失时用 lantian up --new-keys（旧的加密数据将无法读取）",
                    f"the key file {path} is gone, but the database is not new. Bring it back with lantian keys recover or "
                    "from a backup; if it is lost for good, lantian up --new-keys (what was sealed stays unreadable)",
                )
            )
        if known.get("keys") and key_mark(path) != known["keys"]:
            raise Problem(
                say(
                    f"{path} 不是这个数据库的密钥（lantian keys recover 可取回；--new-keys 强行继续）",
                    f"{path} does not belong to this database (lantian keys recover brings its own back; --new-keys goes on)",
                )
            )

    def schema(self) -> None:
        """Apply migrations when they, or the packages, are not those noted in the database."""
        notes, wanted = Notes(self.environment["DATABASE_URL"]), schema_fingerprint()
        known = notes.read()
        if known.get("schema") != wanted:
            self.tell(say("  … 正在建立或升级数据表", "  … making or upgrading the tables"))
            django(["migrate", "--no-input"], self.environment, log=self.log)
            notes.add(schema=wanted)
        mark = key_mark(self.instance.home / "keys" / "lantian.key")
        if mark and known.get("keys") != mark:
            notes.add(keys=mark)

    def demo(self) -> None:
        """Fill the demo region once, and keep the list of its accounts for the terminal."""
        if not self.instance.demo:
            return
        notes, stamp = Notes(self.environment["DATABASE_URL"]), self.instance.accounts_file
        if not notes.read().get("demo"):
            # a restored region is there, and its database has no notes yet: nothing will be made, only kept up with the day
            if not self.instance.region_file.exists():
                self.tell(
                    say("  … 正在生成演示地区（一到几分钟）", "  … making the demo region (one to a few minutes)")
                )
            django(["demo", "seed"], self.environment, log=self.log)
            notes.add(demo=True)
            stamp.unlink(missing_ok=True)
        if not stamp.exists():
            text = django(["demo", "accounts", "--json"], self.environment)
            json.loads(text)
            stamp.touch(mode=0o600)
            stamp.write_text(text)

    def static(self) -> None:
        """Collect static files into the home folder and compress them once, when any of them changed."""
        target, wanted = self.instance.home / "static", static_fingerprint()
        stamp = target / ".fingerprint"
        if stamp.exists() and stamp.read_text() == wanted:
            return
        django(["collectstatic", "--no-input", "--verbosity", "0"], self.environment, log=self.log)
        compress(target)
        stamp.write_text(wanted)


def compress(folder: Path) -> int:
    """Write `.gz` beside every text file that gains by it; the number written."""
    written = 0
    for path in folder.rglob("*"):
        if path.suffix not in TEXT_TYPES or not path.is_file() or path.stat().st_size < SMALLEST_GZIP:
            continue
        packed = path.with_name(path.name + ".gz")
        if packed.exists() and packed.stat().st_mtime_ns == path.stat().st_mtime_ns:
            continue
        small = gzip.compress(path.read_bytes(), 9, mtime=0)
        if len(small) < path.stat().st_size * 0.9:
            packed.write_bytes(small)
            # The same time as its source: a stale one is seen, and Caddy's ETag stays put.
            os.utime(packed, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
            written += 1
    return written
