"""Reads made once for a shape of actor answer as those made anew, for everybody; what looks at a value is never kept."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Q, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from structlog.testing import capture_logs

from lantian.kernel.rules import ANONYMOUS, SHARE_EDGES, SYSTEM, Actor, within
from lantian.kernel.shaped import derived, shaped
from lantian.kernel.time.queries import organizations_of
from lantian.people.roster.models import Membership, Organization, Person, RoleGrant
from lantian.people.roster.queries import class_groups_visible_to, organizations_visible_to
from lantian.people.roster.queries.visible import live_grants
from lantian.people.roster.tests.world import make_world
from tests.kept import fixtures

pytestmark = pytest.mark.django_db


kept, world = fixtures(make_world)


@shaped
def _units(actor: Actor, named: Any) -> QuerySet[Any, Organization]:
    return organizations_visible_to(actor).filter(name__contains=named).order_by("pk")


def test_the_answer_is_that_of_the_plain_read_for_everybody_and_is_one_query(world):
    for name, actor in {"anonymous": ANONYMOUS, "system": SYSTEM, **world.actors}.items():
        for named in ("", "小学", "no such"):
            expected = list(_units.plain(actor, named))
            assert _units.is_shaped_for(actor, named), name
            with CaptureQueriesContext(connection) as asked:
                assert _units(actor, named) == expected, name
            assert len(asked) <= 1, name
            assert asked.captured_queries or not expected, name
            assert _units.any(actor, named) is bool(expected), name


def test_two_of_one_shape_share_the_sql_and_each_sees_their_own(world):
    made: list[Actor] = []

    @shaped
    def own(actor: Actor) -> QuerySet[Any, Organization]:
        made.append(actor)
        return organizations_visible_to(actor).order_by("pk")

    assert own(world.act("officer")) != own(world.act("other_officer"))
    assert own(world.act("head")) != own(world.act("other_head"))
    assert len(made) == 2  # a county's officer, a school's head


def test_classes_ids_and_paths_are_those_of_who_asks(world):
    @shaped
    def groups(actor: Actor) -> QuerySet[Any, Any]:
        return class_groups_visible_to(actor).order_by("pk").values_list("name", flat=True)

    @shaped
    def above(actor: Actor) -> QuerySet[Any, Any]:
        path = actor.grant.path if actor.grant else ""
        return Organization.objects.filter(pk__among=derived(organizations_of, path)).values_list("name", "kind")

    for name, actor in world.actors.items():
        assert groups(actor) == list(groups.plain(actor)), name
        assert set(above(actor)) == set(above.plain(actor)), name
        assert groups.is_shaped_for(actor)
        assert above.is_shaped_for(actor)
    assert len(above(world.act("head"))) == 4


def test_a_share_declared_later_is_seen(world, monkeypatch):
    head, elsewhere = world.act("head"), world.hill
    assert elsewhere not in _units(head, "")
    edges = [*SHARE_EDGES["roster.organization"], lambda actor: Q(path__within="x") | Q(name=elsewhere.name)]
    monkeypatch.setitem(SHARE_EDGES, "roster.organization", edges)
    assert elsewhere in _units(head, "")
    monkeypatch.undo()
    assert elsewhere not in _units(head, "")


def test_the_next_day_is_asked_for_itself(world, monkeypatch):
    @shaped
    def grants(actor: Actor) -> QuerySet[Any, RoleGrant]:
        return live_grants().filter(person=actor.person_id)

    officer = world.act("officer")
    RoleGrant.objects.filter(person=world.officer).update(valid_to=timezone.localdate())
    assert len(grants(officer)) == 1
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *_: tomorrow)
    assert grants(officer) == []


def test_a_moment_or_an_id_from_elsewhere_is_not_kept(world):
    @shaped
    def begun(actor: Actor) -> QuerySet[Any, Person]:
        return Person.objects.filter(created_at__lt=timezone.now(), pk=actor.person_id)

    @shaped
    def listed(actor: Actor) -> QuerySet[Any, Person]:
        return Person.objects.filter(pk__in=[world.teacher.pk], memberships__person=actor.person_id).distinct()

    @shaped
    def by_hour(actor: Actor) -> QuerySet[Any, Person]:
        return Person.objects.filter(created_at__time__lte=timezone.localtime().time(), pk=actor.person_id)

    assert by_hour(world.act("teacher")) == list(by_hour.plain(world.act("teacher")))
    assert not by_hour.is_shaped_for(world.act("teacher"))
    for read in (begun, listed):
        assert read(world.act("teacher")) == [world.teacher]
        assert not read.is_shaped_for(world.act("teacher"))


def test_arguments_that_are_none_and_those_that_are_empty_are_told_from_others(world):
    @shaped
    def below(actor: Actor, parent: Any) -> QuerySet[Any, Organization]:
        return Organization.objects.filter(parent=parent).order_by("pk")

    @shaped
    def since(actor: Actor, moment: Any) -> QuerySet[Any, Organization]:
        seen = organizations_visible_to(actor)
        return seen if moment is None else seen.filter(created_at__gt=moment)

    @shaped
    def called(actor: Actor, name: Any) -> QuerySet[Any, Organization]:
        seen = organizations_visible_to(actor).order_by("pk")
        return seen.filter(name=name) if name else seen

    @shaped
    def unless(actor: Actor, name: Any) -> QuerySet[Any, Organization]:
        seen = organizations_visible_to(actor).order_by("pk")
        return seen if name == "" else seen.filter(name=name)

    officer = world.act("officer")
    assert below(officer, world.city.pk) == list(below.plain(officer, world.city.pk)) != []
    assert below(officer, None) == [world.province]
    assert since(officer, timezone.now()) == []
    assert set(since(officer, None)) == {world.fucheng, world.east, world.west}
    assert below.is_shaped_for(officer, None)
    assert since.is_shaped_for(officer, timezone.now())
    for read in (called, unless):
        assert [unit.name for unit in read(officer, "东小学")] == ["东小学"]
        assert len(read(officer, "")) == 3
        assert not read.is_shaped_for(officer, "")


def test_a_list_of_ids_for_in_is_no_parameter(world):
    @shaped
    def classmates(actor: Actor) -> QuerySet[Any, Membership]:
        return Membership.objects.filter(class_group__in=actor.class_group_ids).order_by("pk")

    for name in ("teacher", "west_teacher", "jia"):
        assert classmates(world.act(name)) == list(classmates.plain(world.act(name))) != []
    assert not classmates.is_shaped_for(world.act("teacher"))


def test_the_number_of_arguments_is_asked(world):
    with pytest.raises(TypeError, match="takes an actor and 1 arguments"):
        _units(world.act("head"))


@pytest.mark.parametrize(
    "look",
    [
        lambda actor: actor.person_id == uuid4(),
        lambda actor: actor.person_id in {uuid4(): 1}.values(),
        lambda actor: str(actor.grant.path),
        lambda actor: f"{actor.grant.path}.x",
        lambda actor: within(actor.grant.path, "a"),
        lambda actor: "a" in actor.class_group_ids,
        lambda actor: list(actor.class_group_ids),
        lambda actor: len(actor.grants),
        lambda actor: bool(actor.name),
        lambda actor: actor.grant.organization_name == "x",
        lambda actor: actor.grant.path + ".x",
        lambda actor: actor.grant.id < actor.person_id,
        lambda actor: actor.person_id in {uuid4(), uuid4()},
        lambda actor: {uuid4(): 1}.get(actor.grant.organization_id),
        lambda actor: actor.person_id == actor.grant.organization_id,
        lambda actor: actor.person_id in (actor.grant.id, actor.grant.organization_id),
        lambda actor: bool(derived(organizations_of, actor.grant.path)),
        lambda actor: repr(actor.person_id),
        lambda actor: repr(actor.name),
        lambda _: Organization.objects.exists(),
    ],
)
def test_what_looks_at_a_value_is_made_anew_each_time_and_logged(world, look):
    @shaped
    def read(actor: Actor) -> QuerySet[Organization]:
        look(actor)
        return Organization.objects.filter(kind="city")

    actor = world.act("teacher")
    with capture_logs() as logs:
        assert read(actor) == list(Organization.objects.filter(kind="city"))
    assert [line["event"] for line in logs] == ["read_not_shaped"]
    assert not read.is_shaped_for(actor)
