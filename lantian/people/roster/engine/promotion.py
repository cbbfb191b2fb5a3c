"""Moving up a year: what becomes of a class. Pure: no database."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from lantian.people.roster.engine.classes import class_name
from lantian.people.roster.engine.codes.grades import SPAN


@dataclass(frozen=True, slots=True)
class OldClass:
    """A homeroom class at the end of a school year. `grade` 1–12 (kindergarten 1–3)."""

    id: UUID
    stage: str
    grade: int
    number: int
    name: str
    entry_year: int | None
    students: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What a class becomes: `grade` is None for one that graduates."""

    old: OldClass
    stage: str
    grade: int | None
    name: str

    @property
    def ends(self) -> bool:
        return self.grade is None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a school's classes become; `clashes` are the pairs (grade, number) that two classes would then have."""

    steps: tuple[Step, ...]
    clashes: tuple[tuple[int, int], ...]

    @property
    def up(self) -> list[Step]:
        return [step for step in self.steps if not step.ends]

    @property
    def ended(self) -> list[Step]:
        return [step for step in self.steps if step.ends]

    @property
    def students_up(self) -> int:
        return sum(step.old.students for step in self.up)

    @property
    def students_graduated(self) -> int:
        return sum(step.old.students for step in self.ended)


def step_of(old: OldClass, *, stages: Collection[str], carry_over: bool) -> Step:
    """The next grade, or the end of the stage. With `carry_over` the sixth grade of a school that has a junior stage goes on
    there as it is. Ninth grades never do: senior schools choose by examination."""
    last = SPAN[old.stage][1]
    stage, grade = old.stage, old.grade + 1
    if old.grade >= last:
        if not (carry_over and old.stage == "primary" and "junior" in stages):
            return Step(old, old.stage, None, old.name)
        stage = "junior"
    usual = old.name == class_name(old.stage, old.grade, old.number)
    return Step(old, stage, grade, class_name(stage, grade, old.number) if usual else old.name)


def is_there(old: OldClass, school_year: int) -> bool:
    """Whether a class is in its grade of that school year already. Without an entry year nobody can tell, and it is not."""
    return old.entry_year is not None and old.grade - SPAN[old.stage][0] >= school_year - old.entry_year


def plan(
    classes: Collection[OldClass],
    *,
    school_year: int,
    stages: Collection[str],
    carry_over: bool = False,
    left_out: Collection[UUID] = (),
) -> Plan:
    """What becomes of a school's active homeroom classes in the school year that begins in `school_year`.

    Classes made for that year's new pupils (`entry_year` not before it) stay as they are, and so do those whose entry year says
    that they are in that year's grade already, and those left out.
    """
    moving = [old for old in classes if old.id not in left_out and not is_there(old, school_year)]
    ids = {old.id for old in moving}
    steps = [step_of(old, stages=stages, carry_over=carry_over) for old in moving]
    taken = {(old.grade, old.number) for old in classes if old.id not in ids}
    clashes = []
    for step in steps:
        if step.grade is None:
            continue
        place = (step.grade, step.old.number)
        if place in taken:
            clashes.append(place)
        taken.add(place)
    order = sorted(steps, key=lambda step: (step.old.grade, step.old.number))
    return Plan(tuple(order), tuple(sorted(set(clashes))))
