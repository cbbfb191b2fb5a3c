"""The demonstration's uses: every teacher has used some resources of what they teach, colleagues of like taste the same ones;
then the model of a night is made of it."""
# i18n: data file

import contextlib
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Max, Q

from lantian.content.suggested import queries, services
from lantian.content.suggested.enums import Way
from lantian.content.suggested.services.noting import Told
from lantian.kernel.demo import DemoContext
from lantian.kernel.errors import Refusal
from lantian.kernel.rules import Denied
from lantian.people.roster import queries as roster

MOST_TEACHERS = 3000  # of a city; those of the tour are among them
SHELF, ENOUGH, TASTES, USES = 90, 16, 3, 9
DAYS = 110


@dataclass(frozen=True, slots=True)
class Thing:
    """A published resource, as far as it matters who uses it."""

    pk: UUID
    stage: str
    grade: int | None
    author: UUID | None
    taste: int


def seed(context: DemoContext) -> None:
    """In bulk, with a chance of its own, so that what other parts draw stays as it is."""
    chance = random.Random(context.seed + 43)  # noqa: S311 - deterministic on purpose
    shelves, told = _shelves(), list[Told]()
    for person, subject, stage, grade in _teachers():
        told += _used(context, chance, person, _fitting(shelves[subject], stage, grade), chance.randrange(TASTES))
    for start in range(0, len(told), 20_000):
        services.note_uses(told[start : start + 20_000])
    made = services.rebuild()
    _say_no()
    context.say(f"  {made.uses} uses of resources by {made.people} teachers, {made.pairs} pairs used together")


def _shelves() -> dict[str, list[Thing]]:
    """By subject, in an order that is the same each time; everybody may use them."""
    rows = apps.get_model("resources", "Resource").objects.filter(state="published", reach="public")
    found: dict[str, list[Thing]] = defaultdict(list)
    facts = ("pk", "subject", "stage", "grade", "author")
    for number, row in enumerate(rows.order_by("title", "created_at", "pk").values_list(*facts)):
        pk, subject, stage, grade, author = row
        found[subject].append(Thing(pk, stage, grade, author, number * 7 % TASTES))
    return found


def _teachers() -> Iterable[tuple[UUID, str, str, int]]:
    """Who teaches what, each once, with the highest of their grades; those with an account first."""
    rows = apps.get_model("roster", "Membership").objects.filter(
        Q(class_group__isnull=False), role="teacher", valid_to__isnull=True
    )
    rows = rows.exclude(subject="").order_by("-person__account__username", "person__sort_key", "person", "subject")
    seen: set[UUID] = set()
    grouped = rows.values_list("person", "subject", "class_group__stage").annotate(grade=Max("class_group__grade"))
    for person, subject, stage, grade in grouped:
        if person not in seen and len(seen) < MOST_TEACHERS:
            seen.add(person)
            yield person, subject, stage, grade


def _fitting(shelf: Sequence[Thing], stage: str, grade: int) -> list[Thing]:
    """What of a subject one would look at: of the stage, where that is enough, the nearest grades first."""
    near = [one for one in shelf if one.stage in ("", stage)]
    near = near if len(near) >= ENOUGH else list(shelf)
    return sorted(near, key=lambda one: abs((one.grade or grade) - grade))[:SHELF]


def _used(context: DemoContext, chance: random.Random, person: UUID, shelf: Sequence[Thing], taste: int) -> list[Told]:
    """Some of it: the first ones more often, those of one's taste far more often."""
    count = min(chance.randint(USES - 3, USES + 3), len(shelf) // 2)
    weights = [(5.0 if one.taste == taste else 1.0) / (3 + place) ** 0.5 for place, one in enumerate(shelf)]
    chosen = {one.pk: one for one in chance.choices(shelf, weights, k=count)} if count else {}
    return [
        (person, pk, Way.TOOK, context.now - timedelta(hours=chance.randint(3, 24 * DAYS)))
        for pk, one in chosen.items()
        if one.author != person
    ]


def _say_no() -> None:
    """The story's teacher does not want one of them."""
    account: Any = apps.get_model("identity", "Account").objects.filter(username="teacher").first()
    by = roster.actor_of_account(account) if account is not None else None
    found = queries.suggestions_for(by, queries.IN_LIST) if by is not None else []
    if by is not None and len(found) > 1:
        with contextlib.suppress(Refusal, Denied):
            services.hide(found[-1].resource, by=by)
