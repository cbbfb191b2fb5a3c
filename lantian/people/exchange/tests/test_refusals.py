"""Files that are broken, hostile, or name what is not theirs: said in words, and nothing is written."""

import io
import zipfile
from datetime import date

import pytest

from lantian.kernel.rules import SYSTEM
from lantian.people.exchange import services
from lantian.people.exchange.errors import FileNotTaken, FileUnusable, HasErrors, RemovalsNotConfirmed
from lantian.people.exchange.queries import finding_words
from lantian.people.exchange.services import archive
from lantian.people.exchange.tests.files import (
    bring,
    carry_out,
    codes,
    csv_text,
    enrolled,
    klass,
    role_at,
    school,
    small_region,
    user,
    zip_of,
)
from lantian.people.roster.engine.codes.citizen import make_citizen_id
from lantian.people.roster.models import Membership, Organization, Person, RoleGrant
from lantian.people.roster.services import update_person
from lantian.people.roster.tests.world import World

pytestmark = pytest.mark.django_db
USERS = {"users": [user("u1")]}


def refused(world: World, content: io.BytesIO, name: str = "roster.zip") -> str:
    with pytest.raises(FileNotTaken) as error:
        services.start_import([(name, content)], organization=world.fucheng, source="x", by=world.act("officer"))
    return str(error.value.message)


def link() -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        info = zipfile.ZipInfo("users.csv")
        info.external_attr = 0o120777 << 16
        made.writestr(info, "/etc/passwd")
    out.seek(0)
    return out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda: io.BytesIO(b"PK\x03\x04 not really"), "损坏"),
        (lambda: io.BytesIO(b"%PDF-1.4"), "损坏"),
        (lambda: zip_of({"readme.txt": "hello"}), "没有 OneRoster"),
        (lambda: zip_of({"../users.csv": "x"}), "不安全"),
        (lambda: zip_of({"/etc/users.csv": "x"}), "不安全"),
        (lambda: zip_of({"users.csv": "x", "inner.zip": "PK"}), "压缩文件"),
        (lambda: zip_of({"users.csv": b"\0" * (archive.SMALL + 2**20)}), "压缩比"),
        (lambda: zip_of({f"{n}.txt": "" for n in range(archive.MAX_MEMBERS + 1)}), "最多 64 个"),
        (lambda: zip_of({"users.csv": "x", "copy/users.csv": "x"}), "出现了两次"),
        (link, "链接"),
    ],
)
def test_archives_that_nobody_sends_by_mistake_are_refused_at_once(world: World, content, said: str) -> None:
    assert said in refused(world, content())


def test_loose_files_come_as_one_and_unknown_names_are_refused(world: World) -> None:
    assert "不认识文件" in refused(world, io.BytesIO(b"x"), "people.csv")
    officer = world.act("officer")
    files = [(f"{name}.csv", io.BytesIO(csv_text(name, rows).encode())) for name, rows in USERS.items()]
    run = services.start_import(files, organization=world.fucheng, source="x", by=officer)
    services.proceed(run.pk)
    run.refresh_from_db()
    assert run.files["users"]["rows"] == 1


def members(text: "str | bytes") -> io.BytesIO:
    return zip_of({"users.csv": text})


HEAD = "sourcedId,enabledUser,givenName,familyName"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (f"{HEAD}\nu1,true,小明,王\n".encode("gb18030"), "encoding_gb18030"),
        (f"{HEAD}\nu1,true,小明,王\n".encode("utf-16"), "encoding_utf16"),
        (HEAD.encode() + b"\nu1,true,\xff\xff\xff\x80,x\n", "encoding_unknown"),
        (f'{HEAD}\nu1,true,"小明,王\n', "broken_csv"),
        (f"{HEAD}\nu1,true,{'明' * 200_000},王\n", "broken_csv"),
        ("sourcedId,enabledUser,givenName\nu1,true,小明\n", "missing_column"),
        (f"{HEAD},givenName\nu1,true,小明,王,x\n", "column_twice"),
        (",".join(["sourcedId", *(f"c{n}" for n in range(400))]), "too_many_columns"),
        ("", "missing_column"),
    ],
)
def test_a_file_that_cannot_be_read_stops_the_run_in_plain_words(world: World, content, code: str) -> None:
    officer = world.act("officer")
    run = bring(members(content), world.fucheng, officer)
    assert code in codes(run)
    finding = run.findings.filter(code=code).first()
    assert finding_words(finding) != code
    with pytest.raises(FileUnusable):
        services.confirm_import(run, by=officer, leave_out_errors=True)


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ("u1,true,小明", "ragged_row", ""),
        ("u 1,true,小明,王", "bad_key", "sourcedId"),
        (",true,小明,王", "empty", "sourcedId"),
        ("u1,yes,小明,王", "not_in_list", "enabledUser"),
        ("u1,true,,王", "empty", "givenName"),
        ("u1,true,小\0明,王", "control_character", "givenName"),
        (f"u1,true,{'明' * 3000},王", "cell_too_long", "givenName"),
    ],
)
def test_a_bad_row_is_found_with_its_row_and_column(world: World, line: str, code: str, column: str) -> None:
    run = bring(members(f"\ufeff{HEAD}\r\nok,true,好,王\r\n{line}\r\n"), world.fucheng, world.act("officer"))
    found = run.findings.exclude(code__in=("manifest_none", "belongs_nowhere")).get()
    assert (found.code, found.column, found.row_no, found.file) == (code, column, 3, "users.csv")


