"""Live sessions, who was there, how well it played, what happened in them, and the pages a teacher brings."""

from lantian.teach.live.models.happenings import LessonEvent, LessonPoll, PreparedPoll
from lantian.teach.live.models.nodes import LiveNode
from lantian.teach.live.models.sessions import (
    Attendance,
    AttendanceInterval,
    LessonPage,
    LiveSession,
    PageUpload,
    QualityReport,
)
from lantian.teach.live.models.words import ChatWord

__all__ = [
    "Attendance",
    "AttendanceInterval",
    "ChatWord",
    "LessonEvent",
    "LessonPage",
    "LessonPoll",
    "LiveNode",
    "LiveSession",
    "PageUpload",
    "PreparedPoll",
    "QualityReport",
]
