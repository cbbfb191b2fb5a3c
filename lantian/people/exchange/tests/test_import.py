"""A file goes into the roster: read, checked, compared, applied; and again without a trace."""

from datetime import date

import pytest
from django.utils import timezone

from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.people.exchange.models import ImportRun, SourceKey, StagedRow
from lantian.people.exchange.tests.files import bring, carry_out, codes, small_region
from lantian.people.roster.engine.codes.citizen import make_citizen_id
from lantian.people.roster.engine.names import person_text
from lantian.people.roster.models import ClassGroup, Guardianship, Membership, Organization, Person
from lantian.people.roster.tests.world import World

pytestmark = pytest.mark.django_db


def region(world: World) -> dict:
    rows = small_region(str(world.fucheng.pk))
    rows["users"][1]["metadata.cn.citizenId"] = make_citizen_id("510703", date(2016, 1, 1), 2)
    return rows


def test_a_full_file_becomes_units_classes_people_and_families(world: World) -> None:
    officer = world.act("officer")
    run = bring(region(world), world.fucheng, officer)
    assert (run.state, run.fault, codes(run)) == ("checked", "", [])
    assert run.counts["users"] == {"create": 4}
    assert run.counts["enrollments"] == {"create": 4}
    assert run.counts["roles"] == {"leave": 4}
    run = carry_out(run, officer)
    assert (run.state, run.fault) == ("applied", "")
    unit = Organization.objects.get(name="第s1小学")
    assert unit.path == f"{world.fucheng.path}.{unit.label}"
    group = ClassGroup.objects.get(organization=unit)
    assert (group.grade, group.number, group.stage, group.name) == (3, 1, "primary", "三年级1班")
    pupil = Person.objects.get(name="王小明")
    assert (pupil.birth_date, pupil.gender, pupil.sort_key) == (date(2016, 3, 4), "1", "wang xiao ming")
    assert [tie.relation for tie in Guardianship.objects.filter(student=pupil, guardian__name="欧阳兰")] == ["mother"]
    other = Person.objects.get(name="李思雨")
    assert (other.birth_date, other.gender, other.citizen_id[-4:]) == (date(2016, 1, 1), "2", other.citizen_id[-4:])
    roles = Membership.objects.filter(person__name="赵建国").values_list("role", "subject", "valid_from")
    assert sorted(roles) == [
        ("homeroom_teacher", "", date(2025, 9, 1)),
        ("teacher", "maths", date(2025, 9, 1)),
    ]
    assert Person.objects.get(name="赵建国").phone == "13900000003"


def test_the_same_file_again_changes_nothing_at_all(world: World) -> None:
    officer = world.act("officer")
    rows = region(world)
    carry_out(bring(rows, world.fucheng, officer), officer)
    tables = (Organization, ClassGroup, Person, Membership)
    before = [dict(table.objects.values_list("pk", "updated_at")) for table in tables]
    entries = JournalEntry.objects.filter(action__startswith="roster.").count()
    run = bring(rows, world.fucheng, officer)
    assert {action for name in rows if name in run.counts for action in run.counts[name]} == {"leave"}
    run = carry_out(run, officer)
    assert run.state == "applied"
    assert [dict(table.objects.values_list("pk", "updated_at")) for table in tables] == before
    assert JournalEntry.objects.filter(action__startswith="roster.").count() == entries


def test_sealed_facts_are_never_in_clear_in_the_staging(world: World) -> None:
    run = bring(region(world), world.fucheng, world.act("officer"))
    number = make_citizen_id("510703", date(2016, 1, 1), 2)
    for row in StagedRow.objects.filter(run=run):
        text = f"{row.data}{row.before}{row.key}".encode()
        for fact in (number.encode(), b"13900000002", b"13900000003"):
            assert fact not in text
            assert all(fact not in bytes(column or b"") for column in (row.phone, row.citizen_id, row.student_number))
    assert ImportRun.objects.get(pk=run.pk).stored_name == ""


def test_an_import_is_on_record_and_announced(world: World) -> None:
    officer = world.act("officer")
    run = carry_out(bring(region(world), world.fucheng, officer), officer)
    pupil = Person.objects.get(name="王小明")
    entry = JournalEntry.objects.get(object_id=pupil.pk, action="roster.person_registered")
    assert (entry.person_id, entry.role) == (officer.person_id, "officer")
    names = set(OutboxEvent.objects.values_list("name", flat=True))
    assert {"roster.people_imported", "roster.memberships_imported", "exchange.import_applied"} <= names
    assert SourceKey.objects.filter(source=run.source, entity="users").count() == 4


def test_what_a_full_file_no_longer_names_leaves(world: World) -> None:
    officer = world.act("officer")
    rows = region(world)
    carry_out(bring(rows, world.fucheng, officer), officer)
    rows["users"] = rows["users"][:1] + rows["users"][2:]
    rows["roles"] = [row for row in rows["roles"] if row["userSourcedId"] != "u2"]
    rows["enrollments"] = [row for row in rows["enrollments"] if row["userSourcedId"] != "u2"]
    run = bring(rows, world.fucheng, officer)
    assert run.counts["enrollments"] == {"leave": 3, "remove": 1}
    carry_out(run, officer)
    gone = Membership.objects.get(person__name="李思雨")
    assert (gone.valid_to, gone.end_reason) == (timezone.localdate(), "left")
    again = bring(rows, world.fucheng, officer)
    assert again.counts["enrollments"] == {"leave": 3}
    # people of other origin in the same region are none of this file's business
    assert Membership.objects.filter(person=world.jia, valid_to__isnull=True).exists()


def test_a_changed_name_and_class_are_shown_and_written(world: World) -> None:
    officer = world.act("officer")
    rows = region(world)
    carry_out(bring(rows, world.fucheng, officer), officer)
    rows["users"][0] |= {"givenName": "大明"}
    rows["classes"][0] |= {"title": "三年级2班"}
    run = bring(rows, world.fucheng, officer)
    assert run.counts["users"] == {"change": 1, "leave": 3}
    assert StagedRow.objects.get(run=run, entity="users", key="u1").before == {"name": "王小明"}
    assert StagedRow.objects.get(run=run, key="c1").before == {"name": "三年级1班", "number": 1}
    carry_out(run, officer)
    assert Person.objects.get(name="王大明").search_text == person_text("王大明")
    assert ClassGroup.objects.filter(name="三年级2班", number=2, is_active=True).exists()
