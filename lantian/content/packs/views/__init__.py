"""Pages of packs: the lists, one, making and arranging, putting resources in, giving it to lessons and classes."""

from lantian.content.packs.views.giving import attach, detach, judge
from lantian.content.packs.views.making import act, edit, items, new, put, restore
from lantian.content.packs.views.reading import mine, pack, packs_list

__all__ = [
    "act",
    "attach",
    "detach",
    "edit",
    "items",
    "judge",
    "mine",
    "new",
    "pack",
    "packs_list",
    "put",
    "restore",
]
