"""Reads of what people follow: theirs, what is new for them, and whom a day's news concerns."""

from lantian.content.follows.queries.held import follows_of, follows_part, readers_of
from lantian.content.follows.queries.matching import count_concerned, people_concerned
from lantian.content.follows.queries.panels import link_of_list, panel_of_node, panel_of_resource
from lantian.content.follows.queries.reading import (
    News,
    described,
    last_gathering,
    news_for,
    own_follows,
    reader_behind,
    reader_of,
)

__all__ = [
    "News",
    "count_concerned",
    "described",
    "follows_of",
    "follows_part",
    "last_gathering",
    "link_of_list",
    "news_for",
    "own_follows",
    "panel_of_node",
    "panel_of_resource",
    "people_concerned",
    "reader_behind",
    "reader_of",
    "readers_of",
]
