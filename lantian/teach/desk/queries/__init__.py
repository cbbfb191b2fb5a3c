"""Reads of the desk: what became of lessons, one by one and in figures."""

from lantian.teach.desk.queries.now import (
    Overview,
    Part,
    Running,
    classes_watched_by,
    course_of,
    lessons_to_look_into,
    lessons_watched_by,
    of_roots,
    overview,
    watched_roots,
)
from lantian.teach.desk.queries.outcomes import (
    corrections_of,
    head_count_known,
    head_count_of,
    outcomes_visible_to,
    with_names,
)
from lantian.teach.desk.queries.standby import Standby, contact_for, standby
from lantian.teach.desk.queries.tickets import (
    counts_at_desk,
    desk_above,
    desk_of,
    tickets_visible_to,
    tickets_with_names,
)
from lantian.teach.desk.queries.week import Counts, Line, Report, Stretch, report, stretch, weeks_of

__all__ = [
    "Counts",
    "Line",
    "Overview",
    "Part",
    "Report",
    "Running",
    "Standby",
    "Stretch",
    "classes_watched_by",
    "contact_for",
    "corrections_of",
    "counts_at_desk",
    "course_of",
    "desk_above",
    "desk_of",
    "head_count_known",
    "head_count_of",
    "lessons_to_look_into",
    "lessons_watched_by",
    "of_roots",
    "outcomes_visible_to",
    "overview",
    "report",
    "standby",
    "stretch",
    "tickets_visible_to",
    "tickets_with_names",
    "watched_roots",
    "weeks_of",
    "with_names",
]
