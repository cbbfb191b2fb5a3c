"""Alliances, rooms, timetables and lessons: what runs by the clock, and who is tied to whom for it."""

from lantian.people.schedule.models.alliances import (
    Alliance,
    AllianceMember,
    Invitation,
    Pairing,
    PairingChoice,
)
from lantian.people.schedule.models.courses import Course, CourseOffering
from lantian.people.schedule.models.lessons import Lesson, LessonReceiver, Occupancy, Room, Seat
from lantian.people.schedule.models.timetable import (
    BellSchedule,
    CalendarFeed,
    Period,
    Timetable,
    TimetableChange,
    TimetableEntry,
)

__all__ = [
    "Alliance",
    "AllianceMember",
    "BellSchedule",
    "CalendarFeed",
    "Course",
    "CourseOffering",
    "Invitation",
    "Lesson",
    "LessonReceiver",
    "Occupancy",
    "Pairing",
    "PairingChoice",
    "Period",
    "Room",
    "Seat",
    "Timetable",
    "TimetableChange",
    "TimetableEntry",
]
