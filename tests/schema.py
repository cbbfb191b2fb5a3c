"""The snapshot of the tables that an empty database is made from: `make schema` writes it anew, tests compare it.

To make it again takes minutes, so every run compares only what it was made of (`mark`): the migrations, what of ours they import,
the locked versions of all else, and its own text. `make test-live` makes it again and compares all of it.
"""

import ast
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import psycopg

from runtime.archive import client_tool
from tests.harness import ROOT, database_url

FILE = ROOT / "config" / "schema.sql"
# What the application writes by itself, after the last step.
ITS_OWN = ("django_migrations", "django_content_type", "auth_permission")
# What pg_dump says beside: settings of a session (some that an older PostgreSQL does not know), words to psql, headings.
SETTINGS = (
    r"\w+_timeout|client_encoding|client_min_messages|standard_conforming_strings|xmloption|row_security|default_\w+"
)
BESIDE = re.compile(rf"SET ({SETTINGS}) = .*;|\\\w+ \S+|--|-- (Data for )?Name: .*; Type: .*|-- (PostgreSQL|Dumped) .*")
COUNTS = re.compile(rf"SELECT pg_catalog.setval\('public.({'|'.join(ITS_OWN)})_id_seq'")
ROW = re.compile(r"\t\('[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}', (.*\))([,;])")
MARK = re.compile(r"^-- made of ([0-9a-f]{64})$", re.MULTILINE)
STEPS = "SELECT app, name FROM django_migrations ORDER BY app, name"
NOTE = "-- What all migrations together make, for empty databases; written by `make schema`, compared by tests/test_schema.py."


def _imported(path: Path) -> Iterator[Path]:
    """Files of ours that a file imports."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names += [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
        elif isinstance(node, ast.Import):
            names += [each.name for each in node.names]
    for name in names:
        if name.partition(".")[0] == "lantian":
            place = ROOT / name.replace(".", "/")
            yield from (file for file in (place.with_suffix(".py"), place / "__init__.py") if file.exists())


def made_of() -> list[Path]:
    """The migrations, and whatever of ours they import, and that imports."""
    waiting = sorted((ROOT / "lantian").rglob("migrations/*.py"))
    found = set(waiting)
    while waiting:
        fresh = set(_imported(waiting.pop())) - found
        found |= fresh
        waiting += sorted(fresh)
    return sorted(found)


def mark(snapshot: str) -> str:
    """A hash of what the snapshot is made of, the locked versions, and its own text but for the line with this."""
    digest = hashlib.sha256(MARK.sub("", snapshot).replace(f"{NOTE}\n\n", f"{NOTE}\n").encode())
    for path in [*made_of(), ROOT / "uv.lock"]:
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def marked(snapshot: str) -> str:
    return snapshot.replace(NOTE, f"{NOTE}\n-- made of {mark(snapshot)}", 1)


def empty(name: str) -> str:
    """Make a database of that name anew; its address."""
    with psycopg.connect(database_url("postgres", superuser=True), autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" OWNER lantian')
    return database_url(name)


def migrated(name: str, *options: str) -> str:
    """The same, with `migrate` run in it by a process of its own."""
    url = empty(name)
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0", *options]
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=900)
    return url


def sql_of(url: str) -> str:
    """What makes the tables of a database, and the rows that migrations put in."""
    with psycopg.connect(url) as connection:
        tool = client_tool("pg_dump", connection.info.server_version // 10_000)
    left_out = [f"--exclude-table-data=public.{table}" for table in ITS_OWN]
    how = ["--no-owner", "--no-privileges", "--no-comments", "--inserts", "--rows-per-insert=500"]
    done = subprocess.run([tool, *how, *left_out, "--dbname", url], capture_output=True, text=True, check=True)
    lines = [line for line in done.stdout.splitlines() if not (BESIDE.fullmatch(line) or COUNTS.match(line))]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(map(settled, lines))).strip() + "\n"


def settled(line: str) -> str:
    """A row that a migration has put in under an id by chance gets one by its content: the file changes only with the tables."""
    found = ROW.fullmatch(line)
    return f"\t('{uuid5(NAMESPACE_OID, found[1])}', {found[1]}{found[2]}" if found else line


def text_of(url: str) -> str:
    """The snapshot of a migrated database: as PostgreSQL writes down what it has read once more, which it then keeps to."""
    with psycopg.connect(url) as connection:
        steps = connection.execute(STEPS).fetchall()
    again = empty("schema_again")
    with psycopg.connect(again) as connection:
        connection.execute(sql_of(url))
    return "\n".join([NOTE, *(f"-- migration {app} {name}" for app, name in steps), "", sql_of(again)])


def write(path: Path = FILE) -> None:
    path.write_text(marked(text_of(migrated("schema_steps", "--step-by-step"))))


if __name__ == "__main__":
    from tests import harness

    write()
    if harness._server is not None:
        harness._server.stop()
