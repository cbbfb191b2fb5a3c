"""The verbs of the timetable."""

from lantian.people.schedule.services.alliances import (
    accept_invitation,
    add_alliance_member,
    create_alliance,
    decline_invitation,
    expire_invitations,
    invite_school,
    withdraw_invitation,
)
from lantian.people.schedule.services.changes import change_day, take_back_change
from lantian.people.schedule.services.courses import CourseRow, close_courses, offer_courses, save_courses
from lantian.people.schedule.services.endings import close_alliances, end_alliance, leave_alliance
from lantian.people.schedule.services.feeds import close_feed, erase_feeds, feed_behind, open_feed
from lantian.people.schedule.services.following import watch_calendar
from lantian.people.schedule.services.handing_over import hand_over_lesson
from lantian.people.schedule.services.lessons import (
    add_receivers,
    cancel_lesson,
    end_lesson,
    extend_lesson,
    plan_lesson,
    reschedule_lesson,
    start_lesson,
)
from lantian.people.schedule.services.making import AHEAD, Made, Problem, make_lessons
from lantian.people.schedule.services.pairings import end_pairing, pair_classes, settle
from lantian.people.schedule.services.rooms import create_room, issue_screen_code, keep_screen_accounts, rename_room
from lantian.people.schedule.services.timetables import (
    EntryRow,
    PeriodRow,
    clear_entry,
    draft_timetable,
    publish_timetable,
    set_bells,
    set_entries,
    withdraw_timetable,
)

__all__ = [
    "AHEAD",
    "CourseRow",
    "EntryRow",
    "Made",
    "PeriodRow",
    "Problem",
    "accept_invitation",
    "add_alliance_member",
    "add_receivers",
    "cancel_lesson",
    "change_day",
    "clear_entry",
    "close_alliances",
    "close_courses",
    "close_feed",
    "create_alliance",
    "create_room",
    "decline_invitation",
    "draft_timetable",
    "end_alliance",
    "end_lesson",
    "end_pairing",
    "erase_feeds",
    "expire_invitations",
    "extend_lesson",
    "feed_behind",
    "hand_over_lesson",
    "invite_school",
    "issue_screen_code",
    "keep_screen_accounts",
    "leave_alliance",
    "make_lessons",
    "offer_courses",
    "open_feed",
    "pair_classes",
    "plan_lesson",
    "publish_timetable",
    "rename_room",
    "reschedule_lesson",
    "save_courses",
    "set_bells",
    "set_entries",
    "settle",
    "start_lesson",
    "take_back_change",
    "watch_calendar",
    "withdraw_invitation",
    "withdraw_timetable",
]
