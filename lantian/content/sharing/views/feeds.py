"""Newly published resources as Atom and RSS, of what is open to everybody, whoever asks."""

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.syndication.views import Feed as Syndicated
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_safe

from lantian.content.resources.enums import LICENCE_URLS, Licence
from lantian.content.sharing import queries
from lantian.kernel.web.guards import public, ungated

KEPT_S = 300
if TYPE_CHECKING:
    Of = Syndicated[Any, Any]
else:
    Of = Syndicated


class _Of(Of):
    """One feed, of what was found for it."""

    def __init__(self, found: queries.Feed, form: str) -> None:
        self.found, self.form = found, form
        self.feed_type = Atom1Feed if form == "atom" else Rss201rev2Feed

    def title(self) -> str:
        return f"{self.found.title} · {settings.LANTIAN_REGION_NAME}"

    def subtitle(self) -> str:
        return self.found.title

    description = subtitle

    def link(self) -> str:
        return f"{settings.LANTIAN_ADDRESS}{reverse('resources_list')}" + (
            f"?{self.found.query}" if self.found.query and "node=" not in self.found.query else ""
        )

    def feed_url(self) -> str:
        return settings.LANTIAN_ADDRESS + queries.address(self.form, self.found.query)

    def feed_guid(self) -> str:
        return self.feed_url()

    def items(self) -> list[Any]:
        return list(self.found.items)

    def item_title(self, item: Any) -> str:
        return str(item.title)

    def item_description(self, item: Any) -> str:
        return str(item.words)

    def item_link(self, item: Any) -> str:
        return settings.LANTIAN_ADDRESS + reverse("resources_resource", args=[item.pk])

    def item_guid(self, item: Any) -> str:
        return f"urn:uuid:{item.pk}"

    item_guid_is_permalink = False

    def item_pubdate(self, item: Any) -> datetime:
        return item.published_at  # type: ignore[no-any-return]  # of a model

    item_updateddate = item_pubdate

    def item_author_name(self, item: Any) -> str:
        return item.author.name if item.author else str(item.organization)

    def item_categories(self, item: Any) -> list[str]:
        return [
            str(one) for one in (item.get_subject_display(), item.get_stage_display(), item.get_kind_display()) if one
        ]

    def item_copyright(self, item: Any) -> str:
        return LICENCE_URLS.get(Licence(item.licence), "") if item.licence else ""


def _feed(request: HttpRequest, form: str) -> HttpResponse:
    with translation.override("zh-hans"):  # a reader's program is told the same, whoever asks
        found = queries.feed(request.GET.dict())
        if found is None:
            raise Http404
        said = "|".join(f"{one.pk}{one.published_at.timestamp()}{one.title}" for one in found.items)
        etag = quote_etag(hashlib.sha256(f"{form}{found.title}{said}".encode()).hexdigest()[:32])
        changed = int(max((one.published_at.timestamp() for one in found.items), default=0))
        answer = get_conditional_response(request, etag=etag, last_modified=changed or None)
        if answer is None:
            answer = _Of(found, form)(request)
    answer["ETag"] = etag
    if changed:
        answer["Last-Modified"] = http_date(changed)
    patch_cache_control(answer, public=True, max_age=KEPT_S)
    return answer


@ungated
@require_safe
@public
def atom(request: HttpRequest) -> HttpResponse:
    """`?subject=`, `stage=`, `node=` (of a textbook, with all below), `unit=`."""
    return _feed(request, "atom")


@ungated
@require_safe
@public
def rss(request: HttpRequest) -> HttpResponse:
    """The same as RSS 2.0."""
    return _feed(request, "rss")
