"""Reading in a hurry: what many rows say alike is worked out once, and two files are read at a time. Nothing else comes of it."""

import csv
import dataclasses
import io
import json
import signal
import subprocess
import sys
from typing import Any

import psutil
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from lantian.kernel import crypto
from lantian.people.exchange.engine.oneroster.files import FILES
from lantian.people.exchange.engine.oneroster.reading import NAMING, RowReader
from lantian.people.exchange.engine.oneroster.staging import CHECKS, ROW_COLUMNS, Order, Seals, pieces
from lantian.people.exchange.models import ImportRun, StagedRow
from lantian.people.exchange.services import reading, reading_beside
from lantian.people.exchange.services.archive import BadArchive
from lantian.people.exchange.services.outside import Stopped
from lantian.people.exchange.services.reading_beside import pieces_beside
from lantian.people.exchange.tests.files import (
    bring,
    carry_out,
    csv_text,
    enrolled,
    oneroster_zip,
    role_at,
    small_region,
)
from lantian.people.roster.tests.world import make_world

CELLS = {
    "sourcedId": ("a1", " a2 ", "", "a b", "k" * 256),
    "status": ("", "active", "tobedeleted", "gone"),
    "dateLastModified": ("", "2026-09-01T00:00:00Z", "yesterday"),
    "userSourcedId": ("u1", "u2 ", ""),
    "orgSourcedId": ("s1", ""),
    "schoolSourcedId": ("s1", "s\x07", ""),
    "classSourcedId": ("c1", "c\n1", ""),
    "roleType": ("primary", ""),
    "role": ("student", "teacher", "guardian", "king"),
    "primary": ("", "true"),
    "beginDate": ("", "2026-09-01", "September"),
    "endDate": ("", "2027-07-01", "2020-01-01"),
    "birthDate": ("2016-03-04", "", "2016-02-31"),
    "sex": ("male", "female", "both", ""),
    "metadata.cn.role": ("", "teacher", "king"),
    "metadata.cn.subject": ("", "maths", "magic"),
    "metadata.cn.membership": ("", "true", "false"),
    "metadata.cn.endReason": ("", "moved"),
}


@st.composite
def files_of_rows(draw: st.DrawFn) -> tuple[str, tuple[str, ...], bool, list[list[str]]]:
    entity = draw(st.sampled_from(sorted(NAMING)))
    head = tuple(name for name in FILES[entity].all_columns if draw(st.booleans()) or name in FILES[entity].required)
    row = st.tuples(*(st.sampled_from(CELLS.get(name, ("",))) for name in head)).map(list)
    few = st.lists(row, min_size=1, max_size=4)
    return (
        entity,
        head,
        draw(st.booleans()),
        draw(few.flatmap(lambda rows: st.lists(st.sampled_from(rows), max_size=12))),
    )


@given(files_of_rows())
def test_a_row_says_the_same_after_others_as_alone(made: tuple[str, tuple[str, ...], bool, list[list[str]]]) -> None:
    entity, head, delta, rows = made

    def reader() -> RowReader:
        places = {name: place for place, name in enumerate(head)}
        return RowReader(entity, places, len(head), checks=CHECKS, delta=delta)

    one = reader()
    for cells in rows:
        alone = reader()
        assert (one.read(cells), one.faults) == (alone.read(cells), alone.faults)


# Two files at a time --------------------------------------------------------------------------------------------------------
def both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BESIDE_FROM", 0)
    monkeypatch.setattr(reading, "CHILD_FROM", 0)
    monkeypatch.setattr(reading, "CHUNK", 1)


def rows_of(run: ImportRun) -> set[tuple[Any, ...]]:
    left_out = {"run_id", "data", "phone", "citizen_id", "student_number"}  # sealed anew, with another nonce each time
    names = [name for name in ROW_COLUMNS if name not in left_out]
    return {
        (*map(bytes_or_plain, row), str({key: value for key, value in data.items() if key != "ties"}))
        for *row, data in StagedRow.objects.filter(run=run).values_list(*names, "data")
    }


def bytes_or_plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


