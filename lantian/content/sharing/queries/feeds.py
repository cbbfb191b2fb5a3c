"""Feeds: which ones there are, what one is narrowed by, and which address has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from lantian.content.resources.queries import Alternate
from lantian.content.sharing.queries.records import newest
from lantian.content.taxonomy import queries as taxonomy
from lantian.kernel.rules import ANONYMOUS
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import Stage, Subject

KINDS = {"atom": "application/atom+xml", "rss": "application/rss+xml"}
NARROWED = ("subject", "stage", "node", "unit")


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed is narrowed by, and what it is called."""

    title: str
    query: str
    items: Sequence[Any]


def feed(said: Mapping[str, str]) -> Feed | None:
    """The feed that is asked for; None when it is narrowed by what is not there. Four queries at most."""
    given = {name: said[name] for name in NARROWED if said.get(name)}
    words: list[str] = []
    nodes: list[UUID] = []
    unit: UUID | None = None
    for name, choices in (("subject", Subject), ("stage", Stage)):
        if name in given:
            if given[name] not in choices.values:
                return None
            words.append(str(choices(given[name]).label))
    try:
        if "node" in given:
            node = taxonomy.nodes_visible_to(ANONYMOUS).filter(pk=UUID(given["node"])).first()
            if node is None:
                return None
            words.append(node.title)
            nodes = taxonomy.subtree_ids([node.pk])
        if "unit" in given:
            unit = UUID(given["unit"])
            found = roster.organizations_known([unit]).first()
            if found is None:
                return None
            words.append(str(found))
    except ValueError:
        return None
    items = newest(nodes=nodes, unit=unit, subject=given.get("subject", ""), stage=given.get("stage", ""))
    title = " · ".join([_("新的资源"), *words])
    return Feed(title, urlencode(given), items)


def address(form: str, query: str) -> str:
    return reverse(f"sharing_feed_{form}") + (f"?{query}" if query else "")


def feeds_of_list(said: Mapping[str, str]) -> list[Alternate]:
    """The feeds of the list of resources, narrowed as it is."""
    query = urlencode({name: said[name] for name in ("subject", "stage") if said.get(name)})
    return [Alternate(kind, f"{_('新的资源')} ({form.upper()})", address(form, query)) for form, kind in KINDS.items()]
