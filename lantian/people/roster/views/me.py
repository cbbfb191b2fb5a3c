"""One's own page, and acting in another of one's roles."""

from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lantian.kernel.rules import require
from lantian.kernel.web.guards import acting, guarded, signed_in
from lantian.people.identity import queries as identity
from lantian.people.identity.services import upstream
from lantian.people.roster import queries
from lantian.people.roster.engine.codes.masks import mask_phone
from lantian.people.roster.models import Person
from lantian.people.roster.rules import may_switch_role
from lantian.people.roster.views.people import readable

if TYPE_CHECKING:
    from lantian.people.identity.models import Account


@never_cache
@require_safe
@signed_in
def me(request: HttpRequest) -> HttpResponse:
    """Who one is here, one's roles, and how one signs in."""
    actor, account = acting(request), cast("Account", request.user)
    person = Person.objects.filter(pk=actor.person_id).first() if actor.person_id else None
    context = {
        "account": account,
        "person": person,
        "phone": readable(person, "phone", mask_phone) if person else "",
        "login_names": list(account.login_names.order_by("kind")),
        "sessions": len(identity.sessions_of(account)),
        "has_second_factor": identity.has_second_factor(account),
        "grants": [(grant, queries.role_name(grant.role)) for grant in actor.grants],
        "wards": list(queries.wards_of(person)) if person else [],
        "upstream": upstream.configured(),
        "own_links": [link for source in queries.OWN_LINKS if (link := source(actor))],
    }
    return render(request, "roster/me.html", context)


@require_POST
@guarded("web.sign_in_first")
def switch_role(request: HttpRequest) -> HttpResponse:
    """Act in another of one's own roles from now on, in this session."""
    wanted = request.POST.get("grant", "")
    try:
        grant_id: UUID | None = UUID(wanted)
    except ValueError:
        grant_id = None
    require(may_switch_role, acting(request), grant_id)
    request.session[queries.ACTING_AS] = str(grant_id)
    target = request.POST.get("next", "")
    good = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if good else "/_/enter")
