"""Once a day those who follow something are told that there is news: in one notice, whatever it is and however much."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from lantian.content.follows import queries
from lantian.content.follows.events import NewsGathered
from lantian.content.follows.models import Gathering
from lantian.people.messaging.enums import Category
from lantian.people.messaging.queries import Kind, Telling, day_words
from lantian.people.messaging.services import Audience, subscribe


def _to_followers(fact: NewsGathered) -> Telling | None:
    found = Gathering.objects.filter(pk=fact.object_id).first()
    if found is None:
        return None
    part, parts = int(fact.context["part"]), int(fact.context["parts"])
    people = queries.people_concerned(found.since, found.until, part=part, parts=parts)
    return Telling(
        audience=Audience.of(people=people),
        facts={"day": found.day},
        subject=f"follows:{found.day}:{part}",
        link=reverse("follows_news"),
    )


def _with_day(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**facts, "day": day_words(facts.get("day"))}


subscribe(
    Kind(
        key="follows.gathered",
        event=NewsGathered,
        category=Category.ANNOUNCEMENT,
        title=gettext_lazy("您关注的有新资源（%(day)s）"),
        body=gettext_lazy("打开看看有哪些。不想每天收到，可以在“关注”里关掉。"),
        tell=_to_followers,
        words=_with_day,
    )
)
