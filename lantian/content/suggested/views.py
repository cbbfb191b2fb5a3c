"""What is suggested to one, with why; what one says to it."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lantian.content.resources import queries as resources
from lantian.content.suggested import queries, services
from lantian.content.suggested.errors import SuggestedError
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded

ON_TODAY = 3


@never_cache
@require_safe
@guarded("suggested.see")
def suggestions(request: HttpRequest) -> HttpResponse:
    """All of them, what one hid, and whether what one uses counts."""
    actor = acting(request)
    context = {
        "found": queries.suggestions_for(actor, queries.IN_LIST),
        "hidden": list(queries.hidden_by(actor)[:50]),
        "plain": queries.is_plain(actor),
    }
    return render(request, "suggested/all.html", context)


@never_cache
@require_safe
@guarded("suggested.see")
def card(request: HttpRequest) -> HttpResponse:
    """The inside of the card of the first page."""
    # the page that it is shown on is of an app above
    asked = urlsplit(request.headers.get("HX-Current-URL", "")).path
    context = {"found": queries.suggestions_for(acting(request), ON_TODAY), "back": asked}
    return render(request, "suggested/_card.html", context)


def _back(request: HttpRequest) -> str:
    asked = request.POST.get("next", "")
    known = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if known and asked.startswith("/") else reverse("suggested_list")


@never_cache
@require_POST
@guarded("suggested.hide")
def act(request: HttpRequest) -> HttpResponse:
    """`act`: hide, show (with `resource`), plain, personal."""
    actor, asked = acting(request), request.POST.get("act", "")
    try:
        if asked in ("hide", "show"):
            rows = resources.resources_visible_to(actor)
            found = get_visible_or_404(rows, pk=request.POST.get("resource", ""))
            if asked == "hide":
                services.hide(found, by=actor)
                messages.success(request, _("不再推荐它。在“给您的推荐”里可以恢复。"))
            else:
                services.show_again(found, by=actor)
                messages.success(request, _("恢复了。"))
        elif asked == "plain":
            services.be_plain(by=actor)
            messages.success(request, _("不再按您用过的资源推荐，记下的已经删除。"))
        elif asked == "personal":
            services.be_personal(by=actor)
            messages.success(request, _("从现在起，您用过的资源又算数了。"))
    except SuggestedError as error:
        messages.error(request, str(error.message))
    return redirect(_back(request))
