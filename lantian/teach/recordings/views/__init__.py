"""Pages of recordings."""

from lantian.teach.recordings.views.files import film, poster, stills, wave
from lantian.teach.recordings.views.lists import recordings, storage
from lantian.teach.recordings.views.one import cut, edit, hold, makings, publish, recording, withdraw

__all__ = [
    "cut",
    "edit",
    "film",
    "hold",
    "makings",
    "poster",
    "publish",
    "recording",
    "recordings",
    "stills",
    "storage",
    "wave",
    "withdraw",
]
