"""Classes and guardians: made, changed and untied, with what is refused."""

import pytest

from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.rules import Denied
from lantian.people.roster import services
from lantian.people.roster.errors import AlreadyMember, BadPhone, ClassTaken, WrongClass, WrongPlace
from lantian.people.roster.models import ClassGroup, Guardianship
from lantian.people.roster.tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


def test_classes_are_made_in_schools_each_once_and_all_or_none(world):
    it = world.act("school_it")
    rows = [services.NewClassGroup(world.east, "primary", 4, number) for number in (1, 2)]
    made = services.bulk_create_class_groups(rows, by=it)
    assert [str(group) for group in made] == ["四年级1班", "四年级2班"]
    assert OutboxEvent.objects.get(name="roster.class_groups_imported").extras["count"] == 2
    before = ClassGroup.objects.count()
    with pytest.raises(ClassTaken):
        services.bulk_create_class_groups([services.NewClassGroup(world.east, "primary", 5), rows[0]], by=it)
    with pytest.raises(WrongPlace):
        services.create_class_group(by=world.act("officer"), organization=world.fucheng, stage="primary", grade=1)
    with pytest.raises(Denied):
        services.create_class_group(by=it, organization=world.west, stage="primary", grade=1)
    assert services.bulk_create_class_groups([], by=it) == []
    assert ClassGroup.objects.count() == before


def test_a_class_is_changed_by_its_school_and_what_changed_is_on_record(world):
    it = world.act("school_it")
    changed = services.update_class_group(world.east2, by=it, name="三年级火箭班", number=2)
    assert changed.name == "三年级火箭班"
    entry = JournalEntry.objects.get(action="roster.class_group_updated")
    assert entry.data == {"before": {"name": "三年级2班"}, "after": {"name": "三年级火箭班"}}
    services.update_class_group(world.east2, by=it, name="三年级火箭班")
    assert JournalEntry.objects.filter(action="roster.class_group_updated").count() == 1
    with pytest.raises(ClassTaken):
        services.update_class_group(world.east2, by=it, number=1)
    with pytest.raises(TypeError):
        services.update_class_group(world.east2, by=it, grade=9)
    with pytest.raises(Denied):
        services.update_class_group(world.east2, by=world.act("teacher"), name="我的班")
    world.east2.refresh_from_db()
    assert (world.east2.name, world.east2.number) == ("三年级火箭班", 2)


def test_a_guardian_is_untied_and_the_journal_remembers(world):
    tie = Guardianship.objects.get(guardian=world.mother)
    with pytest.raises(Denied):
        services.release_guardian(tie, by=world.act("teacher"))
    services.release_guardian(tie, by=world.act("homeroom", "homeroom_teacher"), reason="监护人变更")
    assert not Guardianship.objects.filter(guardian=world.mother).exists()
    entry = JournalEntry.objects.get(action="roster.guardian_released")
    assert entry.data == {"guardian": "甲母", "reason": "监护人变更"}
    assert OutboxEvent.objects.get(name="roster.guardian_released").object_id == tie.pk


def test_a_guardians_phone_has_to_be_one(world):
    with pytest.raises(BadPhone):
        services.register_guardian(
            by=world.act("school_it"), student=world.yi, name="乙父", phone="12", relation="father"
        )
    assert not Guardianship.objects.filter(student=world.yi).exists()


def test_a_membership_needs_a_class_of_the_same_school(world):
    it = world.act("school_it")
    with pytest.raises(WrongClass):
        services.add_membership(
            by=it, person=PersonFactory(name="新生"), organization=world.east, role="student", class_group=world.west1
        )
    with pytest.raises(AlreadyMember):
        services.add_membership(
            by=it, person=world.jia, organization=world.east, role="student", class_group=world.east1
        )
