"""Pages of the timetable."""

from lantian.people.schedule.views.alliances import alliance, alliance_add, alliance_new, alliances
from lantian.people.schedule.views.consent import alliance_end, alliance_leave, invitation, invite
from lantian.people.schedule.views.lessons import cancel, edit, hand_over, lessons, plan
from lantian.people.schedule.views.pairings import pairing_end, pairings, settle
from lantian.people.schedule.views.rooms import room_rename, room_screen, rooms
from lantian.people.schedule.views.timetables import bells, cell, timetable, timetable_act, timetable_new, timetables
from lantian.people.schedule.views.weeks import change_day, feed, subscribe, week

__all__ = [
    "alliance",
    "alliance_add",
    "alliance_end",
    "alliance_leave",
    "alliance_new",
    "alliances",
    "bells",
    "cancel",
    "cell",
    "change_day",
    "edit",
    "feed",
    "hand_over",
    "invitation",
    "invite",
    "lessons",
    "pairing_end",
    "pairings",
    "plan",
    "room_rename",
    "room_screen",
    "rooms",
    "settle",
    "subscribe",
    "timetable",
    "timetable_act",
    "timetable_new",
    "timetables",
    "week",
]
