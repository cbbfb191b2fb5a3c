"""Pages of the timetable."""

from lantian.people.schedule.views.alliances import alliance, alliance_new, alliances
from lantian.people.schedule.views.lessons import cancel, edit, lessons, plan
from lantian.people.schedule.views.rooms import room_rename, room_screen, rooms

__all__ = [
    "alliance",
    "alliance_new",
    "alliances",
    "cancel",
    "edit",
    "lessons",
    "plan",
    "room_rename",
    "room_screen",
    "rooms",
]
