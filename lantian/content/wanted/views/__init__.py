"""Pages of calls for resources: the list, one, a new one, answering, deciding."""

from lantian.content.wanted.views.acting import act, answer, answer_act, extend, new
from lantian.content.wanted.views.reading import call, calls

__all__ = ["act", "answer", "answer_act", "call", "calls", "extend", "new"]
