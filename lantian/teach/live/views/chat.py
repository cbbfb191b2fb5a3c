"""What was written in a lesson, for its sending side; and the words that may not be."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.rules import require
from lantian.kernel.web.guards import get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once
from lantian.people.roster import queries as roster
from lantian.teach.live import queries, rules, services
from lantian.teach.live.engine.words import default_words
from lantian.teach.live.errors import TooManyWords
from lantian.teach.live.forms import WordsForm
from lantian.teach.live.models import LessonEvent
from lantian.teach.live.views.found import actor_of, visible_lesson

if TYPE_CHECKING:
    from lantian.kernel.rules import Actor
    from lantian.people.roster.models import Organization

STATES = (("hidden", lazy("被隐藏")), ("reported", lazy("被举报")))


def _state(row: Any) -> str:
    if row.hidden:
        return _("被隐藏")
    return _("被举报 %(n)s 次") % {"n": row.reports} if row.reports else ""


class Said(ListPage[LessonEvent]):
    """All that was written in the chat of one lesson."""

    key = "chat"
    title = lazy("讨论记录")
    columns = (
        Column("text", lazy("发言"), value=lambda row: row.data.get("text") or "—", primary=True),
        Column("name", lazy("姓名"), value=lambda row: row.name or "—"),
        Column("school", lazy("学校"), value="school"),
        Column("at", lazy("时间"), value="happened_at", kind="datetime", sort="happened_at"),
        Column("state", lazy("状态"), value=_state, kind="badge", tone=lambda _row: "warn"),
    )
    filters = (Filter("state", lazy("状态"), STATES, apply=queries.chat_in_state),)
    search = ("data__text", "name", "school")
    search_hint = lazy("内容、姓名或学校")
    order = "at"
    empty_icon = "message-circle"
    empty_title = lazy("这节课没有人在讨论区发言")
    empty_text = lazy("老师打开讨论区以后，学生和助教才能发言。")


@require_safe
@guarded_by_object("live.read_chat")
def chat(request: HttpRequest, lesson_id: UUID) -> HttpResponseBase:
    """What was written, what was hidden among it, by whom and how often reported."""
    lesson = visible_lesson(request, lesson_id)
    require(rules.may_read_chat, actor_of(request), lesson)
    return Said(request, queries.chat_of(lesson)).respond("live/chat.html", {"lesson": lesson})


def _own_unit(actor: "Actor") -> "Organization":
    own = actor.grant.organization_id if actor.grant else None
    return get_visible_or_404(roster.organizations_visible_to(actor), pk=own)


@require_http_methods(["GET", "POST"])
@guarded("live.keep_words")
@once
def words(request: HttpRequest) -> HttpResponse:
    """One's own unit's words, and those that hold for it anyway."""
    actor = actor_of(request)
    unit = _own_unit(actor)
    form = WordsForm(request.POST or None)
    if form.is_valid():
        try:
            made = services.add_chat_words(unit, words=form.cleaned_data["words"], by=actor)
        except TooManyWords as error:
            form.add_error("words", str(error.message))
        else:
            messages.success(request, _("加了 %(n)s 个词，半分钟内对正在上的课生效。") % {"n": len(made)})
            return redirect(reverse("live_words"))
    context = {
        "unit": unit,
        "form": form,
        "words": queries.chat_words_of(unit),
        "above": queries.chat_words_above(unit),
        "default_count": len(default_words()),
    }
    return render(request, "live/words.html", context, status=422 if form.errors else 200)


@require_POST
@guarded_by_object("live.keep_words")
def remove_word(request: HttpRequest, word_id: UUID) -> HttpResponse:
    """Take one off the own unit's list."""
    actor = actor_of(request)
    require(rules.may_keep_words, actor)
    word = get_visible_or_404(queries.chat_words_of(_own_unit(actor)), pk=word_id)
    services.remove_chat_word(word, by=actor)
    messages.success(request, _("已从名单里去掉"))
    return redirect("live_words")