@pytest.mark.django_db(transaction=True)
def test_two_files_at_a_time_are_staged_as_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world()
    officer = world.act("officer")
    rows = small_region(str(world.fucheng.pk))
    rows["roles"].append(role_at("r9", "u1", role="king"))
    rows["enrollments"].append(enrolled("e9", "nobody"))
    rows["users"].append({"sourcedId": "u9", "enabledUser": "perhaps"})
    one = bring(rows, world.fucheng, officer, source="one")
    both(monkeypatch)
    other = bring(rows, world.fucheng, officer, source="other")
    assert one.state == other.state == "checked"
    assert (one.files, one.counts, one.errors, one.warnings) == (
        other.files,
        other.counts,
        other.errors,
        other.warnings,
    )
    assert rows_of(one) == rows_of(other)
    found = [sorted(run.findings.values_list("file", "row_no", "column", "code")) for run in (one, other)]
    assert found[0] == found[1]
    assert found[0]
    assert carry_out(other, officer, leave_out_errors=True).state == "applied"


@pytest.mark.django_db(transaction=True)
def test_a_broken_file_beside_is_told_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world()
    rows = small_region(str(world.fucheng.pk))
    text = csv_text("roles", rows.pop("roles")).replace("primary", "一级")
    both(monkeypatch)
    upload = oneroster_zip(rows, roles__csv=text.encode("gb18030"))
    run = bring(upload, world.fucheng, world.act("officer"))
    assert set(run.findings.filter(file="roles.csv", row_no=None).values_list("code", flat=True)) >= {
        "encoding_gb18030"
    }
    assert not StagedRow.objects.filter(run=run, entity="roles").exists()
    assert StagedRow.objects.filter(run=run, entity="users").count() == len(rows["users"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("entity", ["users", "roles"])
def test_what_fails_in_one_thread_ends_both(monkeypatch: pytest.MonkeyPatch, entity: str) -> None:
    world = make_world()
    officer = world.act("officer")
    both(monkeypatch)
    read = reading._Step.read

    def fail(self: Any, *args: Any, **how: Any) -> None:
        if self.entity == entity:
            raise Stopped
        read(self, *args, **how)

    monkeypatch.setattr(reading._Step, "read", fail)
    run = bring(small_region(str(world.fucheng.pk)), world.fucheng, officer)
    assert (run.state, run.rows.count()) == ("cancelled", 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
        )
        assert cursor.fetchone()[0] == 0


@pytest.mark.django_db(transaction=True)
def test_quoting_that_breaks_off_beside_is_told_with_its_row_and_what_came_before_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = make_world()
    rows = small_region(str(world.fucheng.pk))
    text = csv_text("roles", rows["roles"]) + '"never closed'
    both(monkeypatch)
    run = bring(oneroster_zip(rows, roles__csv=text.encode()), world.fucheng, world.act("officer"))
    found = run.findings.get(code="broken_csv")
    assert (found.file, found.params["row"]) == ("roles.csv", len(rows["roles"]) + 2)
    assert StagedRow.objects.filter(run=run, entity="roles").count() == len(rows["roles"])


@pytest.mark.django_db(transaction=True)
def test_a_child_that_dies_leaves_its_file_to_be_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world()
    officer = world.act("officer")
    rows = small_region(str(world.fucheng.pk))
    one = bring(rows, world.fucheng, officer, source="one")
    both(monkeypatch)
    begun = subprocess.Popen
    children: list[subprocess.Popen[bytes]] = []

    def begin(argv: list[str], **how: Any) -> "subprocess.Popen[bytes]":
        # a child that is done with a short file before it is killed would not die of that
        waits = '"$@"; exec >/dev/null 2>&1; sleep 5'
        children.append(begun(["sh", "-c", waits, "sh", *argv], **how))
        return children[-1]

    answers = reading_beside._answers

    def first_and_dead(out: Any) -> Any:
        said = answers(out)
        yield next(said)
        yield next(said)  # a row that is in the table by the time it dies
        next(child for child in children if child.stdout is out).kill()
        out.read()
        yield from answers(out)

    monkeypatch.setattr(subprocess, "Popen", begin)
    monkeypatch.setattr(reading_beside, "_answers", first_and_dead)
    other = bring(rows, world.fucheng, officer, source="other")
    assert {child.returncode for child in children} == {-signal.SIGKILL}
    assert len(children) == len(rows)
    assert (other.state, other.counts) == ("checked", one.counts)
    assert rows_of(one) == rows_of(other)


def test_the_keys_of_a_child_are_not_in_its_arguments_and_not_in_its_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[str] = []
    begun = subprocess.Popen

    def begin(argv: list[str], *, env: dict[str, str], **how: Any) -> "subprocess.Popen[bytes]":
        seen.append(repr((argv, env)))
        return begun(argv, env=env, **how)

    monkeypatch.setattr(subprocess, "Popen", begin)
    text = csv_text("users", [{"sourcedId": "u1", "metadata.cn.citizenId": "11010519491231002X"}])
    order = Order("run", "users", "users.csv", delta=False)
    made = b"".join(p.data for p in pieces_beside(io.BytesIO(text.encode()), order, reading.CONTEXTS, most=1))
    sealed = bytes.fromhex(
        made.decode().rstrip("\n").split("\t")[ROW_COLUMNS.index("citizen_id")].removeprefix("\\\\x")
    )
    assert crypto.decrypt(sealed, context=reading.CONTEXTS["citizen_id"]) == b"11010519491231002X"
    said = crypto.dump_keys(crypto.keys())
    assert seen
    assert not any(secret in seen[0] for secret in (said["blind"], said["secret_key"], *said["fields"].values()))


ALONE = """
import runpy, sys
child = runpy.run_path(sys.argv[1])
def refuse(event, found):
    if event == "open":
        raise PermissionError(f"{found[0]} is read when the rights to read it are gone")
sys.addaudithook(refuse)
child["answer"](sys.stdin.buffer, sys.stdout.buffer)
"""


def test_a_child_reads_nothing_but_its_file_once_its_rights_are_given_up() -> None:
    """The platform may lie where only root reads."""
    facts = {
        "sourcedId": "u1", "metadata.cn.citizenId": "11010519491231002X", "phone": "13900003000",
        "dateLastModified": "2026-11-01T10:00:00.000Z", "metadata.cn.studentNumber": "G11010519491231002X",
    }  # fmt: skip
    head = {
        "order": dataclasses.asdict(Order("run", "users", "users.csv", delta=False)),
        "most": 1,
        "keys": crypto.dump_keys(crypto.sealing_keys()),
        "contexts": reading.CONTEXTS,
    }
    said = json.dumps(head).encode() + b"\n" + csv_text("users", [facts]).encode()
    command = [sys.executable, "-I", "-c", ALONE, str(reading_beside.CHILD)]
    done = subprocess.run(command, input=said, capture_output=True, timeout=60, check=False)
    assert done.stderr.decode() == ""
    assert done.stdout.endswith(b'{"end": ""}\n')


def test_what_fails_while_a_file_is_unpacked_is_raised_and_the_child_is_gone() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if piece := super().read(size):
                return piece
            raise BadArchive("archive_bomb", name="")

    text = csv_text("roles", [role_at("r1", "u1")])
    order = Order("run", "roles", "roles.csv", delta=False)
    with pytest.raises(BadArchive):
        list(pieces_beside(Broken(text.encode()), order, reading.CONTEXTS, most=1))
    assert not [child for child in psutil.Process().children() if "reading_child" in " ".join(child.cmdline())]


@given(files_of_rows(), st.integers(min_value=1, max_value=5))
def test_a_file_says_the_same_in_pieces_of_any_size(
    made: tuple[str, tuple[str, ...], bool, list[list[str]]], most: int
) -> None:
    entity, head, delta, rows = made
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    order = Order("run", entity, f"{entity}.csv", delta=delta)

    def read(most: int) -> tuple[int, int, int, bytes, list[Any]]:
        seals = Seals(*map(crypto.Sealer, reading.CONTEXTS.values()))
        given = list(pieces(io.BytesIO(out.getvalue().encode()), order, seals, most=most))
        assert all(piece.rows <= most for piece in given)
        return (
            given[-1].at,
            sum(piece.rows for piece in given),
            sum(piece.lines for piece in given),
            b"".join(piece.data for piece in given),  # nothing of these files is sealed
            [fault for piece in given for fault in piece.faults],
        )

    assert read(most) == read(1000)


@pytest.mark.django_db
def test_within_a_transaction_of_the_caller_one_connection_reads_all(monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world()
    both(monkeypatch)
    monkeypatch.setattr(reading, "Beside", None)
    assert bring(small_region(str(world.fucheng.pk)), world.fucheng, world.act("officer")).state == "checked"
