"""Every view says which rule lets one in. `tests/architecture` fails on a URL whose view does not."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from lantian.kernel.registry import Registry
from lantian.kernel.rules import ALLOW, ANONYMOUS, RULES, Actor, Verdict, deny, require, rule

M = TypeVar("M", bound=Model)
View = Callable[..., HttpResponseBase]

# Account kind -> function(request) -> Actor; the people floor fills it.
ACTOR_SOURCES: Registry[Callable[[HttpRequest], Actor]] = Registry("actor sources")

# Asked in order before every view of somebody signed in: a response (a redirect) keeps them at the gate, None lets them on.
GATES: Registry[Callable[[HttpRequest], HttpResponseBase | None]] = Registry("gates")


def actor_of(request: HttpRequest) -> Actor:
    """The actor behind a request: ANONYMOUS, or what the people floor makes of the signed-in account."""
    user = request.user
    if not user.is_authenticated:
        return ANONYMOUS
    source = ACTOR_SOURCES.get(str(getattr(user, "kind", "")))
    return source(request) if source else ANONYMOUS


def acting(request: HttpRequest) -> Actor:
    """The actor that the middleware worked out for this request."""
    return request.actor  # type: ignore[attr-defined,no-any-return]  # set by CurrentActor


@rule("web.open")
def may_open(actor: Actor) -> Verdict:
    """Pages for everyone."""
    return ALLOW


@rule("web.sign_in_first")
def may_enter(actor: Actor) -> Verdict:
    """Pages for everyone who is signed in; what they show is filtered by `visible_to`."""
    return deny(_("请先登录")) if actor.is_anonymous else ALLOW


def guarded(rule_name: str) -> Callable[[View], View]:
    """Let in whom the named rule allows. Strangers are sent to sign in; others get 403 with the reason.

    The rule is asked with the actor alone: rules about a particular object are asked by the service or by `visible_to`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor: Actor = request.actor  # type: ignore[attr-defined]
            if actor.is_anonymous and rule_name != "web.open":
                return redirect_to_login(request.get_full_path())
            require(RULES[rule_name], actor)
            return view(request, *args, **kwargs)

        inner.rule_name = rule_name  # type: ignore[attr-defined]
        return inner

    return decorate


def guarded_by_object(rule_name: str) -> Callable[[View], View]:
    """Mark a signed-in view whose rule is about the object it loads; the view itself calls `require` or a service that does."""

    def decorate(view: View) -> View:
        entered = signed_in(view)
        entered.rule_name = rule_name  # type: ignore[attr-defined]
        return entered

    return decorate


def public(view: View) -> View:
    """A page for everyone."""
    return guarded("web.open")(view)


def signed_in(view: View) -> View:
    """A page for everyone with an account."""
    return guarded("web.sign_in_first")(view)


def ungated(view: View) -> View:
    """Let no gate stand before a view: what the browser asks by itself for any page, and would take a redirect for a fault.

    Outermost, and only for what is the same for everybody.
    """
    view.ungated = True  # type: ignore[attr-defined]  # read by the middleware
    return view


def found_or_404(found: M | None) -> M:
    """What a query found among all that is visible (`visible_…(actor, pk)`); None does not exist, whether it is there or not."""
    if found is None:
        raise Http404
    return found


def get_visible_or_404(queryset: QuerySet[M], **lookup: Any) -> M:
    """The one object within what is visible; all else does not exist, whether it is there or not."""
    try:
        return queryset.get(**lookup)
    except (ObjectDoesNotExist, ValidationError, ValueError) as error:
        raise Http404 from error
