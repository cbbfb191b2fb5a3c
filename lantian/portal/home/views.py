"""The first pages: public home, open lessons, today, the week."""

from datetime import date, timedelta

from django.core.cache import caches
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lantian.kernel.rules import ANONYMOUS, Actor, check
from lantian.kernel.time.queries import week_of_term
from lantian.kernel.web import panels
from lantian.kernel.web.guards import public, signed_in
from lantian.kernel.web.shell import base_of
from lantian.people.roster.enums import Stage
from lantian.people.schedule.rules import may_plan_lesson
from lantian.portal.home.queries import days, front
from lantian.portal.home.queries.addresses import address
from lantian.portal.home.queries.cards import cards, plain, posters_of
from lantian.portal.home.queries.words import date_words, near_day, weekday_words

PAGE = 24
# Roles that have a week of their own to look through.
WITH_WEEK = frozenset({"student", "guardian", "teacher", "homeroom_teacher", "school_head", "school_it"})
OVER_KEPT_SECONDS = 300


def actor_of(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


# For everyone ------------------------------------------------------------------------------------------------------------


@require_safe
@public
def home(request: HttpRequest) -> HttpResponse:
    """What is on now, big; then what one can do without signing in."""
    context = {"body": _front(request.GET.get("stage", ""), known=not actor_of(request).is_anonymous)}
    return render(request, "home/home.html", context)


def _front(stage: str, *, known: bool) -> SafeString:
    """The page's body, the same for everybody: kept ready for a few seconds by language and stage."""
    stage = stage if stage in Stage.values else ""
    key = f"home.body.{get_language()}.{stage}.{known}"
    cache = caches["local"]
    body: str | None = cache.get(key)
    if body is None:
        found = front.front()
        stages = [("", _("全部"), reverse("home") + "#live")]
        stages += [(value, words, f"{reverse('home')}?stage={value}#live") for value, words in found.stages()]
        context = {
            "front": found,
            "live": found.live_in(stage),
            "stage": stage,
            "stages": stages,
            "known": known,
            "today": timezone.localdate(),
        }
        body = render_to_string("home/_front.html", context)
        cache.set(key, body, front.KEPT_SECONDS)
    return mark_safe(body)  # noqa: S308 - rendered just above, with escaping


@require_safe
@public
def open_lessons(request: HttpRequest) -> HttpResponse:
    """Open lessons: on the air, to come, to watch again; by stage, page by page."""
    kind = request.GET.get("kind", "")
    kinds = {"live": _("正在直播"), "coming": _("即将开始"), "replays": _("回放")}
    if kind not in kinds:
        kind = front.first_kind(timezone.now())
    stage = request.GET.get("stage", "")
    found = front.of_kind(kind, timezone.now())
    if stage in Stage.values:
        found = found.filter(stage=stage)
    else:
        stage = ""
    page = Paginator(plain(found), PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    posters = posters_of([row.pk for row in rows], ANONYMOUS)
    here = reverse("home_open")
    stages = [("", _("全部"))] + [(str(stage.value), str(stage.label)) for stage in Stage]
    context = {
        "base": base_of(request),
        "kind": kind,
        "stage": stage,
        "kinds": [
            (key, words, f"{here}?kind={key}" + (f"&stage={stage}" if stage else "")) for key, words in kinds.items()
        ],
        "stages": [(key, words, f"{here}?kind={kind}" + (f"&stage={key}" if key else "")) for key, words in stages],
        "lessons": cards(rows, posters=posters),
        "pages": page,
        "query": f"kind={kind}" + (f"&stage={stage}" if stage else ""),
    }
    return render(request, "home/open.html", context)


# For those signed in -------------------------------------------------------------------------------------------------------


@require_safe
@signed_in
def today(request: HttpRequest) -> HttpResponse:
    """Each role's first page: time line, to-dos, one figure."""
    actor = actor_of(request)
    if actor.is_screen:
        return redirect("live_screen")
    now = timezone.now()
    day = timezone.localdate(now)
    context = {
        "actor": actor,
        "over": over_words(day),
        "day": days.day_of(actor, day, now),
        "looks_on": actor.role in days.LOOKING_ON,
        "lessons_url": address("schedule_lessons"),
        "week_url": address("schedule_week") if actor.role in WITH_WEEK else "",
        "plan_url": address("schedule_lesson_plan") if check(may_plan_lesson, actor) else "",
        "todos": [(todo, *due_words(todo.due, day)) for todo in panels.todos_for(actor, day)],
        "figure": panels.figure_for(actor, day),
        "day_cards": panels.day_cards_for(actor, day),
    }
    return render(request, "home/today.html", context)


def over_words(day: date) -> str:
    """11月23日 星期一 · 第13周; without the week between terms. The same for everybody: kept for some minutes."""
    key = f"home.over.{get_language()}.{day}"
    cache = caches["local"]
    words: str | None = cache.get(key)
    if words is None:
        week = week_of_term(day)
        words = _("%(date)s %(weekday)s") % {"date": date_words(day), "weekday": weekday_words(day)}
        words += f" · {_('第 %(week)s 周') % {'week': week}}" if week else ""
        cache.set(key, words, OVER_KEPT_SECONDS)
    return words


def due_words(due: date | None, day: date) -> tuple[str, str]:
    """A word for the date and the tone of its badge."""
    if due is None:
        return "", "neutral"
    tone = "error" if due <= day else "warn" if due <= day + timedelta(days=3) else "neutral"
    return near_day(due, day), tone
