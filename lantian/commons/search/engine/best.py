"""The best of what somebody may see: all that fits is compared, or as much of it as is worth the wait."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

import tantivy
from tantivy import Query

from lantian.commons.search.engine.asking import Asker, Scope
from lantian.commons.search.engine.counting import SURELY
from lantian.commons.search.engine.schema import SAMPLES


class Page(NamedTuple):
    """Which of the best: from the `first` on, `most` of them; ordered by a field of numbers, else by how well they fit."""

    first: int
    most: int
    by: str = ""


class Few(NamedTuple):
    """About so many fit. Of more than are counted only a sample is compared, and what has the title `whole`: which of a hundred
    thousand fits best, one word does not say. What is ordered by a number is always ordered exactly."""

    about: int
    whole: str

    @property
    def share(self) -> int:
        """One in how many is compared; 0 for all of them."""
        if self.about < SURELY:
            return 0
        return next((share for share in reversed(SAMPLES) if self.about < SURELY * share), SAMPLES[0])


ALL = Few(0, "")


def best(
    index: tantivy.Searcher, asker: Asker, ask: Callable[[Asker], Query], scope: Scope, page: Page, few: Few = ALL
) -> list[tuple[str, UUID]]:
    """The best of what fits and may be seen: (kind, id)."""
    if page.by:
        query = asker.within(ask(asker), scope)
        found = index.search(query, page.most, count=False, offset=page.first, order_by_field=page.by)
    else:
        query = asker.within(ask(asker), scope, few.share, few.whole)
        found = index.search(query, page.most, count=False, offset=page.first)
    keys = (str(index.doc(address)["id"][0]).partition(":") for _score, address in found.hits)
    return [(kind, UUID(pk)) for kind, _colon, pk in keys]
