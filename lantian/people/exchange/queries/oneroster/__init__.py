"""OneRoster records of what we hold, set-based, for a scope of subtrees."""

from lantian.people.exchange.queries.oneroster.people import AT_SCHOOL, HAVE_ROLE, IN_CLASS, Where
from lantian.people.exchange.queries.oneroster.records import Part, Sort, build, find, select, stream
from lantian.people.exchange.queries.oneroster.scope import Scope

__all__ = ["AT_SCHOOL", "HAVE_ROLE", "IN_CLASS", "Part", "Scope", "Sort", "Where", "build", "find", "select", "stream"]