def test_a_formula_stays_text_and_is_guarded_in_exports(world: World) -> None:
    rows = small_region(str(world.fucheng.pk))
    rows["users"][0] |= {"givenName": "=HYPERLINK(1)", "familyName": "王"}
    officer = world.act("officer")
    carry_out(bring(rows, world.fucheng, officer), officer, leave_out_errors=True)
    assert Person.objects.filter(name="=HYPERLINK(1) 王").exists()


def test_rows_with_errors_are_left_out_only_when_asked(world: World) -> None:
    officer = world.act("officer")
    rows = small_region(str(world.fucheng.pk))
    rows["users"][1]["metadata.cn.citizenId"] = "510703201601010020"
    run = bring(rows, world.fucheng, officer)
    assert codes(run) == ["bad_citizenId", "depends_on_error", "depends_on_error"]
    assert "510703201601010020" not in str(list(run.findings.values_list("params", flat=True)))
    with pytest.raises(HasErrors):
        services.confirm_import(run, by=officer)
    carry_out(run, officer, leave_out_errors=True)
    assert Person.objects.filter(name="王小明").exists()
    assert not Person.objects.filter(name="李思雨").exists()


def test_keys_used_twice_and_references_to_nothing_are_errors(world: World) -> None:
    rows = small_region(str(world.fucheng.pk))
    rows["users"].append(user("u1", "王二"))
    rows["enrollments"] += [enrolled("e8", "nobody"), enrolled("e9", "u2", where="noclass")]
    run = bring(rows, world.fucheng, world.act("officer"))
    assert {"key_twice", "unknown_user", "unknown_class"} <= set(codes(run))
    twice = run.findings.get(code="key_twice")
    assert (twice.row_no, twice.params["row"]) == (6, 2)


def test_an_id_of_a_division_that_no_longer_exists_is_good(world: World) -> None:
    rows = small_region(str(world.fucheng.pk))
    rows["users"][1]["metadata.cn.citizenId"] = make_citizen_id("510724", date(2010, 1, 1), 2)  # 安县, until 2016
    run = bring(rows, world.fucheng, world.act("officer"))
    assert codes(run) == []


def test_a_school_file_naming_another_schools_pupils_is_refused(world: World) -> None:
    number = make_citizen_id("510703", date(2016, 1, 1), 4)
    update_person(world.ding, by=SYSTEM, citizen_id=number)
    rows = {
        "orgs": [school(str(world.east.pk), str(world.fucheng.pk))],
        "courses": [], "academicSessions": [],
        "classes": [klass("c1", str(world.east.pk), 7)],
        "users": [user("x1", "丁某", **{"metadata.cn.citizenId": number})],
        "demographics": [],
        "roles": [],
        "enrollments": [enrolled("e1", "x1", org=str(world.east.pk)), enrolled("e2", str(world.ding.pk), org=str(world.east.pk))],
    }  # fmt: skip
    run = bring(rows, world.east, world.act("head"))
    assert "pupil_elsewhere" in codes(run)
    west = {
        "orgs": [school("new", str(world.fucheng.pk))],
        "roles": [role_at("r1", str(world.jia.pk), str(world.west.pk))],
    }
    run = bring(west, world.east, world.act("head"))
    assert set(codes(run)) >= {"out_of_scope"}


