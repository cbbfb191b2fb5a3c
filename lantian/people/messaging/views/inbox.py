"""What one has been told: the list, one message, and what is done with it."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lantian.kernel.web.guards import acting, get_visible_or_404, guarded_by_object, signed_in
from lantian.kernel.web.lists import Column, Filter, ListPage, picked
from lantian.people.messaging import queries, rules, services
from lantian.people.messaging.enums import Category, Urgency
from lantian.people.messaging.errors import MessagingError
from lantian.people.messaging.models import Receipt
from lantian.people.roster import queries as roster


def sender_words(receipt: Receipt) -> str:
    """From whom: the person and in whose name; of what the platform itself says, its name."""
    notice = receipt.notice
    if notice.sender is None:
        return _("系统")
    return f"{notice.sender.name} · {notice.organization}" if notice.organization else notice.sender.name


def state_of(receipt: Receipt) -> str:
    notice = receipt.notice
    if receipt.read_at is None:
        return _("未读")
    if notice.needs_confirmation and receipt.confirmed_at is None:
        return _("待确认")
    return _("已确认") if receipt.confirmed_at else _("已读")


def tone_of(receipt: Receipt) -> str:
    if receipt.read_at is None:
        return "error" if receipt.notice.urgency == Urgency.URGENT else "info"
    return "warn" if receipt.notice.needs_confirmation and receipt.confirmed_at is None else "neutral"


class Inbox(ListPage[Receipt]):
    key = "inbox"
    title = gettext_lazy("消息")
    search_hint = gettext_lazy("标题或内容")
    search = ("notice__title", "notice__body")
    columns = (
        Column(
            "title",
            gettext_lazy("标题"),
            value=lambda row: queries.words_of(row.notice).title,
            primary=True,
            link=lambda row: reverse("messaging_message", args=[row.notice_id]),
        ),
        Column("state", gettext_lazy("状态"), kind="badge", value=state_of, tone=tone_of),
        Column(
            "about", gettext_lazy("关于"), value=lambda row: _("、").join(getattr(row, "children", ())), optional=True
        ),
        Column("category", gettext_lazy("类别"), value=lambda row: row.notice.get_category_display(), plain=True),
        Column("sender", gettext_lazy("来自"), value=sender_words, plain=True),
        Column("at", gettext_lazy("时间"), kind="datetime", sort="at", plain=True),
    )
    filters = (
        Filter(
            "state",
            gettext_lazy("状态"),
            (("unread", gettext_lazy("未读")), ("open", gettext_lazy("待确认"))),
            apply=lambda rows, value: (
                rows.filter(read_at__isnull=True) if value == "unread" else rows.filter(**queries.OPEN)
            ),
        ),
        Filter("category", gettext_lazy("类别"), Category.choices, apply="notice__category"),
    )
    order = "-at"
    exportable = False
    bulk = True
    empty_icon = "bell"
    empty_title = gettext_lazy("没有消息")
    empty_text = gettext_lazy("调课、通知和要您办的事，会出现在这里。")

    def _slice(self, number: int, length: int) -> list[Receipt]:
        found, person = super()._slice(number, length), self.actor.person_id
        if person is not None and any(grant.role == "guardian" for grant in self.actor.grants):
            children = queries.children_concerned(person, found)
            for receipt in found:
                receipt.children = children.get(receipt.pk, [])  # type: ignore[attr-defined]  # for the column
        return found

    def is_settled(self, each: Receipt) -> bool:
        return tone_of(each) == "neutral"


class Archive(Inbox):
    """What was put away."""

    empty_icon = "archive"
    empty_title = gettext_lazy("没有归档的消息")
    empty_text = gettext_lazy("在消息里点“归档”，收起来的就在这里。")


@never_cache
@require_safe
@signed_in
def inbox(request: HttpRequest) -> HttpResponse:
    """All that one was told, the newest first; `?archive=1`: what was put away."""
    archived = request.GET.get("archive") == "1"
    actor = acting(request)
    rows = queries.inbox_of(actor).filter(archived_at__isnull=not archived)
    context = {"archived": archived, "may_set": bool(rules.may_set_preferences(actor))}
    return (Archive if archived else Inbox)(request, rows).respond("messaging/inbox.html", context)


@require_POST
@signed_in
def inbox_act(request: HttpRequest) -> HttpResponse:
    """Mark all read, or act on those picked: read, archive, bring back."""
    actor, do = acting(request), request.POST.get("do", "")
    if do == "read_all":
        count = services.mark_read(by=actor)
    else:
        ids = list(_meant(request).order_by().values_list("pk", flat=True))
        act = {"read": services.mark_read, "archive": services.archive, "back": services.bring_back}.get(do)
        count = act(ids, by=actor) if act else 0
    messages.success(request, ngettext("已处理 %(n)d 条消息。", "已处理 %(n)d 条消息。", count) % {"n": count})
    return redirect("messaging_inbox")


def _meant(request: HttpRequest) -> QuerySet[Receipt]:
    """The rows picked in the list, or all that it was narrowed to."""
    rows = queries.inbox_of(acting(request))
    if not request.POST.get("whole"):
        return picked(request, rows)
    asked = QueryDict(request.POST.get("query", "")[:1000])
    away = request.POST.get("do") == "back"
    return Inbox(request, rows.filter(archived_at__isnull=not away), asked).everything


def _found(request: HttpRequest, pk: UUID) -> Receipt:
    return get_visible_or_404(queries.inbox_of(acting(request)), notice=pk)


@never_cache
@require_safe
@guarded_by_object("messaging.view_receipt")
def message(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One message; opening it is reading it."""
    actor, receipt = acting(request), _found(request, pk)
    if request.method == "GET":
        services.open_receipt(receipt, by=actor)
    notice = receipt.notice
    context = {
        "receipt": receipt,
        "notice": notice,
        "words": queries.words_of(notice),
        "sender": sender_words(receipt),
        "sender_role": roster.role_name(notice.sender_role) if notice.sender_role else "",
        "children": queries.children_concerned(receipt.person_id, [receipt]).get(receipt.pk, []),
        "open": notice.needs_confirmation and receipt.confirmed_at is None,
    }
    return render(request, "messaging/message.html", context)


@require_POST
@guarded_by_object("messaging.view_receipt")
def message_act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirm, put away, or bring back."""
    actor, receipt, do = acting(request), _found(request, pk), request.POST.get("do", "")
    if do == "confirm":
        try:
            services.confirm_receipt(receipt, by=actor)
        except MessagingError as error:
            messages.error(request, str(error.message))
        else:
            messages.success(request, _("已告诉对方您收到了。"))
        return redirect("messaging_message", pk)
    if do == "back":
        services.bring_back([receipt.pk], by=actor)
    else:
        services.archive([receipt.pk], by=actor)
    return redirect("messaging_inbox")
