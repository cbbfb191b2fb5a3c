"""The live lessons' part of the demonstration: one always on the air (`air`), and the lessons of the past days (`past`)."""

from lantian.teach.live.demo.air import SUMMARY, TITLES, broadcast, present_slot
from lantian.teach.live.demo.past import hold_lessons, keep_past, open_lessons, seed

__all__ = ["SUMMARY", "TITLES", "broadcast", "hold_lessons", "keep_past", "open_lessons", "present_slot", "seed"]
