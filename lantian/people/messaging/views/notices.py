"""Notices that one writes: the list, a new one, and how far its recipients are."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.rules import Denied, check, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once
from lantian.people.messaging import queries, rules, services
from lantian.people.messaging.engine.audience import Audience
from lantian.people.messaging.enums import UNDER_WAY, Category, NoticeState, Standing
from lantian.people.messaging.errors import MessagingError
from lantian.people.messaging.forms import NoticeForm
from lantian.people.messaging.models import Notice, Receipt

TONES = {
    NoticeState.WAITING: "info",
    NoticeState.SENDING: "info",
    NoticeState.SENT: "ok",
    NoticeState.STOPPED: "warn",
    NoticeState.WITHDRAWN: "neutral",
}


class NoticeList(ListPage[Notice]):
    key = "notices"
    title = gettext_lazy("发出的通知")
    search_hint = gettext_lazy("标题或内容")
    search = ("title", "body")
    columns = (
        Column(
            "title",
            gettext_lazy("标题"),
            primary=True,
            link=lambda notice: reverse("messaging_notice", args=[notice.pk]),
        ),
        Column(
            "state",
            gettext_lazy("状态"),
            kind="badge",
            value=lambda notice: notice.get_state_display(),
            tone=lambda notice: TONES[NoticeState(notice.state)],
        ),
        Column("category", gettext_lazy("类别"), value=lambda notice: notice.get_category_display()),
        Column("recipients", gettext_lazy("收到"), kind="number"),
        Column("sender", gettext_lazy("发出人"), value="sender.name"),
        Column("at", gettext_lazy("时间"), value="created_at", kind="datetime", sort="created_at"),
    )
    filters = (Filter("category", gettext_lazy("类别"), Category.choices),)
    order = "-at"
    empty_icon = "send"
    empty_title = gettext_lazy("还没有发过通知")
    empty_text = gettext_lazy("写一条通知，看得到谁读过、谁确认了。")


@require_safe
@guarded("messaging.send_notice")
def notices(request: HttpRequest) -> HttpResponse:
    """What one has sent, and what was sent in the name of one's units."""
    rows = queries.notices_visible_to(acting(request)).select_related("sender")
    return NoticeList(request, rows).respond("messaging/notices.html")


@never_cache
@require_http_methods(["GET", "POST"])
@guarded("messaging.send_notice")
@once
def notice_new(request: HttpRequest) -> HttpResponse:
    """Write one; before it goes out, whom it reaches is shown. `?to=class:<id>` begins with a class or unit."""
    actor = acting(request)
    asked = request.GET.get("to", "")
    form = NoticeForm(request.POST or None, actor=actor, asked=asked)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid() and not request.POST.get("change"):
        try:
            require(rules.may_send_notice, actor, form.audience)
            if request.POST.get("sure"):
                notice = services.send_notice(**form.said, by=actor)
                messages.success(request, _("通知已发出。"))
                return redirect("messaging_notice", notice.pk)
        except Denied as refused:
            form.add_error("where", refused.words)
        except MessagingError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            return _before_sending(request, form)
    return render(request, "messaging/notice_new.html", context)


def _before_sending(request: HttpRequest, form: NoticeForm) -> HttpResponse:
    audience = form.audience
    context = {
        "form": form,
        "said": form.said,
        "category": Category(form.cleaned_data["category"]).label,
        "audience": queries.audience_words(audience),
        "count": queries.count_recipients(audience, without=acting(request).person_id),
        "posted": [(key, value) for key in form.fields for value in request.POST.getlist(key)],
    }
    return render(request, "messaging/notice_sure.html", context)


def _found(request: HttpRequest, pk: UUID) -> Notice:
    rows = queries.notices_visible_to(acting(request)).select_related("sender", "organization")
    return get_visible_or_404(rows, pk=pk)


