"""Who looked, a person's copy of their data, and the audit."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from lantian.kernel.holdings import HOLDINGS, Holding, Part
from lantian.kernel.journal import services as journal
from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.rules import SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.privacy import queries, rules, services
from lantian.people.privacy.tests.conftest import birthday, text
from lantian.people.roster.services import extend_role, merge_people, reveal_private, update_person
from lantian.people.roster.tests.factories import RoleGrantFactory


@pytest.fixture
def seen(world):
    """The head opened 甲's phone, the officer of the county a teacher's, the other county's nobody's."""
    update_person(world.jia, by=SYSTEM, phone="13812345678")
    world.jia.refresh_from_db()
    reveal_private(world.jia, what="phone", reason="家访以前联系", by=world.act("head"))
    reveal_private(world.west_teacher, what="phone", reason="核对通讯录", by=world.act("officer"))
    return world


def test_who_may_do_what(world):
    for name in ("jia", "mother", "head", "officer"):
        assert_allowed(rules.may_read_looks, world.act(name), world.jia)
    for name in ("yi", "teacher", "homeroom", "other_head", "other_officer", "stranger"):
        assert_refused(rules.may_read_looks, world.act(name), world.jia)
    assert_allowed(rules.may_export_data, world.act("jia"), world.jia)
    assert_allowed(rules.may_export_data, world.act("mother"), world.jia)
    for name in ("head", "officer", "homeroom", "yi"):
        assert_refused(rules.may_export_data, world.act(name), world.jia, because="本人")
    assert_allowed(rules.may_read_audit, world.act("officer"))
    assert_allowed(rules.may_read_audit, world.act("head"))
    for name in ("school_it", "homeroom", "operator", "mother"):
        assert_refused(rules.may_read_audit, world.act(name))


def test_a_grown_up_child_answers_for_itself(world):
    update_person(world.jia, by=SYSTEM, birth_date=birthday(18))
    world.jia.refresh_from_db()
    assert_refused(rules.may_export_data, world.act("mother"), world.jia)
    assert_refused(rules.may_read_looks, world.act("mother"), world.jia)
    assert_allowed(rules.may_export_data, world.act("jia"), world.jia)


def test_a_parent_sees_who_looked_and_why(as_, seen):
    page = f"/people/{seen.jia.pk}/looks/"
    mother = as_("mother")
    assert page in text(mother.get(f"/people/{seen.jia.pk}/"))
    shown = text(mother.get(page))
    assert seen.head.name in shown
    assert "家访以前联系" in shown
    assert "手机号" in shown
    assert "13812345678" not in shown
    assert "没有人查看过" in text(as_("teacher").get(f"/people/{seen.teacher.pk}/looks/"))
    assert as_("teacher").get(page).status_code == 403
    assert as_("other_head").get(page).status_code == 404


def test_the_copy_holds_open_facts_family_places_and_who_looked(as_, seen):
    address = f"/people/{seen.jia.pk}/data/"
    response = as_("mother").post(address)
    assert response["Content-Type"] == "application/zip"
    assert "no-store" in response["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert sorted(archive.namelist()) == ["data.html", "data.json"]
        data, page = json.loads(archive.read("data.json")), archive.read("data.html").decode()
    rows = {key: part["rows"] for key, part in data["parts"].items()}
    assert {"value": "13812345678", "fact": "手机号"} in rows["roster.facts"]
    assert [row["class"] for row in rows["roster.memberships"]] == [seen.east1.name]
    assert [row["name"] for row in rows["roster.family"]] == ["甲母"]
    assert any("家访以前联系" in row["what"] and seen.head.name in row["who"] for row in rows["roster.history"])
    for words in ("13812345678", "甲母", "家访以前联系", seen.east.name):
        assert words in page
    assert "13900000001" not in page  # the mother's phone is hers
    entry = JournalEntry.objects.get(action="privacy.data_exported")
    assert (entry.object_id, entry.person_id) == (seen.jia.pk, seen.mother.pk)
    assert "下载个人信息副本" in text(as_("head").get(f"/people/{seen.jia.pk}/looks/"))


def test_a_copy_is_refused_to_others_and_leaves_no_record(as_, seen):
    assert as_("head").post(f"/people/{seen.jia.pk}/data/").status_code == 403
    assert as_("mother").get(f"/people/{seen.jia.pk}/data/").status_code == 405
    with pytest.raises(Denied):
        services.export_personal_data(seen.yi, by=seen.act("mother"))
    assert not JournalEntry.objects.filter(action="privacy.data_exported").exists()


def test_an_app_above_adds_its_part(world, monkeypatch):
    part = Part("作业", {"name": "名称"}, [{"name": "第一单元<练习>"}])
    held = Holding("作业", covers=(), count=lambda subject: 1, export=lambda subject: part)
    monkeypatch.setitem(HOLDINGS._entries, "homework", held)
    made = services.export_personal_data(world.jia, by=world.act("jia"))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert json.loads(archive.read("data.json"))["parts"]["homework"]["rows"] == part.rows
        assert "第一单元&lt;练习&gt;" in archive.read("data.html").decode()


def test_the_audit_holds_the_subtree_and_nothing_else(seen):
    def about(who: str) -> set[tuple[str, str]]:
        return {(row.action, row.about) for row in queries.audited_below(seen.act(who)) if "grant" not in row.action}

    jia, teacher = (
        ("roster.private_fact_revealed", seen.jia.name),
        (
            "roster.private_fact_revealed",
            seen.west_teacher.name,
        ),
    )
    assert about("officer") == {jia, teacher}
    assert about("head") == {jia}
    assert about("other_head") == {teacher}  # somebody from above looked at one of theirs
    assert about("other_officer") == about("operator") == about("homeroom") == set()
    assert queries.audited_below(seen.act("officer")).filter(action="roster.grant_given").exists()


def test_the_audit_is_taken_out_with_a_record(as_, seen, django_assert_max_num_queries):
    officer = as_("officer")
    with django_assert_max_num_queries(10):
        assert "家访以前联系" in text(officer.get("/audit/", {"action": "roster.private_fact_revealed"}))
    response = officer.get("/audit/", {"export": "csv", "action": "roster.private_fact_revealed"})
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 4
    assert seen.fucheng.name in rows[3][0]  # in whose name it was taken
    assert {row[5] for row in rows[1:3]} == {"家访以前联系", "核对通讯录"}
    assert officer.get("/audit/", {"export": "xlsx"}).content[:2] == b"PK"
    assert [
        row.data["kind"] for row in JournalEntry.objects.filter(action="privacy.audit_exported").order_by("at")
    ] == [
        "csv",
        "xlsx",
    ]
    assert "导出查看和授权记录" in text(officer.get("/audit/", {"action": "privacy.audit_exported"}))
    assert as_("homeroom").get("/audit/").status_code == 403


def test_what_went_to_other_software_is_a_look_too(as_, seen):
    journal.record("exchange.private_facts_fetched", seen.jia, by=SYSTEM, to="市图书馆系统")
    page = text(as_("mother").get(f"/people/{seen.jia.pk}/looks/"))
    assert "随名册交给其他系统" in page
    assert "市图书馆系统" in page


def test_looks_at_a_duplicate_stay_on_record_when_it_is_merged(seen):
    """Whoever looked at the record that was dropped looked at the same human being."""
    merge_people(seen.yi, seen.jia, reason="同一个学生两份档案", by=SYSTEM)
    assert [row.data["reason"] for row in queries.looks_at(seen.yi)] == ["家访以前联系"]


def test_a_longer_office_is_accounted_for_as_the_giving_was(world):
    grant = RoleGrantFactory(person=world.teacher, role="school_it", organization=world.east)
    extend_role(grant, valid_to=timezone.localdate() + timedelta(days=9), by=world.act("officer"))
    actions = [row.action for row in queries.audited_below(world.act("officer"))]
    assert actions.count("roster.grant_extended") == 1
