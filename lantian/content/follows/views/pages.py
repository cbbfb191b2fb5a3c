"""What is new for one, what one follows, following more."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.content.follows import queries, services
from lantian.content.follows.errors import FollowError
from lantian.content.follows.forms import FollowForm
from lantian.content.resources import queries as resources
from lantian.content.resources.enums import ResourceState
from lantian.content.taxonomy import queries as taxonomy
from lantian.kernel.rules import Denied
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.people.roster.enums import Role


@never_cache
@require_safe
@guarded("follows.follow")
def news(request: HttpRequest) -> HttpResponse:
    """What is new since one looked last (as one said), and what one follows."""
    actor, now = acting(request), timezone.now()
    reader = queries.reader_of(actor)
    follows = list(queries.own_follows(actor))
    nodes = {row.node_id for row in follows if row.node_id}
    places = taxonomy.places_of(nodes) if nodes else {}
    found = queries.news_for(actor, reader.seen_at, now) if reader is not None and follows else []
    context: dict[str, Any] = {
        "news": found,
        "until": now.isoformat(),
        "reader": reader,
        "follows": [(row, queries.described(row, places)) for row in follows],
    }
    return render(request, "follows/news.html", context)


def _back(request: HttpRequest) -> str:
    asked = request.POST.get("next", "")
    known = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if asked.startswith("/") and known else reverse("follows_news")


@never_cache
@require_http_methods(["GET", "POST"])
@guarded("follows.follow")
def new(request: HttpRequest) -> HttpResponse:
    """Follow a sort of resources; or, from their pages, a node (`node`), a resource's author or unit (`resource`, `what`)."""
    actor = acting(request)
    named = _named(request)
    data = request.POST if request.method == "POST" and named is None else None
    form = FollowForm(data, worded=not actor.has_role(Role.STUDENT), initial=request.GET.dict())
    if named is not None or form.is_valid():
        try:
            services.follow(facts=named if named is not None else form.facts, by=actor)
        except FollowError as error:
            if named is None:
                form.add_error(None, str(error.message))
                return render(request, "follows/new.html", {"form": form})
            messages.info(request, str(error.message))
        except Denied as refused:
            messages.error(request, refused.words)
        else:
            messages.success(request, _("关注了。有新的，每天最多通知您一次。"))
        return redirect(_back(request))
    return render(request, "follows/new.html", {"form": form})


def _named(request: HttpRequest) -> dict[str, Any] | None:
    """What is meant by a thing that the actor sees; other things are not there."""
    actor, said = acting(request), request.POST
    if said.get("node"):
        return {"node": get_visible_or_404(taxonomy.nodes_visible_to(actor), pk=said["node"])}
    if said.get("resource"):
        rows = resources.resources_visible_to(actor).filter(state=ResourceState.PUBLISHED)
        found = get_visible_or_404(rows.select_related("author", "organization"), pk=said["resource"])
        if said.get("what") == "author" and found.author is not None:
            return {"author": found.author}
        if said.get("what") == "unit":
            return {"organization": found.organization}
        raise Http404
    return None


@never_cache
@require_POST
@guarded_by_object("follows.drop")
def drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Follow it no longer."""
    actor = acting(request)
    services.drop(get_visible_or_404(queries.own_follows(actor), pk=pk), by=actor)
    messages.success(request, _("不再关注了。"))
    return redirect(_back(request))


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:  # looks like one, and is in no calendar
        return None
    return found if found is not None and timezone.is_aware(found) else None


@never_cache
@require_POST
@guarded("follows.follow")
def act(request: HttpRequest) -> HttpResponse:
    """`act`: seen (up to `until`), daily, quiet, feed, close."""
    actor, asked = acting(request), request.POST.get("act", "")
    if asked == "seen":
        until = _moment(request.POST.get("until", ""))
        if until is not None:
            services.see_news(until=until, by=actor)
    elif asked in ("daily", "quiet"):
        services.set_daily(asked == "daily", by=actor)
    elif asked == "close":
        services.close_feed(by=actor)
        messages.success(request, _("RSS 地址已停用"))
    elif asked == "feed":
        secret = services.open_feed(by=actor)
        ways = [("Atom", "follows_atom"), ("JSON Feed", "follows_json")]
        addresses = [(words, request.build_absolute_uri(reverse(name, args=[secret]))) for words, name in ways]
        return render(request, "follows/feed.html", {"addresses": addresses})
    return redirect("follows_news")
