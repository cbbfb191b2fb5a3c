"""Pages and answers of sharing."""

from lantian.content.sharing.views.bulk import bulk, bulk_act, imports, new_import, rows
from lantian.content.sharing.views.cartridge import cartridge, cartridge_act, cartridge_parts, open_cartridge
from lantian.content.sharing.views.feeds import atom, rss
from lantian.content.sharing.views.harvest import neighbour, neighbour_act, neighbours, new_neighbour
from lantian.content.sharing.views.oai import oai

__all__ = [
    "atom",
    "bulk",
    "bulk_act",
    "cartridge",
    "cartridge_act",
    "cartridge_parts",
    "imports",
    "neighbour",
    "neighbour_act",
    "neighbours",
    "new_import",
    "new_neighbour",
    "oai",
    "open_cartridge",
    "rows",
    "rss",
]