def test_twins_of_one_name_are_two_people_and_worth_a_look(world: World) -> None:
    officer = world.act("officer")
    rows = small_region(str(world.fucheng.pk))
    rows["users"].append(user("u3", "王小明"))
    rows["demographics"].append({"sourcedId": "u3", "birthDate": "2016-03-04", "sex": "male"})
    rows["enrollments"].append(enrolled("e5", "u3"))
    run = bring(rows, world.fucheng, officer)
    assert codes(run) == []
    assert "namesake" in codes(run, "warning")
    carry_out(run, officer)
    assert Person.objects.filter(name="王小明").count() == 2


def test_people_are_found_again_by_citizen_id_and_never_by_name(world: World) -> None:
    officer = world.act("officer")
    number = make_citizen_id("510703", date(2016, 1, 1), 2)
    update_person(world.jia, by=SYSTEM, citizen_id=number, name="李思雨")
    rows = small_region(str(world.fucheng.pk))
    rows["users"][1]["metadata.cn.citizenId"] = number
    rows["users"].append(user("u9", world.yi.name))
    rows["enrollments"].append(enrolled("e9", "u9"))
    run = bring(rows, world.fucheng, officer)
    assert run.rows.get(entity="users", key="u2").object_id == world.jia.pk
    assert run.rows.get(entity="users", key="u9").action == "create"


def test_offices_are_never_given_by_a_file(world: World) -> None:
    officer = world.act("officer")
    rows = small_region(str(world.fucheng.pk))
    rows["roles"].append(role_at("r9", "t1", role="principal"))
    before = RoleGrant.objects.count()
    run = bring(rows, world.fucheng, officer)
    assert codes(run, "warning") == ["grant_not_imported"]
    carry_out(run, officer)
    assert RoleGrant.objects.count() == before


def test_many_removals_wait_for_somebody_who_says_how_many(world: World) -> None:
    officer = world.act("officer")
    rows = small_region(str(world.fucheng.pk))
    rows["users"] += [user(f"m{n}", f"学生{n}") for n in range(25)]
    rows["enrollments"] += [enrolled(f"me{n}", f"m{n}") for n in range(25)]
    carry_out(bring(rows, world.fucheng, officer), officer)
    rows["users"], rows["enrollments"] = rows["users"][:4], rows["enrollments"][:4]
    run = bring(rows, world.fucheng, officer)
    assert run.counts["held"] == {"enrollments": 25}
    with pytest.raises(RemovalsNotConfirmed):
        services.confirm_import(run, by=officer, removals={"enrollments": 24})
    carry_out(run, officer, removals={"enrollments": 25})
    assert Membership.objects.filter(end_reason="left").count() == 25


def test_data_older_than_what_was_applied_last_is_refused(world: World) -> None:
    officer = world.act("officer")
    rows = {"users": [user("u1", dateLastModified="2026-09-02T00:00:00Z", status="active")]}
    rows["users"][0]["primaryOrgSourcedId"] = str(world.east.pk)
    first = bring(rows, world.fucheng, officer, binding="delta")
    assert carry_out(first, officer).state == "applied"
    rows["users"][0]["dateLastModified"] = "2026-09-01T23:59:59Z"
    run = bring(rows, world.fucheng, officer, binding="delta")
    assert (run.state, run.fault) == ("failed", "older")


def test_a_delta_says_of_each_row_whether_it_stays(world: World) -> None:
    officer = world.act("officer")
    carry_out(bring(small_region(str(world.fucheng.pk)), world.fucheng, officer), officer, leave_out_errors=True)
    moment = {"dateLastModified": "2026-10-01T00:00:00Z"}
    rows = {
        "users": [user("u1", "王大明", status="active", **moment), user("u5", "新同学", status="active", **moment)],
        "enrollments": [
            {"sourcedId": "e3", "status": "tobedeleted", **moment},
            enrolled("e5", "u5", status="active", **moment),
        ],
    }
    run = bring(rows, world.fucheng, officer, binding="delta")
    assert codes(run) == []
    assert run.counts["users"] == {"create": 1, "change": 1}
    assert run.counts["enrollments"] == {"create": 1, "remove": 1}
    carry_out(run, officer)
    assert Membership.objects.get(person__name="赵建国", role="homeroom_teacher").end_reason == "left"
    assert Organization.objects.filter(name="第s1小学", is_active=True).exists()
    rows["users"][0]["status"] = ""
    assert codes(bring(rows, world.fucheng, officer, binding="delta")).count("empty") == 1
