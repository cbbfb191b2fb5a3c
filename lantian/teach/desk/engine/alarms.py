"""What is wrong with the lessons of this moment, from what the server knows of each: one alarm for one fault, where it lies.

A fault of the platform takes the lessons it explains out of what is said of teachers, and a lesson's own fault takes its schools
out of what is said of their lines: whoever reads it makes one telephone call, not forty. Lengths are seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

LATE_S = 120  # after the beginning a lesson should have been opened, and have a picture
UNHEARD_S = 60  # a running lesson's newest chunk is written down every 15 s, and its silence within half a minute
UNSENT_S = 30  # the S3 does not answer: lessons go on, but a node that died now would take something with it
STUCK_SHARE, MANY = 1 / 3, 3  # of the classes there; fewer are no common fault
ABSENT_S, ABSENT_SHARE = 600, 1 / 2

ERROR, WARN = "error", "warn"


@dataclass(frozen=True, slots=True)
class Course:
    """One lesson: seconds since its planned beginning, its session's state (None: not opened) and seconds since the newest chunk;
    classes that should be there, are, and stand still."""

    lesson: UUID
    begun_s: float
    state: str | None
    silent_s: float | None
    expected: int = 0
    here: int = 0
    stuck: int = 0

    @property
    def unheard(self) -> bool:
        """The live process would have said by now that the teacher is silent: it writes nothing."""
        return self.state == "live" and self.silent_s is not None and self.silent_s > UNHEARD_S

    @property
    def mostly_stuck(self) -> bool:
        return self.state == "live" and self.stuck >= MANY and self.stuck >= STUCK_SHARE * self.here


@dataclass(frozen=True, slots=True)
class Alarm:
    """`kind` is a value of `enums.AlarmKind`; `n` and `of` are what its words tell (seconds, classes, lessons, GB)."""

    kind: str
    tone: str
    n: int = 0
    of: int = 0
    lesson: UUID | None = None
    school: UUID | None = None


def alarms_of(
    courses: Sequence[Course],
    schools: Mapping[tuple[UUID, UUID], tuple[int, int]],
    *,
    disk_full: bool = False,
    free_gb: int = 0,
    failing_s: float = 0,
    behind_s: float = 0,
) -> list[Alarm]:
    """All alarms, the gravest first. `schools`: classes there and standing still of (lesson, school). `disk_full`: no new lesson
    is taken any more. `failing_s`: for how long nothing could be sent to the S3; `behind_s` of a lesson are not there yet."""
    found = [Alarm("disk", ERROR, free_gb)] if disk_full else []
    if failing_s > UNSENT_S:
        found.append(Alarm("offsite", WARN, int(failing_s), int(behind_s)))
    unheard = [course for course in courses if course.unheard]
    if unheard:
        longest = max(course.silent_s or 0 for course in unheard)
        found.append(Alarm("unheard", ERROR, int(longest), len(unheard)))
    heard = [course for course in courses if not course.unheard]
    live = [course for course in heard if course.state == "live"]
    stuck = [course for course in live if course.mostly_stuck]
    together = len(stuck) >= 2 and 2 * len(stuck) >= len(live)
    if together:
        found.append(Alarm("platform", ERROR, len(stuck), len(live)))
    for course in heard:
        found += _of_lesson(course, together=together)
    own = {course.lesson for course in live if not course.mostly_stuck}
    for (lesson, school), (here, still) in schools.items():
        if lesson in own and here and still == here:
            found.append(Alarm("line", WARN, still, here, lesson, school))
    return sorted(found, key=lambda alarm: (alarm.lesson is not None, alarm.tone != ERROR, -alarm.n))


def _of_lesson(course: Course, *, together: bool) -> list[Alarm]:
    late = course.begun_s > LATE_S
    if course.state is None:
        return [Alarm("not_opened", ERROR, int(course.begun_s) // 60, lesson=course.lesson)] if late else []
    if course.state == "waiting":
        return [Alarm("no_picture", ERROR, int(course.begun_s) // 60, lesson=course.lesson)] if late else []
    if course.state == "interrupted":
        return [Alarm("silent", ERROR, int(course.silent_s or 0), lesson=course.lesson)]
    if course.mostly_stuck:
        return [] if together else [Alarm("sending", ERROR, course.stuck, course.here, course.lesson)]
    few = course.expected >= MANY and course.here < ABSENT_SHARE * course.expected
    if course.begun_s > ABSENT_S and few:
        return [Alarm("absent", WARN, course.expected - course.here, course.expected, course.lesson)]
    return []
