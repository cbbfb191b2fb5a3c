"""What somebody sees by SQL that was made for another of their shape is what they see by SQL of their own.

Two counties that know nothing of each other, each with one of everything; whoever asks is followed by somebody of the other
county and the same shape, so that whatever was kept of the one answers the other.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import chain, zip_longest
from random import Random
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest
from django.db.models import Model, QuerySet
from django.urls import get_resolver
from django.utils import timezone

from lantian.kernel.prepared import Prepared
from lantian.kernel.rules import ANONYMOUS, SYSTEM, VISIBLE_PAIRS, Actor, ActorKind
from lantian.kernel.shaped import Shaped, shaped
from lantian.people.roster.models import Organization, RoleGrant
from lantian.people.roster.tests.factories import acting_as
from lantian.people.schedule.models import Lesson, Room
from tests.addresses.halves import OFFICES, Half, Halves, make_halves
from tests.kept import Keep, Kept

pytestmark = pytest.mark.django_db

R = TypeVar("R")
MIXED = 6  # actors of each county put together by chance: facts that no one person has together


@pytest.fixture(scope="session")
def kept_halves(keep: Keep) -> Kept[Halves]:
    return keep(make_halves)


@pytest.fixture
def halves(db: None, kept_halves: Kept[Halves]) -> Halves:
    """With a lesson on the air and offices that end, in both counties."""
    found = kept_halves.back()
    RoleGrant.objects.update(valid_to=timezone.localdate() + timedelta(days=20))
    Lesson.objects.filter(pk__in=[half.things["running"] for half in (found.own, found.foreign)]).update(state="live")
    return found


def actors_of(half: Half) -> dict[str, Actor]:
    """Everybody and everything that acts in a county; the same names, in the same order, for both."""
    found = {name: acting_as(half.people[name], role) for name, role in OFFICES.items()}
    teacher, head = found["teacher"], found["head"]
    room = Room.objects.get(pk=half.things["room"])
    found["screen"] = Actor(
        kind=ActorKind.SCREEN,
        account_id=uuid4(),
        room_id=room.pk,
        organization_id=room.organization_id,
        class_group_ids=frozenset({UUID(half.things["class"])}),
    )
    found["screen of no class"] = replace(found["screen"], class_group_ids=frozenset())
    found["software"] = Actor(kind=ActorKind.CLIENT, organization_id=UUID(half.things["county"]))
    found["account alone"] = Actor(kind=ActorKind.PERSON, account_id=half.accounts["teacher"].pk)
    found["without a role"] = replace(teacher, grant=None, grants=(), class_group_ids=frozenset())
    found["without an account"] = replace(teacher, account_id=None)
    found["teacher of no class"] = replace(teacher, class_group_ids=frozenset())
    found["teacher of two classes"] = replace(
        teacher, class_group_ids=frozenset({UUID(half.things["class"]), UUID(half.things["receiving"])})
    )
    found["head of a county"] = replace(head, grant=replace(found["officer"].grant, role="school_head"))
    return found | mixed_of(found)


def mixed_of(actors: dict[str, Actor]) -> dict[str, Actor]:
    chance, known = Random(1127), list(actors.values())

    def any_of(name: str) -> Any:
        return getattr(chance.choice(known), name)

    names = ("grant", "person_id", "account_id", "room_id", "organization_id", "class_group_ids")
    return {f"mixed {n}": Actor(kind=ActorKind.PERSON, **{name: any_of(name) for name in names}) for n in range(MIXED)}


def everybody(halves: Halves) -> Iterator[tuple[str, Actor]]:
    """One of one county, then the same of the other; who comes first is the other way round each time."""
    own, foreign = (
        [(f"{name} of {n}", actor) for name, actor in actors_of(half).items()]
        for n, half in enumerate((halves.own, halves.foreign))
    )
    above = Organization.objects.get(kind="province").role_grants.get().person
    yield from (("anonymous", ANONYMOUS), ("system", SYSTEM), ("province", acting_as(above)))
    for place, pair in enumerate(zip_longest(own, foreign)):
        yield from pair if place % 2 else reversed(pair)


def facts(row: Any) -> Any:
    """All that was read of a row."""
    if not isinstance(row, Model):
        return row
    return row._meta.label, sorted((name, str(value)) for name, value in vars(row).items() if name[0] != "_")


def differing(read: Shaped[Any], actors: list[tuple[str, Actor]], *values: Any) -> list[str]:
    """Those who are shown something else than what was asked for them alone."""
    wrong = []
    for name, actor in actors:
        expected, found = [[facts(row) for row in rows] for rows in (read.plain(actor, *values), read(actor, *values))]
        if sorted(map(str, found)) != sorted(map(str, expected)):
            wrong.append(f"{read.__name__} as {name}: {len(found)} rows, {len(expected)} are theirs")
    return wrong


def by_shape(query: Callable[[Actor], QuerySet[Any, Any]]) -> Shaped[Any]:
    @shaped
    def seen(actor: Actor) -> QuerySet[Any, Any]:
        return query(actor).order_by("pk")

    seen.__name__ = query.__name__
    return seen


def test_what_rules_let_somebody_see_is_the_same_by_another_s_sql(halves: Halves) -> None:
    actors = list(everybody(halves))
    wrong, kept, tried = [], 0, 0
    for query in VISIBLE_PAIRS.values():
        read = by_shape(query)
        wrong += differing(read, actors)
        kept += sum(read.is_shaped_for(actor) for _, actor in actors)
        tried += len(actors)
        assert len(read._made) < len(actors) * 0.7, "each had SQL of their own: nothing was shown"
    assert wrong == []
    assert kept > tried * 0.7  # others look at what cannot be kept, and are asked anew


def parents(halves: Halves) -> list[tuple[Any, ...]]:
    return [(UUID(half.things["county"]),) for half in (halves.own, halves.foreign)]


def lessons(halves: Halves) -> list[tuple[Any, ...]]:
    return [(UUID(half.things["lesson"]),) for half in (halves.own, halves.foreign)]


def stretches(halves: Halves) -> list[tuple[Any, ...]]:
    now = timezone.now()
    return [(now - timedelta(days=3), now + timedelta(days=1)), (now, now + timedelta(days=1))]


def resources(halves: Halves) -> list[UUID]:
    return [UUID(half.things["resource"]) for half in (halves.own, halves.foreign)]


# What each declared read is tried with.
VALUES: dict[str, Callable[[Halves], list[tuple[Any, ...]]]] = {
    "_first_seen_below": parents,
    "_outside": lambda _: [()],
    "_with_word": lambda _: [("小学",), ("%",)],
    "_shared": lessons,
    "_between": stretches,
    "_on_day": stretches,
    "_calls_of_day": lambda _: [()],
    "_nearest": lambda halves: [(*stretch, timezone.now()) for stretch in stretches(halves)],
    "_running_out": lambda _: [(timezone.localdate() + timedelta(days=days),) for days in (30, 3000)],
    "_running_over": lambda _: [(timezone.now() + timedelta(hours=hours),) for hours in (0, 2)],
    "_days_to_decide": lambda _: [()],
    "_fitting": lambda halves: [
        ([], None, None, []),
        (resources(halves)[:1], ["chinese", "maths", ""], ["junior", ""], [7]),
    ],
    "_facts": lambda halves: [(resources(halves),)],
    "_shown": lambda halves: [(resources(halves),), (resources(halves)[:1],)],
    "_counted_at_desk": lambda _: [(timezone.now() + timedelta(hours=hours),) for hours in (0, 3)],
}


def declared(kind: type[R]) -> dict[str, R]:
    """All reads that apps declare with `@shaped` or `@prepared`, by name."""
    get_resolver().url_patterns  # noqa: B018 - the views are loaded, and what they ask
    apps = [
        module for name, module in list(sys.modules.items()) if name.startswith("lantian.") and ".tests" not in name
    ]
    found = chain.from_iterable(vars(module).values() for module in apps)
    return {read.__name__: read for read in found if isinstance(read, kind)}  # type: ignore[attr-defined]  # both have names


@pytest.mark.parametrize("name", VALUES)
def test_declared_reads_give_each_their_own(name: str, halves: Halves) -> None:
    read, actors = declared(Shaped)[name], list(everybody(halves))
    read._made.clear()
    for values in VALUES[name](halves):
        assert differing(read, actors, *values) == []
        if name != "_counted_at_desk":  # a row of figures, which is there even of nothing
            known = [read.any(actor, *values) for _, actor in actors]
            assert known == [read.plain(actor, *values).exists() for _, actor in actors]
        assert all(read.is_shaped_for(actor, *values) for _, actor in actors)
    assert any(read(actor, *values) for _, actor in actors for values in VALUES[name](halves))


def test_every_declared_read_is_tried() -> None:
    assert set(declared(Shaped)) == set(VALUES)


def test_what_is_made_into_sql_for_good_holds_nothing_of_one_call() -> None:
    reads = declared(Prepared)
    assert "_root" in reads
    for read in reads.values():
        assert read._compiled.sql  # raises for a day, a moment or an id that is no argument
