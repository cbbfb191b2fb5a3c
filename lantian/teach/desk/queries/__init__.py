"""Reads of the desk: what became of lessons, one by one and in figures."""

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
    "Report",
    "Standby",
    "Stretch",
    "contact_for",
    "corrections_of",
    "counts_at_desk",
    "desk_above",
    "desk_of",
    "head_count_known",
    "head_count_of",
    "outcomes_visible_to",
    "report",
    "standby",
    "stretch",
    "tickets_visible_to",
    "tickets_with_names",
    "weeks_of",
    "with_names",
]
