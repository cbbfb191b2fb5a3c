"""The verbs of sharing: import a folder, ask other regions."""

from lantian.content.sharing.services.bulk import (
    begin_import,
    cancel_import,
    map_import,
    preview,
    proceed_import,
    resume_imports,
    start_import,
)
from lantian.content.sharing.services.harvesting import (
    add_neighbour,
    ask_about,
    cancel_harvest,
    change_neighbour,
    proceed_harvest,
    show_neighbour,
    start_due,
    start_harvest,
)

__all__ = [
    "add_neighbour",
    "ask_about",
    "begin_import",
    "cancel_harvest",
    "cancel_import",
    "change_neighbour",
    "map_import",
    "preview",
    "proceed_harvest",
    "proceed_import",
    "resume_imports",
    "show_neighbour",
    "start_due",
    "start_harvest",
    "start_import",
]