@never_cache
@require_safe
@guarded_by_object("messaging.view_notice")
def notice(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was said, how far the sending is (`?part=progress`), and who has read it, by class or unit."""
    found = _found(request, pk)
    under_way = found.state in UNDER_WAY
    context = {"notice": found, "under_way": under_way}
    if request.GET.get("part") == "progress":
        if under_way:
            return render(request, "messaging/_progress.html", context)
        return HttpResponse(headers={"HX-Refresh": "true"})
    reach = queries.reach_of(found)
    context |= {
        "tone": TONES[NoticeState(found.state)],
        "audience": queries.audience_words(Audience.read(found.audience)),
        "reach": reach,
        "places": queries.reach_by_place(found),
        "may": bool(check(rules.may_manage_notice, acting(request), found)),
        "may_remind": found.state == NoticeState.SENT and found.reminders < services.MOST_REMINDERS,
        "unread": reach.all - reach.read,
        "withdrawn": found.state == NoticeState.WITHDRAWN,
    }
    return render(request, "messaging/notice.html", context)


@require_POST
@guarded_by_object("messaging.manage_notice")
def notice_act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Remind, stop, withdraw."""
    actor, found, do = acting(request), _found(request, pk), request.POST.get("do", "")
    try:
        if do == "remind":
            count = services.remind(found, by=actor)
            words = ngettext("已提醒 %(n)d 人。", "已提醒 %(n)d 人。", count) % {"n": count}
            messages.success(request, words)
        elif do == "stop":
            services.stop_sending(found, by=actor)
            messages.info(request, _("发完手上的一批就停止，已收到的保留。"))
        elif do == "withdraw":
            services.withdraw_notice(found, by=actor)
            messages.success(request, _("通知已撤回，收件人看不到了。"))
    except MessagingError as error:
        messages.error(request, str(error.message))
    return redirect("messaging_notice", pk)


class Recipients(ListPage[Receipt]):
    key = "recipients"
    title = gettext_lazy("收件人")
    unit = gettext_lazy("人")
    search = ("person__name",)
    search_hint = gettext_lazy("姓名")
    columns = (
        Column("name", gettext_lazy("姓名"), value="person.name", primary=True, sort="person__sort_key"),
        Column(
            "state",
            gettext_lazy("状态"),
            kind="badge",
            value=lambda row: Standing(_standing(row)).label,
            tone=lambda row: {"unread": "warn", "read": "info", "confirmed": "ok"}[_standing(row)],
        ),
        Column("read", gettext_lazy("读过"), value="read_at", kind="datetime", sort="read_at"),
        Column(
            "confirmed", gettext_lazy("确认"), value="confirmed_at", kind="datetime", sort="confirmed_at", optional=True
        ),
        Column(
            "account",
            gettext_lazy("账号"),
            value=lambda row: "" if row.person.account_id else _("还没有账号"),
            optional=True,
        ),
    )
    filters = (
        Filter(
            "state",
            gettext_lazy("状态"),
            Standing.choices,
            apply=lambda rows, value: rows.filter(**queries.standing_q(value)),
        ),
    )
    order = "name"


def _standing(receipt: Receipt) -> str:
    return "confirmed" if receipt.confirmed_at else "read" if receipt.read_at else "unread"


@never_cache
@require_safe
@guarded_by_object("messaging.view_notice")
def recipients(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who has read and confirmed it, as far as one may see their names; `?place=<id>`: of one class or unit. May be taken out as
    a file, with a watermark."""
    found = _found(request, pk)
    rows, told = queries.recipients_of(found, acting(request)), found.receipts.all()
    place = None
    if request.GET.get("place"):
        places = {str(each.id): each for each in queries.reach_by_place(found)}
        place = places.get(request.GET["place"])
        rows, told = (each.filter(places__contains=[place.id]) if place else each.none() for each in (rows, told))
    context = {"notice": found, "place": place, "nameless": told.count() - rows.count()}
    return Recipients(request, rows).respond("messaging/recipients.html", context)
