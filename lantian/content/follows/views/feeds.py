"""One's news for a reader's program, at an address that is a secret."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lantian.content.follows import queries, services
from lantian.content.follows.queries import News
from lantian.kernel.web.guards import public, ungated
from lantian.people.roster import queries as roster

BACK = timedelta(days=60)
KEPT = "private, max-age=900"
MOST_SECRET = 64


def _news(secret: str) -> list[News]:
    """What fits the follows of whoever has the address, and what they may see now in their usual role."""
    reader = services.reader_of_secret(secret) if len(secret) <= MOST_SECRET else None
    account = reader.person.account if reader is not None else None
    if account is None:
        raise Http404
    return queries.news_for(roster.actor_of_account(account), timezone.now() - BACK)


def _address(one: News) -> str:
    return settings.LANTIAN_ADDRESS + reverse("resources_resource", args=[one.resource.pk])


@ungated
@require_safe
@public
def atom(request: HttpRequest, secret: str) -> HttpResponse:
    """Atom 1.0. Whoever has the address may read it, until it is closed."""
    with translation.override("zh-hans"):  # a reader's program is told the same, whatever it asks for
        feed = Atom1Feed(_("关注的新资源"), settings.LANTIAN_ADDRESS + reverse("follows_news"), "", language="zh-hans")
        for one in _news(secret):
            feed.add_item(
                one.resource.title,
                _address(one),
                one.resource.words,
                unique_id=f"urn:uuid:{one.resource.pk}",
                unique_id_is_permalink=False,
                pubdate=one.resource.published_at,
                updateddate=one.resource.published_at,
                author_name=str(one.resource.organization),
                categories=one.because,
            )
        answer = HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    answer["Cache-Control"] = KEPT
    return answer


@ungated
@require_safe
@public
def json_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """JSON Feed 1.1, as above."""
    with translation.override("zh-hans"):
        items: list[dict[str, Any]] = [
            {
                "id": f"urn:uuid:{one.resource.pk}",
                "url": _address(one),
                "title": one.resource.title,
                "content_text": one.resource.words,
                "date_published": one.resource.published_at,
                "authors": [{"name": str(one.resource.organization)}],
                "tags": list(one.because),
            }
            for one in _news(secret)
        ]
        said = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": _("关注的新资源"),
            "home_page_url": settings.LANTIAN_ADDRESS + reverse("follows_news"),
            "items": items,
        }
    answer = JsonResponse(said, content_type="application/feed+json")
    answer["Cache-Control"] = KEPT
    return answer
