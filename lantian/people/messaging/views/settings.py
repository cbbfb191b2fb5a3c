"""How one wants to be told, and the pages that mails lead to."""

import json
from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.web.guards import acting, guarded, public
from lantian.people.identity.engine.devices import describe
from lantian.people.messaging import queries, services
from lantian.people.messaging.enums import DEVICE_COOKIE
from lantian.people.messaging.errors import LinkSpent, MessagingError, TooManyLetters
from lantian.people.messaging.forms import MailForm, PreferenceForm

KEPT_S = 400 * 24 * 3600  # as long as browsers keep a cookie at most


@never_cache
@require_http_methods(["GET", "POST"])
@guarded("messaging.set_preferences")
def settings(request: HttpRequest) -> HttpResponse:
    """By category and channel, hours of rest, digest; the address for mail; browsers that are reminded."""
    actor = acting(request)
    assert actor.person_id is not None  # the rule asked for it
    wish, here = queries.preference_of(actor.person_id), services.channels_here()
    form = PreferenceForm(request.POST if request.POST.get("do") == "save" else None, preference=wish, channels=here)
    if request.method == "POST" and form.is_bound and form.is_valid():
        services.set_preferences(**form.chosen, by=actor)
        messages.success(request, _("已保存，从下一条消息起生效。"))
        return redirect("messaging_settings")
    mail = MailForm(request.POST if request.POST.get("do") == "mail" else None)
    if request.method == "POST" and mail.is_bound and mail.is_valid():
        try:
            if mail.cleaned_data["mail"] and not ratelimit.consume(request, action="confirm_mail", user=request.user):
                raise TooManyLetters
            services.set_mail(mail.cleaned_data["mail"], by=actor)
        except MessagingError as error:
            mail.add_error("mail", str(error.message))
        else:
            messages.success(request, _("请到邮箱里打开确认链接。") if mail.cleaned_data["mail"] else _("邮箱已删除。"))
            return redirect("messaging_settings")
    context = {
        "form": form,
        "mail": mail,
        "wish": wish,
        "channels": here,
        "push_key": services.push_key() if "push" in here else "",
        "devices": queries.devices_of(actor.person_id),
    }
    return render(request, "messaging/settings.html", context)


@require_POST
@guarded("messaging.set_preferences")
def device_drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A browser takes no more messages."""
    services.drop_device(pk=pk, by=acting(request))
    messages.success(request, _("这台设备不再提醒。"))
    return redirect("messaging_settings")


@require_POST
@guarded("messaging.set_preferences")
def device(request: HttpRequest) -> JsonResponse:
    """What a browser says when it begins (or, with `end`, ceases) to take messages: its PushSubscription as JSON."""
    try:
        told: dict[str, Any] = json.loads(request.body[:8000])
        endpoint, keys = str(told["endpoint"]), told.get("keys") or {}
        if told.get("end"):
            return JsonResponse({"dropped": services.drop_device(endpoint=endpoint, by=acting(request))})
        row = services.add_device(
            endpoint=endpoint,
            key=str(keys.get("p256dh", "")),
            secret=str(keys.get("auth", "")),
            device=describe(request.headers.get("User-Agent", "")),
            language=get_language() or "",
            by=acting(request),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return JsonResponse({"error": "bad request"}, status=400)
    except MessagingError as error:
        return JsonResponse({"error": str(error.message)}, status=400)
    answer = JsonResponse({"id": str(row.pk)})
    # so that it is known when somebody else sits down at this browser
    answer.set_signed_cookie(
        DEVICE_COOKIE, str(row.pk), max_age=KEPT_S, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return answer


@never_cache
@require_safe
@public
def mail_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the mail that confirms an address; whoever can read that mailbox may open it, signed in or not."""
    try:
        services.confirm_mail(token)
    except LinkSpent as error:
        return render(request, "messaging/mail.html", {"title": _("链接已失效"), "text": error.message}, status=410)
    return render(
        request, "messaging/mail.html", {"title": _("邮箱已确认"), "text": _("以后的消息会按您的设置发到这个邮箱。")}
    )


@csrf_exempt  # RFC 8058: mail programs post here by themselves; the token in the address is the proof
@never_cache
@require_http_methods(["GET", "POST"])
@public
def mail_unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The link under every mail: a page that asks once, or a mail program's own click (POST)."""
    if request.method == "POST":
        if not services.unsubscribe(token):
            return render(request, "messaging/mail.html", {"title": _("链接已失效"), "text": ""}, status=410)
        title, text = _("不再发邮件"), _("邮箱已从平台删除。消息仍在平台的“消息”里。")
        return render(request, "messaging/mail.html", {"title": title, "text": text})
    title, text = _("不再接收邮件？"), _("平台会删除这个邮箱。消息仍在平台的“消息”里，以后可以再设置。")
    return render(request, "messaging/mail.html", {"title": title, "text": text, "ask": True})
