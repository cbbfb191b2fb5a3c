"""Figures and counts kept for a minute: for all who hold a role at a school or region, else for one person in one role."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import TypeVar

from django.core.cache import caches
from django.utils.translation import get_language

from lantian.kernel.rules import Actor

KEPT_SECONDS = 60
T = TypeVar("T")
Source = Callable[[Actor, date], T]
_NOTHING = object()


def kept_a_minute(source: Source[T]) -> Source[T]:
    """Work the answer out once a minute. For figures and counts, which nobody expects to change at their own click. Where the
    role administers a unit the answer must not depend on the person: it is kept for all who hold that role there."""

    @wraps(source)
    def kept(actor: Actor, day: date) -> T:
        if actor.grant is None:
            return source(actor, day)
        whose = "all" if actor.paths else actor.person_id
        key = f"home.{source.__name__}.{actor.role}.{actor.grant.organization_id}.{whose}.{day}.{get_language()}"
        found = caches["local"].get(key, _NOTHING)
        if found is _NOTHING:
            found = source(actor, day)
            caches["local"].set(key, found, KEPT_SECONDS)
        answer: T = found
        return answer

    return kept
