"""Everything that points to a human being is given out in their copy and erased with them, or it is said why not."""

import pytest
from django.apps import apps as registry

from lantian.kernel.holdings import EXEMPT, HOLDINGS
from lantian.people.identity.models import Account
from lantian.people.roster.models import Person

PEOPLE = {Person, Account}
# Columns without a key that name a person or an account by these words.
BY_ID = {"account_id", "person_id", "actor_id"}


def columns() -> list[str]:
    found = []
    for model in registry.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if field.auto_created or not getattr(field, "concrete", False):
                continue
            names_somebody = field.is_relation and field.related_model in PEOPLE
            if names_somebody or (not field.is_relation and field.name in BY_ID):
                found.append(f"{model._meta.label_lower}.{field.name}")
    return sorted(found)


COVERED = {column for held in HOLDINGS for column in held.covers}


@pytest.mark.parametrize("column", columns())
def test_every_column_that_names_somebody_is_held_or_exempt(column: str) -> None:
    assert column in COVERED or column in EXEMPT, (
        f"{column}: register a Holding that covers it, or exempt it with a reason"
    )
    assert not (column in COVERED and column in EXEMPT), f"{column} is both held and exempt"


def test_there_is_something_to_look_at_and_nothing_is_claimed_that_is_not_there() -> None:
    known = set(columns())
    assert len(known) > 40
    claimed = COVERED | set(EXEMPT)
    # ids without a key under other words
    others = {"exchange.stagedrow.object_id", "exchange.sourcekey.object_id"}
    assert claimed - known == others


def test_reasons_are_given() -> None:
    assert all(str(why).strip() for why in EXEMPT.values())
    # what is neither erased nor given out would be held for nobody
    assert [key for key, held in HOLDINGS.items() if held.erase is None and held.export is None] == []
