"""Pages of the desk."""

from lantian.teach.desk.views.hour import class_hour
from lantian.teach.desk.views.nodes import node
from lantian.teach.desk.views.now import lesson_now, now
from lantian.teach.desk.views.outcomes import heads, outcome, outcomes
from lantian.teach.desk.views.rooms import fault, standby
from lantian.teach.desk.views.tickets import contact, ticket, tickets
from lantian.teach.desk.views.week import week

__all__ = [
    "class_hour",
    "contact",
    "fault",
    "heads",
    "lesson_now",
    "node",
    "now",
    "outcome",
    "outcomes",
    "standby",
    "ticket",
    "tickets",
    "week",
]
