"""Who is in a lesson, by school, for its teacher: told whole once, and then what has changed."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from lantian.teach.live.engine.protocol import dump

if TYPE_CHECKING:
    from lantian.teach.live.consumers.outlet import Outlet
    from lantian.teach.live.consumers.room import Viewer
    from lantian.teach.live.queries import SessionFacts

LAG_SHOWN_S = 1.0  # by less than that no lag is told anew: it wavers in every report of every class

# state, seconds behind, stalls
Row = tuple[str, float | None, int]


def _row(viewer: "Viewer | None") -> Row:
    if viewer is None:
        return "away", None, 0
    return viewer.state, round(viewer.lag, 1) if viewer.lag is not None else None, viewer.stalls


def _same(now: Row, told: Row) -> bool:
    if now[0] != told[0] or now[2] != told[2] or (now[1] is None) != (told[1] is None):
        return False
    return now[1] is None or told[1] is None or abs(now[1] - told[1]) < LAG_SHOWN_S


class Board:
    """One per room. What was told is remembered for the one page that was told it; a page that understands no changes is
    told all of it each time something has changed."""

    def __init__(self) -> None:
        self._page: Outlet | None = None
        self._classes: dict[str, Row] = {}
        self._students: dict[str, int] = {}
        self._figures: dict[str, int] = {}

    def message(
        self, page: "Outlet", facts: "SessionFacts", viewers: "Iterable[Viewer]", *, changes: bool
    ) -> str | None:
        """For the teacher's page; None when nothing has changed that it does not know."""
        classes, students, figures = _count(viewers)
        names = _names(facts, classes)
        rows = {key: _row(classes.get(key)) for key in names}
        counts = {key: len(group) for key, (_name, group) in students.items()}
        known = self._page is page
        changed = {
            key: row for key, row in rows.items() if key not in self._classes or not _same(row, self._classes[key])
        }
        changed |= {key: ("away", None, 0) for key in self._classes if key not in rows}
        others = {
            key: (students[key][0] if key in students else "", counts.get(key, 0))
            for key in {*counts, *self._students}
            if counts.get(key, 0) != self._students.get(key, 0)
        }
        if known and not changed and not others and figures == self._figures:
            return None
        self._page, self._figures, self._students = page, figures, counts
        if known and changes and not any(key not in self._classes for key in changed):
            self._classes |= changed
            return dump({"t": "viewers_change", **figures, "set": changed, "schools": others})
        self._classes = rows
        return dump({"t": "viewers", **figures, "schools": _schools(names, rows, students)})


def _count(
    viewers: "Iterable[Viewer]",
) -> "tuple[dict[str, Viewer], dict[str, tuple[str, set[str]]], dict[str, int]]":
    """Classes by id (the screen that is best off), students by school (its name, who), and the sums."""
    classes: dict[str, Viewer] = {}
    students: dict[str, tuple[str, set[str]]] = {}
    guests, observers = 0, 0
    for viewer in viewers:
        ticket = viewer.ticket
        if ticket.r == "class" and ticket.c:
            known = classes.get(ticket.c)
            if known is None or (known.state != "watching" and viewer.state == "watching"):
                classes[ticket.c] = viewer
        elif ticket.r == "student":
            students.setdefault(ticket.o or "", (ticket.on, set()))[1].add(ticket.p or ticket.j)
        elif ticket.r == "guest":
            guests += 1
        else:
            observers += 1
    sums = {
        "classes": len(classes),
        "students": sum(len(group) for _name, group in students.values()),
        "guests": guests,
        "observers": observers,
    }
    return classes, students, sums


def _names(facts: "SessionFacts", classes: "dict[str, Viewer]") -> dict[str, tuple[str, str, str]]:
    """Class name, school id and school name of each class that was invited or is there."""
    names = {key: (name, school, school_name) for key, name, school, school_name in facts.receivers}
    for key, viewer in classes.items():
        names.setdefault(key, (viewer.ticket.n, viewer.ticket.o or "", viewer.ticket.on))
    return names


def _schools(
    names: dict[str, tuple[str, str, str]], rows: dict[str, Row], students: dict[str, tuple[str, set[str]]]
) -> list[dict[str, Any]]:
    schools: dict[str, dict[str, Any]] = {}

    def school(key: str, name: str) -> dict[str, Any]:
        count = len(students[key][1]) if key in students else 0
        return schools.setdefault(key, {"id": key, "name": name, "classes": [], "students": count})

    for key, (name, school_id, school_name) in names.items():
        state, lag, stalls = rows[key]
        school(school_id, school_name)["classes"].append(
            {"id": key, "name": name, "state": state, "lag": lag, "stalls": stalls}
        )
    for key, (name, _group) in students.items():
        school(key, name)
    return list(schools.values())
