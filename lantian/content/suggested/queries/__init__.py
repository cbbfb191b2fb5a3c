"""Reads of suggestions: what one might use, what is used together, and what is held of a person."""

from lantian.content.suggested.queries.candidates import Own, Taught, own_of, taught_by
from lantian.content.suggested.queries.held import (
    hidden_of,
    hidden_part,
    plain_of,
    sample_uses,
    uses_before,
    uses_of,
    uses_part,
)
from lantian.content.suggested.queries.panels import card_of_day, panel_of_list, panel_of_resource
from lantian.content.suggested.queries.reasons import Reason
from lantian.content.suggested.queries.suggesting import (
    IN_LIST,
    IN_PANEL,
    Suggestion,
    hidden_by,
    is_plain,
    last_build,
    suggestions_for,
)
from lantian.content.suggested.queries.together import used_together
from lantian.content.suggested.queries.written import WRITTEN

__all__ = [
    "IN_LIST",
    "IN_PANEL",
    "WRITTEN",
    "Own",
    "Reason",
    "Suggestion",
    "Taught",
    "card_of_day",
    "hidden_by",
    "hidden_of",
    "hidden_part",
    "is_plain",
    "last_build",
    "own_of",
    "panel_of_list",
    "panel_of_resource",
    "plain_of",
    "sample_uses",
    "suggestions_for",
    "taught_by",
    "used_together",
    "uses_before",
    "uses_of",
    "uses_part",
]
