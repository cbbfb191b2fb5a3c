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
from lantian.content.sharing.services.cartridges import (
    cancel_cartridge,
    open_cartridge,
    proceed_cartridge,
    resume_cartridges,
    start_cartridge,
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
    "cancel_cartridge",
    "cancel_harvest",
    "cancel_import",
    "change_neighbour",
    "map_import",
    "open_cartridge",
    "preview",
    "proceed_cartridge",
    "proceed_harvest",
    "proceed_import",
    "resume_cartridges",
    "resume_imports",
    "show_neighbour",
    "start_cartridge",
    "start_due",
    "start_harvest",
    "start_import",
]
