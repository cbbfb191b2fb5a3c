"""Reads compiled once give what the same queryset gives, for other values and for other rows."""

from threading import Thread
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from lantian.kernel.prepared import attach, prepared
from lantian.kernel.web.addresses import address_of
from lantian.people.roster.models import Membership, Organization, valid_on
from lantian.people.roster.tests.world import make_world
from tests.kept import fixtures

pytestmark = pytest.mark.django_db


@prepared
def _members(organization: Any, role: Any) -> QuerySet[Membership]:
    """Members of a unit."""
    rows = Membership.objects.filter(organization=organization, role=role).select_related("person", "class_group")
    return rows.annotate(at=F("organization__name")).order_by("pk")


kept, world = fixtures(make_world)


def test_rows_are_those_of_the_queryset_with_related_objects_and_annotations(world, django_assert_num_queries):
    _members(world.east.pk, "student")
    for unit in (world.east, world.west):
        plain = Membership.objects.filter(organization=unit, role="student").order_by("pk")
        expected = [(row.pk, row.person.name, str(row.class_group), unit.name) for row in plain]
        with django_assert_num_queries(1):
            found = [(row.pk, row.person.name, str(row.class_group), row.at) for row in _members(unit.pk, "student")]
        assert found == expected
    assert _members(world.east.pk, "staff") == []


def test_sealed_fields_are_opened_as_ever(world):
    person = world.teacher
    row = next(row for row in _members(world.east.pk, "teacher") if row.person_id == person.pk)
    assert row.person.phone == person.phone


def test_later_changes_are_seen(world):
    before = len(_members(world.east.pk, "student"))
    Membership.objects.filter(organization=world.east, role="student").first().delete()
    assert len(_members(world.east.pk, "student")) == before - 1


def test_only_and_slices_work_and_first_may_be_none(world):
    @prepared
    def one(kind):
        return Organization.objects.filter(kind=kind).only("name").order_by("name")[:1]

    assert one.first("school").get_deferred_fields() >= {"path", "code"}
    assert len(one("school")) == 1
    assert one.first("no such kind") is None


def test_several_at_once_whatever_their_number(world):
    @prepared
    def units(ids):
        return Organization.objects.filter(id__among=ids)

    assert set(units([world.east.pk, world.west.pk])) == {world.east, world.west}
    assert units([world.hill.pk]) == [world.hill]
    assert units([]) == []


def test_attached_rows_are_what_all_answers_and_filters_still_ask_the_database(world, django_assert_num_queries):
    county = Organization.objects.get(pk=world.fucheng.pk)
    attach(county, "children", [world.east])
    with django_assert_num_queries(0):
        assert list(county.children.all()) == [world.east]
    assert set(county.children.filter(is_active=True)) == {world.east, world.west}


def test_words_of_choices_follow_the_language_and_unknown_values_stay(world):
    assert world.city.get_kind_display() == "市"
    with override("en"):
        assert world.city.get_kind_display() == "City"
    assert Organization(kind="moon").get_kind_display() == "moon"
    assert Organization(setting="").get_setting_display() == ""


def test_an_address_made_once_is_the_one_reverse_gives(world):
    for unit in (world.east, world.west):
        for name in ("roster_organization", "roster_children"):
            assert address_of(name, unit.pk) == reverse(name, args=[unit.pk])


def test_whole_objects_only_and_all_arguments(world):
    @prepared
    def values(kind):
        return Organization.objects.filter(kind=kind).values("name")

    @prepared
    def fetched(kind):
        return Organization.objects.filter(kind=kind).prefetch_related("children")

    for wrong in (values, fetched):
        with pytest.raises(TypeError, match="whole objects"):
            wrong("school")
    with pytest.raises(TypeError, match="takes 2 arguments"):
        _members(world.east.pk)


def test_a_day_a_moment_or_an_id_that_is_no_argument_is_refused(world):
    @prepared
    def today(person):
        return Membership.objects.filter(valid_on(timezone.localdate()), person=person)

    @prepared
    def begun(person):
        return Membership.objects.filter(updated_at__lt=timezone.now(), person=person)

    @prepared
    def at_east(person):
        return Membership.objects.filter(person=person, organization__in=[world.east.pk])

    for read, what in ((today, "date"), (begun, "datetime"), (at_east, "UUID")):
        with pytest.raises(TypeError, match=f"has a {what} in it that must be an argument"):
            read(world.teacher.pk)


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_by_its_own_connection():
    _members(Organization(name="x").pk, "student")
    seen = []

    def ask():
        connections["default"].force_debug_cursor = True
        _members(Organization(name="x").pk, "student")
        seen.append(len(connections["default"].queries))
        connections["default"].close()

    asked_here = len(connection.queries_log)
    thread = Thread(target=ask)
    thread.start()
    thread.join()
    assert seen == [1]
    assert len(connection.queries_log) == asked_here
