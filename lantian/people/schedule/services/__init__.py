"""The verbs of the timetable."""

from lantian.people.schedule.services.alliances import add_alliance_member, create_alliance
from lantian.people.schedule.services.courses import CourseRow, close_courses, offer_courses, save_courses
from lantian.people.schedule.services.lessons import (
    add_receivers,
    cancel_lesson,
    end_lesson,
    extend_lesson,
    plan_lesson,
    reschedule_lesson,
    start_lesson,
)
from lantian.people.schedule.services.rooms import create_room, issue_screen_code, keep_screen_accounts, rename_room

__all__ = [
    "CourseRow",
    "add_alliance_member",
    "add_receivers",
    "cancel_lesson",
    "close_courses",
    "create_alliance",
    "create_room",
    "end_lesson",
    "extend_lesson",
    "issue_screen_code",
    "keep_screen_accounts",
    "offer_courses",
    "plan_lesson",
    "rename_room",
    "reschedule_lesson",
    "save_courses",
    "start_lesson",
]
