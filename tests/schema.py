"""The snapshot of the tables that an empty database is made from: `make schema` writes it anew, a test compares it."""

import os
import re
import subprocess
import sys
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
STEPS = "SELECT app, name FROM django_migrations ORDER BY app, name"
NOTE = "-- What all migrations together make, for empty databases; written by `make schema`, compared by tests/test_schema.py."


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
    path.write_text(text_of(migrated("schema_steps", "--step-by-step")))


if __name__ == "__main__":
    from tests import harness

    write()
    if harness._server is not None:
        harness._server.stop()
