"""The verbs of calls for resources."""

from lantian.content.wanted.services.answering import answer_call, decide_answer, settle_published, take_back_answer
from lantian.content.wanted.services.calling import (
    FACTS,
    MOST_NODES,
    MOST_OPEN,
    close_call,
    extend_call,
    open_call,
    withdraw_call,
)
from lantian.content.wanted.services.erasing import forget_answers

__all__ = [
    "FACTS",
    "MOST_NODES",
    "MOST_OPEN",
    "answer_call",
    "close_call",
    "decide_answer",
    "extend_call",
    "forget_answers",
    "open_call",
    "settle_published",
    "take_back_answer",
    "withdraw_call",
]
