"""The demonstration's follows: the story's teacher, the homeroom teacher and a student follow what they teach and learn."""
# i18n: data file

import contextlib
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.utils import timezone

from lantian.content.follows import services
from lantian.content.follows.errors import FollowError
from lantian.content.follows.models import Follow, Reader
from lantian.content.taxonomy import queries as taxonomy
from lantian.kernel.demo import DemoContext
from lantian.kernel.rules import Actor
from lantian.people.roster import queries as roster

BACK = timedelta(days=400)


def seed(context: DemoContext) -> None:
    """Through the services; then as if followed for long, so that there is something new."""
    made = 0
    points = taxonomy.points_framework("maths")
    areas = list(taxonomy.areas_of(points)) if points is not None else []
    for login in ("teacher", "homeroom", "student"):
        by = _acting(login)
        if by is None or by.person_id is None:
            continue
        wanted: list[dict[str, Any]] = [{"subject": "maths"}, *({"node": area} for area in areas[-2:])]
        if login == "teacher":
            wanted += [{"words": "函数"}, {"subject": "chinese", "purpose": "reading"}]
        for facts in wanted:
            with contextlib.suppress(FollowError):
                services.follow(facts=facts, by=by)
                made += 1
        Follow.objects.filter(person=by.person_id).update(made_at=timezone.now() - BACK)
        Reader.objects.filter(person=by.person_id).update(seen_at=timezone.now() - BACK)
    context.say(f"  {made} follows")


def _acting(login: str) -> Actor | None:
    account = apps.get_model("identity", "Account").objects.filter(username=login).first()
    return roster.actor_of_account(account) if account is not None else None
