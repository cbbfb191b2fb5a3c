"""Words for changes and links, and dictionaries in templates."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from lantian.content.taxonomy.enums import Action, LinkKind
from lantian.content.taxonomy.models import Change, Link, Node

register = template.Library()


@register.filter
def of_key(known: Mapping[Any, Any], key: Any) -> Any:
    """known[key], None where there is none."""
    return known.get(key)


@register.filter
def change_words(change: Change) -> str:
    """What was done: the action, on what, and how it was before where that can be said in a line."""
    return " · ".join((str(Action(change.action).label), *change_facts(change)))


def change_facts(change: Change) -> list[str]:
    """On what, and how it was before; nothing of what concerns the whole."""
    action = Action(change.action)
    about = change.node.title if change.node else ""
    detail = ""
    if action == Action.CHANGED and "title" in change.before:
        detail = _("原来叫“%(title)s”") % {"title": change.before["title"]}
    elif action == Action.MERGED:
        detail = _("并入“%(title)s”") % {"title": change.after.get("title", "")}
    elif action in (Action.LINKED, Action.UNLINKED):
        detail = str((change.after or change.before).get("title", ""))
    elif action == Action.SPLIT:
        detail = _("、").join(change.after.get("titles", []))
    elif action == Action.IMPORTED:
        counts = change.after
        detail = _("新增 %(added)s，修改 %(changed)s，停用 %(retired)s") % counts
    elif action == Action.UNDONE and change.before.get("action"):
        detail = str(Action(change.before["action"]).label)
    return [part for part in (about, detail) if part]


@register.filter
def link_words(link: Link, node: Node) -> str:
    """What the other end is to the node."""
    if link.kind == LinkKind.RELATED:
        return _("相关")
    if link.kind == LinkKind.COVERS:
        return _("知识点") if link.origin_id == node.pk else _("章节")
    return _("接着学") if link.origin_id == node.pk else _("先学")
