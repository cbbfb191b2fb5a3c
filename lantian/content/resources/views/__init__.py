"""Pages of resources, the files behind them, and the door by which files come."""

from lantian.content.resources.views.files import cover, file, preview
from lantian.content.resources.views.filming import film, film_part, film_rung, film_state, subtitle, subtitles
from lantian.content.resources.views.making import edit, mine, new, version_act
from lantian.content.resources.views.reading import act, fault_act, resource, resources_list, version
from lantian.content.resources.views.sending import upload, upload_state, uploads

__all__ = [
    "act",
    "cover",
    "edit",
    "fault_act",
    "file",
    "film",
    "film_part",
    "film_rung",
    "film_state",
    "mine",
    "new",
    "preview",
    "resource",
    "resources_list",
    "subtitle",
    "subtitles",
    "upload",
    "upload_state",
    "uploads",
    "version",
    "version_act",
]
