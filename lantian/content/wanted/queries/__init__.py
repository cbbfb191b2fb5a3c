"""Reads of calls for resources: which one may see, what was answered, which gaps are called for, and the cards on other pages."""

from lantian.content.wanted.queries.cards import (
    ASKING,
    answers_todo,
    card_of_day,
    fitting_calls,
    panel_of_node,
    panel_of_resource,
)
from lantian.content.wanted.queries.held import answers_of, answers_part
from lantian.content.wanted.queries.history import history_of_call
from lantian.content.wanted.queries.reading import (
    addressed,
    answer_known,
    answers_for,
    calls_addressed_to,
    calls_awaiting,
    calls_visible_to,
    places_of_call,
    resources_to_offer,
    served,
    serving,
    units_told,
    with_figures,
)

__all__ = [
    "ASKING",
    "addressed",
    "answer_known",
    "answers_for",
    "answers_of",
    "answers_part",
    "answers_todo",
    "calls_addressed_to",
    "calls_awaiting",
    "calls_visible_to",
    "card_of_day",
    "fitting_calls",
    "history_of_call",
    "panel_of_node",
    "panel_of_resource",
    "places_of_call",
    "resources_to_offer",
    "served",
    "serving",
    "units_told",
    "with_figures",
]
