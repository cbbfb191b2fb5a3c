"""People, by the roster's own search: its rows know who has to do with which unit today, and numbers are looked up sealed. No
person stands in the index as a person."""

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from lantian.commons.search.queries.registry import Answers, Hit, Live
from lantian.kernel.rules import Actor
from lantian.kernel.web.addresses import address_of
from lantian.people.roster.engine.names import name_words
from lantian.people.roster.queries import find_people, now_of_people, number_in, where_of


def _find(actor: Actor, typed: str, first: int, most: int) -> Answers:
    if not number_in(typed) and not name_words(typed):
        return Answers((), 0)
    rows = list(find_people(actor, typed, most=first + most + 1))
    shown = rows[first : first + most]
    prefetch_related_objects(shown, *now_of_people(actor))
    hits = tuple(Hit(row.name, where_of(row), address_of("roster_person", row.pk)) for row in shown)
    return Answers(hits, min(len(rows), first + most), more=len(rows) > first + most)


KIND = Live(title=_("人员"), icon="circle-user-round", find=_find)
