"""People whom a file names and another unit keeps: their facts stay, the rest of the file goes in; and those who come back."""

import os
from datetime import date

import pytest

from lantian.kernel import files
from lantian.kernel.rules import SYSTEM, Denied
from lantian.people.exchange import services
from lantian.people.exchange.engine.oneroster.values import end_date
from lantian.people.exchange.models import Export, ImportRun, Source
from lantian.people.exchange.tests.files import bring, carry_out, codes, enrolled, oneroster_zip, role_at, user
from lantian.people.exchange.tests.test_rest import Reader
from lantian.people.roster import services as roster
from lantian.people.roster.engine.codes.citizen import make_citizen_id
from lantian.people.roster.errors import ChangedMeanwhile
from lantian.people.roster.models import Guardianship, Membership, Person
from lantian.people.roster.services import bulk
from lantian.people.roster.tests.factories import GuardianshipFactory, MembershipFactory, RoleGrantFactory, with_account
from lantian.people.roster.tests.world import World

pytestmark = pytest.mark.django_db
PHONE = "13812345678"


def person(who: Person) -> Person:
    return Person.objects.get(pk=who.pk)


def apply(world: World, rows: dict, by: str = "school_it", where: str = "east") -> ImportRun:
    actor = world.act(by)
    run = bring(rows, world.units[where], actor, binding="delta")
    assert run.errors == 0, codes(run)
    return carry_out(run, actor)


def stamped(row: dict) -> dict:
    return {"status": "active", "dateLastModified": "2026-01-01T00:00:00Z", **row}


def named(who: Person, **facts: str) -> dict:
    return stamped(user(str(who.pk), person(who).name, **facts))


def test_a_familys_phone_changes_by_a_file_only_where_the_account_is_kept(world: World) -> None:
    """The mother has a child at another school as well: her new phone is passed over, the neighbour's is taken."""
    GuardianshipFactory(guardian=world.mother, student=world.ding)
    with_account(world.mother)
    rows = {"users": [named(world.mother, phone=PHONE), named(world.yi, phone="13812345679")]}
    run = apply(world, rows)
    assert run.state == "applied"
    assert codes(run, "warning") == ["facts_kept"]
    assert person(world.mother).phone == "13900000001"
    assert person(world.yi).phone == "13812345679"
    assert apply(world, rows, by="officer", where="fucheng").state == "applied"  # she keeps both schools' accounts
    assert person(world.mother).phone == PHONE


def test_an_officers_facts_are_not_changed_by_a_schools_file(world: World) -> None:
    before = person(world.other_officer)
    rows = {
        "users": [named(before, phone=PHONE), named(world.yi, phone="13812345679")],
        "demographics": [stamped({"sourcedId": str(before.pk), "birthDate": "1980-01-01", "sex": "male"})],
    }
    run = apply(world, rows)
    assert run.state == "applied"
    assert "facts_kept" in codes(run, "warning")
    after = person(world.other_officer)
    assert (after.phone, after.birth_date) == (before.phone, before.birth_date)
    assert person(world.yi).phone == "13812345679"


def test_a_pupil_who_left_comes_back_with_new_facts(world: World) -> None:
    Membership.objects.filter(person=world.ding).update(valid_from="2025-09-01", valid_to="2026-01-31")
    rows = {
        "users": [named(world.ding, phone=PHONE)],
        "enrollments": [stamped(enrolled("e9", str(world.ding.pk), str(world.east1.pk), str(world.east.pk)))],
    }
    run = apply(world, rows)
    assert run.state == "applied"
    assert person(world.ding).phone == PHONE
    assert Membership.objects.filter(person=world.ding, class_group=world.east1, valid_to=None).exists()


def test_whoever_belongs_nowhere_and_is_taken_in_nowhere_stays_as_they_are(world: World) -> None:
    run = apply(world, {"users": [named(world.stranger, phone=PHONE)]})
    assert run.state == "applied"
    assert codes(run, "warning") == ["facts_kept"]
    assert person(world.stranger).phone is None


def test_a_citizen_number_opens_accounts_elsewhere_and_is_changed_by_their_keeper_alone(world: World) -> None:
    GuardianshipFactory(guardian=world.mother, student=world.ding)
    with_account(world.mother)
    number = make_citizen_id("510703", date(1985, 1, 1), 1)
    with pytest.raises(Denied):
        roster.update_person(world.mother, by=world.act("school_it"), citizen_id=number)
    rows = {"users": [named(world.mother, **{"metadata.cn.citizenId": number})]}
    assert codes(apply(world, rows), "warning") == ["facts_kept"]
    assert person(world.mother).citizen_id is None
    roster.update_person(world.mother, by=world.act("officer"), citizen_id=number)
    assert person(world.mother).citizen_id == number


