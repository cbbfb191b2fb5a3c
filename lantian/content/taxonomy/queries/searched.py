"""Chapters and knowledge points in the search: those in use, for everybody. Drafts and retired ones have lists of their own."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantian.commons.search import queries as search
from lantian.content.taxonomy.enums import FrameworkState
from lantian.content.taxonomy.models import Node
from lantian.content.taxonomy.queries.trees import SEPARATOR, places_of
from lantian.content.taxonomy.queries.visible import nodes_visible_to
from lantian.kernel.rules import ANONYMOUS, Actor


def in_use(actor: Actor) -> QuerySet[Node]:
    return nodes_visible_to(actor).filter(framework__state=FrameworkState.PUBLISHED, retired_at=None)


def _documents(ids: Sequence[UUID]) -> Iterable[search.Document]:
    wanted = in_use(ANONYMOUS).filter(pk__in=list(ids)).values_list("pk", flat=True)
    for pk, place in places_of(wanted).items():
        node, book = place.node, place.framework
        yield search.Document(
            id=pk,
            title=node.title,
            see=frozenset((search.ALL,)),
            body=node.words,
            words=(
                node.code,
                book.name,
                str(book.get_subject_display()),
                str(book.get_stage_display()),
                *(one.title for one in place.above),
            ),
            facets={"stage": (book.stage,) if book.stage else (), "subject": (book.subject,)},
            at=node.changed_at,
        )


def _ids(after: UUID | None, most: int) -> Sequence[UUID]:
    rows = in_use(ANONYMOUS)
    rows = rows.filter(pk__gt=after) if after else rows
    return list(rows.order_by("pk").values_list("pk", flat=True)[:most])


def _hits(actor: Actor, ids: Sequence[UUID]) -> Mapping[UUID, search.Hit]:
    seen = in_use(actor).filter(pk__in=list(ids)).values_list("pk", flat=True)
    return {
        pk: search.Hit(
            place.node.title,
            SEPARATOR.join([place.framework.name, *(one.title for one in place.above)]),
            reverse("taxonomy_node", args=[pk]),
        )
        for pk, place in places_of(seen).items()
    }


KIND = search.Indexed(
    title=_("教材目录"),
    icon="book-open",
    documents=_documents,
    ids=_ids,
    tokens=lambda _actor: frozenset((search.ALL,)),
    hits=_hits,
    facets=(search.STAGE, search.SUBJECT),
    total=lambda: in_use(ANONYMOUS).count(),
    sorts=(),
    later=True,
)
