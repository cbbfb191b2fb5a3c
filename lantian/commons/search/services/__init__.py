"""Marking what changed, writing the index, building it anew, and keeping it up to date."""

from lantian.commons.search.services.building import build
from lantian.commons.search.services.keeping import Keeper, keep, want_rebuild
from lantian.commons.search.services.marking import forget_old_marks, touch, touch_token
from lantian.commons.search.services.writing import Locked, Writer

__all__ = [
    "Keeper",
    "Locked",
    "Writer",
    "build",
    "forget_old_marks",
    "keep",
    "touch",
    "touch_token",
    "want_rebuild",
]
