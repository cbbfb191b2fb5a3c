"""Reads of recordings."""

from lantian.teach.recordings.queries.makings import (
    error_words,
    is_busy,
    makings_of,
    open_making,
    storage_of,
    storage_sum,
)
from lantian.teach.recordings.queries.recordings import (
    address_for,
    chapters_shown,
    film_path,
    kept_until,
    lessons_published,
    made_path,
    missing_recordings,
    page_turns,
    published_words,
    recording_known,
    recordings_visible_to,
    regions_for,
    with_names,
)

__all__ = [
    "address_for",
    "chapters_shown",
    "error_words",
    "film_path",
    "is_busy",
    "kept_until",
    "lessons_published",
    "made_path",
    "makings_of",
    "missing_recordings",
    "open_making",
    "page_turns",
    "published_words",
    "recording_known",
    "recordings_visible_to",
    "regions_for",
    "storage_of",
    "storage_sum",
    "with_names",
]