def test_a_school_unties_no_guardian_from_a_child_who_has_left_it(world: World) -> None:
    """The mother has one child here and one who was here and is another school's now: removing her ends the first tie alone."""
    GuardianshipFactory(guardian=world.mother, student=world.ding)
    MembershipFactory(person=world.ding, organization=world.east, role="student", class_group=world.east1)
    Membership.objects.filter(person=world.ding, organization=world.east).update(
        valid_from="2024-09-01", valid_to="2025-07-10"
    )
    gone = {"sourcedId": str(world.mother.pk), "status": "tobedeleted", "dateLastModified": "2026-01-01T00:00:00Z"}
    run = apply(world, {"users": [gone | user(str(world.mother.pk), "甲母")]})
    assert run.state == "applied"
    assert list(Guardianship.objects.filter(guardian=world.mother).values_list("student", flat=True)) == [world.ding.pk]


def test_ties_of_those_who_were_pupils_here_are_refused_to_the_service_too(world: World) -> None:
    tie = GuardianshipFactory(guardian=world.mother, student=world.ding)
    MembershipFactory(person=world.ding, organization=world.east, role="student", class_group=world.east1)
    Membership.objects.filter(person=world.ding, organization=world.east).update(
        valid_from="2024-09-01", valid_to="2025-07-10"
    )
    other = Guardianship.objects.get(guardian=world.mother, student=world.jia)
    with bulk.tables():
        bulk._run("INSERT INTO bulk_end VALUES (%s), (%s)", [tie.pk, other.pk])
        with pytest.raises(Denied):
            bulk.remove_ties(by=world.act("school_it"))


def test_memberships_do_not_begin_for_a_record_that_was_merged_meanwhile(world: World) -> None:
    Person.objects.filter(pk=world.stranger.pk).update(merged_into=world.yi)
    with bulk.tables():
        bulk._run(
            "INSERT INTO bulk_membership (id, created, person_id, organization_id, role)"
            " VALUES (gen_random_uuid(), true, %s, %s, 'teacher')",
            [world.stranger.pk, world.east.pk],
        )
        with pytest.raises(ChangedMeanwhile):
            bulk.write_memberships(by=SYSTEM)


def test_a_stamp_from_the_future_does_not_bar_the_files_that_follow(world: World) -> None:
    officer = world.act("officer")
    far = {"status": "active", "dateLastModified": "2199-01-01T00:00:00Z"}
    rows = {
        "users": [user("u1", "王小明") | far, stamped(user("u2", "李思雨"))],
        "roles": [stamped(role_at("r1", "u1", str(world.east.pk))), stamped(role_at("r2", "u2", str(world.east.pk)))],
    }
    assert carry_out(bring(rows, world.fucheng, officer, binding="delta"), officer).state == "applied"
    assert Source.objects.get().last_as_of.year == 2026
    later = {"users": [user("u2", "李思雨") | {"status": "active", "dateLastModified": "2026-02-01T00:00:00Z"}]}
    assert bring(later, world.fucheng, officer, binding="delta").state == "checked"


def test_a_moment_that_no_calendar_knows_is_an_error_of_its_row(world: World) -> None:
    odd = {"status": "active", "dateLastModified": "0001-01-01T00:00:00+14:00"}
    run = bring({"users": [user("u1") | odd]}, world.fucheng, world.act("officer"), binding="delta")
    assert run.state == "checked"
    assert "bad_moment" in codes(run)


def test_a_character_that_no_database_keeps_is_no_accident(world: World) -> None:
    upload = oneroster_zip(
        {}, manifest__csv="propertyName,value\r\nfile.users,bu\x00lk\r\n", users__csv="sourcedId,a\x00b\r\n1,2\r\n"
    )
    run = bring(upload, world.fucheng, world.act("officer"))
    assert run.state == "checked"
    assert {"manifest_value", "missing_column", "unknown_column"} <= set(run.findings.values_list("code", flat=True))


def test_an_office_for_good_does_not_break_what_leaves_the_house(world: World) -> None:
    """9999-12-31 is how offices write "until further notice"; no day comes after it."""
    RoleGrantFactory(person=world.teacher, role="school_it", organization=world.east, valid_to=date.max)
    assert end_date(date.max) == ""
    assert end_date(date(2026, 1, 31)) == "2026-02-01"
    reader = Reader(world.fucheng)
    assert str(world.teacher.pk) in reader.ids("users")
    export = services.start_export(world.fucheng, by=world.act("officer"))
    services.run_export(export.pk)
    assert Export.objects.get(pk=export.pk).state == "ready"


def test_an_offset_beyond_all_records_is_an_empty_page(world: World) -> None:
    reader = Reader(world.fucheng)
    assert len(reader.get("users", limit=1)) == 1
    answer = reader.raw("users", limit=1, offset=2**31 - 1)
    assert answer.status_code == 200, answer.content
    assert answer.json() == {"users": []}


def test_files_that_were_forgotten_go(world: World, settings, tmp_path) -> None:
    settings.LANTIAN_FILES_ROOT = tmp_path
    stray = files.save_bytes(b"PK\x03\x04", folder="exports", kind="application/zip")
    kept = files.save_bytes(b"PK\x03\x04", folder="exports", kind="application/zip")
    Export.objects.create(organization=world.fucheng, stored_name=kept.name, state="ready")
    for one in (stray, kept):
        os.utime(files.path_of(one.name), (0, 0))
    assert services.remove_strays() == 1
    assert files.path_of(kept.name).exists()
    assert not files.path_of(stray.name).exists()
