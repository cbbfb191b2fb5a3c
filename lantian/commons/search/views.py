"""The search page: one box, a tab for each kind with how many there are, facets and an order; what begins so while typing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lantian.commons.search import queries
from lantian.commons.search.engine.typed import clean
from lantian.commons.search.enums import Sort
from lantian.commons.search.queries import KINDS, Answers, Asked, Found, Hit, Indexed, Live
from lantian.kernel.numbers import number_of
from lantian.kernel.rules import Actor
from lantian.kernel.web.guards import acting, public
from lantian.kernel.web.shell import base_of

if TYPE_CHECKING:
    from lantian.kernel.rules import Text

FEW, PAGE, MOST_PAGES = 5, 20, 50
SUGGESTED = 8


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one kind on the page of all kinds; `more` leads to its tab when there are others."""

    title: "Text"
    icon: str
    hits: tuple[Hit, ...]
    total: str
    more: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One facet as a list to choose from: (value, words, chosen)."""

    key: str
    title: "Text"
    options: tuple[tuple[str, str, bool], ...]
    data: bool


class Page:
    """One search as the page shows it."""

    def __init__(self, request: HttpRequest) -> None:
        self.actor: Actor = acting(request)
        self.typed = clean(request.GET.get("q", ""))
        self.see = queries.tokens_of(self.actor) if self.typed else {}
        self.live: dict[str, Answers] = {}
        self.counts = queries.counts(self.actor, self.typed, self.see) if self.typed else {}
        asked = request.GET.get("kind", "")
        self.kind = asked if asked in KINDS and self._offered(asked) else ""
        self.sort = self._sort(request.GET.get("sort", ""))
        self.number = max(1, min(_number(request.GET.get("page", "")), MOST_PAGES))
        self.facets = self._facets(request.GET)
        self.found_by: set[bool] = set()  # whether with a slip, of each kind that is shown

    def _offered(self, key: str) -> bool:
        kind = KINDS[key]
        return not isinstance(kind, Live) or kind.shown(self.actor)

    def _sort(self, asked: str) -> Sort:
        kind = KINDS.get(self.kind) if self.kind else None
        sorts = kind.sorts if isinstance(kind, Indexed) else ()
        return Sort(asked) if asked in sorts else Sort.RELEVANCE

    def _facets(self, asked: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        kind = KINDS.get(self.kind) if self.kind else None
        if not isinstance(kind, Indexed):
            return {}
        chosen = {facet.key: asked.get(f"f_{facet.key}", "")[:80] for facet in kind.facets}
        return {key: (value,) for key, value in chosen.items() if value}

    def url(self, **changes: object) -> str:
        """This search with something else of it; the page begins anew."""
        now: dict[str, object] = {"q": self.typed, "kind": self.kind}
        now |= changes
        return f"{reverse('search')}?{urlencode({key: value for key, value in now.items() if value})}"

    def ask_live(self, most: int = FEW) -> None:
        """Ask the kinds that do not stand in the index."""
        for key, kind in queries.live_kinds(self.actor).items():
            if self.typed and key != self.kind:
                self.live[key] = kind.find(self.actor, self.typed, 0, most)

    def tabs(self) -> list[tuple[str, str, str]]:
        """(kind, words with how many there are, address) of the kinds in which something is found, and of the chosen one."""
        found = []
        for key, kind in queries.in_order().items():
            words = self._many(key)
            if words or key == self.kind:
                found.append((key, f"{kind.title} {words or 0}", self.url(kind=key)))
        return [("", _("全部"), self.url(kind="")), *found] if found else []

    def _many(self, key: str) -> str:
        many = self.live.get(key) or self.counts.get(key)
        return f"{many.total}{'+' if many.more else ''}" if many and many.total else ""

    # All kinds -----------------------------------------------------------------------------------------------------------

    def groups(self) -> list[Group]:
        """The first hits of each kind in which something is found."""
        found = [self._group(key) for key in queries.in_order() if self._many(key)]
        return [group for group in found if group.hits]

    def _group(self, key: str) -> Group:
        kind = KINDS[key]
        if isinstance(kind, Indexed):
            few = queries.find(self.actor, Asked(self.typed, key, most=FEW, counted=False), see=self.see)
            hits = tuple(hit for _kind, _id, hit in queries.draw(self.actor, few.ids))
            self.found_by |= {few.slip} if hits else set()
            more = key in self.counts and self.counts[key].total > FEW
        else:
            hits, more = self.live[key].hits, self.live[key].more
        return Group(kind.title, kind.icon, hits, self._many(key), self.url(kind=key) if more else "")

    # One kind ------------------------------------------------------------------------------------------------------------

    def of_kind(self) -> dict[str, object]:
        """A page of hits of the chosen kind, with its facets and orders."""
        kind, first = KINDS[self.kind], (self.number - 1) * PAGE
        if isinstance(kind, Live):
            answers = self.live[self.kind] = kind.find(self.actor, self.typed, first, PAGE)
            return {"hits": answers.hits, "icon": kind.icon, **self._pages(more=answers.more)}
        asked = Asked(self.typed, self.kind, self.facets, self.sort, first, PAGE)
        found = queries.find(self.actor, asked, see=self.see)
        self.found_by = {found.slip}
        return {
            "hits": [hit for _kind, _id, hit in queries.draw(self.actor, found.ids)],
            "icon": kind.icon,
            "found": found,
            "choices": self._choices(kind, found),
            "sorts": [
                (sort.value, sort.label, sort == self.sort) for sort in Sort if sort.value in ("best", *kind.sorts)
            ],
            **self._pages(more=found.more or found.total > first + PAGE),
        }

    def _choices(self, kind: Indexed, found: Found) -> list[Choice]:
        choices = []
        for facet in kind.facets:
            chosen = self.facets.get(facet.key, ("",))[0]
            counted = dict(found.facets.get(facet.key, ()))
            if chosen:
                counted.setdefault(chosen, 0)
            words = _about if facet.key in found.about else str
            options = tuple(
                (value, f"{facet.label(value)}（{words(many)}）", value == chosen) for value, many in counted.items()
            )
            if options:
                choices.append(Choice(facet.key, facet.title, options, facet.data))
        return choices

    def _pages(self, *, more: bool) -> dict[str, object]:
        same = {f"f_{key}": values[0] for key, values in self.facets.items()} | {"sort": self.sort.value}
        if self.sort is Sort.RELEVANCE:
            del same["sort"]
        before = self.url(**same, page=self.number - 1) if self.number > 1 else ""
        after = self.url(**same, page=self.number + 1) if more and self.number < MOST_PAGES else ""
        return {"number": self.number, "before": before, "after": after}


def _about(many: int) -> str:
    """An estimate, no more exact than it is."""
    return _("约 %(many)s") % {"many": round(many, 2 - len(str(many)))}


def _number(text: str) -> int:
    return number_of(text, most=99_999) or 1


@require_safe
@public
def search(request: HttpRequest) -> HttpResponse:
    """What one may see of everything that can be searched for. Strangers find what is open to everybody."""
    page = Page(request)
    context: dict[str, object] = {"base": base_of(request), "q": page.typed, "kind": page.kind}
    if page.typed:
        page.ask_live()
        context |= page.of_kind() if page.kind else {"groups": page.groups()}
        context |= {
            "tabs": page.tabs(),
            "there": queries.is_there(),
            "slip": page.found_by == {True},
        }
    return render(request, "search/search.html", context)


@require_safe
@public
def suggest(request: HttpRequest) -> HttpResponse:
    """What begins as it was typed so far."""
    typed = clean(request.GET.get("q", ""))
    found = queries.suggestions(acting(request), typed, SUGGESTED) if typed else []
    hits = [(KINDS[kind].icon, hit) for kind, _id, hit in found]
    return render(request, "search/_suggested.html", {"hits": hits})
