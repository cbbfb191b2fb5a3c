from datetime import timedelta

import pytest
from django.utils import timezone

from lantian.kernel.rules import SYSTEM
from lantian.people.roster.services import update_person
from lantian.people.roster.tests.world import World, make_world


@pytest.fixture
def world(db: None) -> World:
    """The roster's small region; 甲 is nine years old, 乙 fourteen today, 丙 and 丁 of unknown age in a primary school."""
    made = make_world()
    today = timezone.localdate()
    made.people["jia"] = update_person(made.jia, by=SYSTEM, birth_date=today - timedelta(days=9 * 365))
    made.people["yi"] = update_person(made.yi, by=SYSTEM, birth_date=birthday(14))
    return made


def birthday(years: int):
    """The birth date of somebody who completes `years` today."""
    today = timezone.localdate()
    return today.replace(year=today.year - years, day=min(today.day, 28) if today.month == 2 else today.day)
