"""The verbs of recordings: kept when a lesson is over, called, cut, published; and what is made of them in the worker."""

from lantian.teach.recordings.services.keeping import catch_up, keep_recording
from lantian.teach.recordings.services.makings import ask_for_making, run_making, stop_making
from lantian.teach.recordings.services.publishing import hold_recording, publish_recording, withdraw_recording
from lantian.teach.recordings.services.shaping import change_recording, cut_recording

__all__ = [
    "ask_for_making",
    "catch_up",
    "change_recording",
    "cut_recording",
    "hold_recording",
    "keep_recording",
    "publish_recording",
    "run_making",
    "stop_making",
    "withdraw_recording",
]
