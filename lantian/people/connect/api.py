"""What software speaks to: OpenID Connect discovery, tokens for itself and of people, who somebody is, giving tokens back.

One OAuth server for both kinds of client. allauth answers; `services` refuse beforehand what it does not look at.
"""

from allauth.idp.oidc import views as oidc
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.web.guards import public
from lantian.people.connect import services


@require_safe
@public
def configuration(request: HttpRequest) -> HttpResponse:
    """OpenID Connect Discovery 1.0."""
    response = JsonResponse(services.metadata(request))
    response["Access-Control-Allow-Origin"] = "*"
    return response


@never_cache
@csrf_exempt
@require_POST
@public
def token(request: HttpRequest) -> HttpResponse:
    """A token for a code, a refresh token, or a client's own secret."""
    with transaction.atomic():
        return services.give_token(request)


@never_cache
@csrf_exempt
@require_POST
@public
def revoke(request: HttpRequest) -> HttpResponse:
    """RFC 7009."""
    answer: HttpResponse = services.refuse_revocation(request) or oidc.revoke(request)
    return answer


@never_cache
@csrf_exempt
@require_http_methods(["GET", "POST"])
@public
def userinfo(request: HttpRequest) -> HttpResponse:
    """What the token's scopes say of the person."""
    answer: HttpResponse = services.refuse_userinfo(request) or oidc.user_info(request)
    return answer
