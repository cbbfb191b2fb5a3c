"""The verbs of the desk."""

from lantian.teach.desk.services.correcting import confirm_heads, correct_attendance
from lantian.teach.desk.services.settling import settle_days, settle_lessons
from lantian.teach.desk.services.tickets import (
    close_ticket,
    comment_ticket,
    hand_up,
    keep_tickets,
    raise_ticket,
    reopen_ticket,
    set_contact,
    solve_ticket,
    take_ticket,
)

__all__ = [
    "close_ticket",
    "comment_ticket",
    "confirm_heads",
    "correct_attendance",
    "hand_up",
    "keep_tickets",
    "raise_ticket",
    "reopen_ticket",
    "set_contact",
    "settle_days",
    "settle_lessons",
    "solve_ticket",
    "take_ticket",
]
