"""The verbs of packs: make, fill, arrange, share, copy, give to lessons and classes, say what helped."""

from lantian.content.packs.services.erasing import forget_judgements, forget_packs, let_go_of_names
from lantian.content.packs.services.giving import attach_to_class, attach_to_lesson, detach, judge_item
from lantian.content.packs.services.making import (
    DOWN,
    FACTS,
    MOST_ITEMS,
    OUT,
    UP,
    arrange_items,
    change_pack,
    copy_pack,
    create_pack,
    delete_pack,
    gather_packs,
    put_item,
    restore_pack,
    sweep_deleted,
    unshare_pack,
)

__all__ = [
    "DOWN",
    "FACTS",
    "MOST_ITEMS",
    "OUT",
    "UP",
    "arrange_items",
    "attach_to_class",
    "attach_to_lesson",
    "change_pack",
    "copy_pack",
    "create_pack",
    "delete_pack",
    "detach",
    "forget_judgements",
    "forget_packs",
    "gather_packs",
    "judge_item",
    "let_go_of_names",
    "put_item",
    "restore_pack",
    "sweep_deleted",
    "unshare_pack",
]
