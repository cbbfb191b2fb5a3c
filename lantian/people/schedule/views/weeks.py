"""The week of a teacher or a class, one day of it changed, and its address for calendar programs."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.rules import Actor, check, require
from lantian.kernel.time.queries import week_of_term
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object, signed_in
from lantian.kernel.web.once import once
from lantian.people.roster import queries as roster
from lantian.people.schedule import queries, rules, services
from lantian.people.schedule.engine.ical import Appointment, calendar
from lantian.people.schedule.enums import LessonState
from lantian.people.schedule.errors import ScheduleError
from lantian.people.schedule.forms import ChangeForm
from lantian.people.schedule.models import Lesson, TimetableEntry
from lantian.people.schedule.queries import Held

if TYPE_CHECKING:
    from lantian.people.roster.models import ClassGroup

FAR = timedelta(days=3660)
FEED_BACK, FEED_AHEAD = timedelta(days=14), timedelta(days=60)


@dataclass
class Item:
    """What stands in one period of one day."""

    starts_at: datetime | None
    time: str
    title: str
    note: str
    number: int | None = None
    url: str = ""
    change_url: str = ""
    state: str = ""  # "now" or "done": how it is drawn
    badge: str = ""
    tone: str = ""
    cancelled: bool = False


@dataclass
class Day:
    date: date
    today: bool
    items: list[Item] = field(default_factory=list)


def _monday(request: HttpRequest) -> date:
    """The Monday of the week in the address; nonsense and far-off years mean this week."""
    today = timezone.localdate()
    try:
        day = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        day = today
    if abs(day - today) > FAR:
        day = today
    return day - timedelta(days=day.weekday())


def _class_asked(request: HttpRequest, actor: Actor) -> "ClassGroup | None":
    """The class in the address; else a pupil's, guardian's or screen's own. None: the actor's own week as a teacher."""
    visible = roster.class_groups_visible_to(actor).select_related("organization")
    asked = request.GET.get("class", "")
    if asked:
        return get_visible_or_404(visible, pk=asked)
    if actor.has_role(*queries.TEACHING_ROLES) and actor.person_id:
        return None
    own = visible.filter(pk__in=actor.class_group_ids) if actor.class_group_ids else visible.filter(is_active=True)
    return own.order_by("organization__sort_key", "grade", "number").first()


@require_safe
@signed_in
def week(request: HttpRequest) -> HttpResponse:
    """The days of a week: a teacher's own, or those of a class, with what it receives from other schools."""
    actor, monday = acting(request), _monday(request)
    if actor.has_role("officer") and not request.GET.get("class"):
        return redirect("schedule_timetables")
    group = _class_asked(request, actor)
    manages = group is not None and bool(check(rules.may_manage_timetable, actor, group.organization))
    days = _days_of(actor, group, monday, manages=manages)
    number = week_of_term(monday, path=str(group.organization.path) if group else "")
    context = {
        "group": group,
        "days": [day for day in days if day.items or day.date.weekday() < 5],
        "number": number,
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "classes": _classes(actor, group),
        "manages": manages,
        "may_subscribe": bool(check(rules.may_subscribe, actor, group)),
        "subscribed": queries.has_feed(actor.account_id, group.pk if group else None),
    }
    return render(request, "schedule/week.html", context)


def _classes(actor: Actor, group: "ClassGroup | None") -> "list[ClassGroup]":
    """What the chooser offers: one's own classes; for those who administer a school, its classes."""
    visible = roster.class_groups_visible_to(actor).filter(is_active=True)
    if group is not None and actor.administers(group.organization.path):
        visible = visible.filter(organization=group.organization_id)
    else:
        visible = visible.filter(pk__in=actor.class_group_ids)
    return list(visible.select_related("organization").order_by("grade", "number")[:120])


def _days_of(actor: Actor, group: "ClassGroup | None", monday: date, *, manages: bool) -> list[Day]:
    """The periods of the timetable and the lessons, each once: a lesson made from a period stands in its place."""
    today, sunday = timezone.localdate(), monday + timedelta(days=6)
    days = [Day(monday + timedelta(days=offset), monday + timedelta(days=offset) == today) for offset in range(7)]
    begins, _end = queries.day_bounds(monday)
    rows: list[Held] = []
    lessons: list[Lesson] = []
    if group is not None:
        rows = queries.held(queries.entries_of_class(group.pk), monday, sunday)
        lessons = list(queries.lessons_of_class(group.pk, begins, begins + timedelta(days=7)))
    elif actor.person_id:
        rows = queries.held_by_teacher(actor.person_id, monday, sunday)
        lessons = list(queries.lessons_of_teacher(actor.person_id, begins, begins + timedelta(days=7)))
    for row in rows:
        lesson = next((lesson for lesson in lessons if _is_of(lesson, row)), None)
        if lesson is not None:
            lessons.remove(lesson)
        days[row.day.weekday()].items.append(_period(row, lesson, of_class=group is not None, manages=manages))
    for lesson in lessons:
        days[timezone.localtime(lesson.starts_at).weekday()].items.append(_lesson(lesson, group))
    for day in days:
        day.items.sort(key=lambda item: (item.starts_at is None, item.starts_at or 0, item.number or 0))
    return days


def _is_of(lesson: Lesson, row: Held) -> bool:
    """Whether a lesson was made from this period, or planned by hand for the same subject at its time."""
    if lesson.entry_id:
        return lesson.entry_id == row.entry.pk and lesson.entry_day == row.for_day
    return lesson.starts_at == row.starts_at and lesson.subject == row.entry.subject


def _period(row: Held, lesson: Lesson | None, *, of_class: bool, manages: bool) -> Item:
    entry = row.entry
    who = row.teacher_name if of_class else str(entry.class_group)
    item = Item(
        starts_at=row.starts_at,
        time=_span(row.starts_at, row.ends_at),
        title=str(entry.get_subject_display()),
        note=" · ".join(part for part in (who, entry.room.name if entry.room else "") if part),
        number=row.period_no,
        change_url=reverse("schedule_change_day", args=[entry.pk, row.for_day]) if manages else "",
        cancelled=row.cancelled,
    )
    if row.change is not None:
        item.badge, item.tone = str(row.change.get_kind_display()), "warn" if row.cancelled else "info"
    if lesson is not None:
        item.url = queries.lesson_url(lesson)
        if lesson.title != item.title:
            item.note = f"{lesson.title} · {item.note}" if item.note else lesson.title
        if of_class and lesson.class_group_id != entry.class_group_id:
            item.badge, item.tone = _("接收直播"), "info"
        _show_state(item, lesson)
    elif row.ends_at is not None and row.ends_at <= timezone.now():
        item.state = "done"
    return item


def _lesson(lesson: Lesson, group: "ClassGroup | None") -> Item:
    """A lesson that stands in no period of the timetable shown: planned by hand, or received from another school."""
    received = group is not None and lesson.class_group_id != group.pk
    note = f"{lesson.organization} · {lesson.teacher.name}" if group else str(lesson.class_group or "")
    item = Item(
        starts_at=lesson.starts_at,
        time=_span(lesson.starts_at, lesson.ends_at),
        title=lesson.title,
        note=note,
        url=queries.lesson_url(lesson),
    )
    if received:
        item.badge, item.tone = _("接收直播"), "info"
    _show_state(item, lesson)
    return item


def _show_state(item: Item, lesson: Lesson) -> None:
    if lesson.state == LessonState.LIVE:
        item.state, item.badge, item.tone = "now", str(lesson.get_state_display()), "live"
    elif lesson.state == LessonState.ENDED:
        item.state = "done"
    elif lesson.state == LessonState.CANCELLED:
        item.badge, item.tone, item.cancelled = str(lesson.get_state_display()), "warn", True


def _span(starts_at: datetime | None, ends_at: datetime | None) -> str:
    if starts_at is None or ends_at is None:
        return ""
    return f"{date_format(timezone.localtime(starts_at), 'H:i')}–{date_format(timezone.localtime(ends_at), 'H:i')}"


@require_http_methods(["GET", "POST"])
@guarded_by_object("schedule.manage_timetable")
@once
def change_day(request: HttpRequest, entry_id: UUID, day: date) -> HttpResponse:
    """No lesson, a substitute, another time: for one day."""
    actor = acting(request)
    entries = TimetableEntry.objects.filter(timetable__in=queries.timetables_visible_to(actor))
    entry = get_visible_or_404(entries.select_related(*queries.NAMES), pk=entry_id)
    require(rules.may_manage_timetable, actor, entry.timetable.organization)
    change = entry.changes.filter(day=day).first()
    form = ChangeForm(request.POST or None, entry=entry, day=day, change=change)
    back = f"{reverse('schedule_week')}?class={entry.class_group_id}&week={day.isoformat()}"
    if form.is_valid():
        try:
            if form.cleaned_data["kind"] == "back":
                if change is not None:
                    services.take_back_change(change, by=actor)
            else:
                services.change_day(entry, day, by=actor, **form.facts())
        except ScheduleError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("已保存，有关的课程随后更新"))
            return redirect(back)
    context = {"entry": entry, "day": day, "form": form, "back": back, "change": change}
    return render(request, "schedule/change_day.html", context)


@never_cache
@require_POST
@guarded_by_object("schedule.subscribe")
def subscribe(request: HttpRequest) -> HttpResponse:
    """A new address for a calendar program, shown once; or the end of the one there is."""
    actor = acting(request)
    asked = request.POST.get("class", "")
    visible = roster.class_groups_visible_to(actor).select_related("organization")
    group = get_visible_or_404(visible, pk=asked) if asked else None
    if request.POST.get("act") == "close":
        services.close_feed(by=actor, class_group=group)
        messages.success(request, _("订阅地址已停用"))
        return redirect(reverse("schedule_week") + (f"?class={group.pk}" if group else ""))
    secret = services.open_feed(by=actor, class_group=group)
    address = request.build_absolute_uri(reverse("schedule_feed", args=[secret]))
    return render(request, "schedule/subscribed.html", {"address": address, "group": group})


@require_safe
@guarded("web.open")
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The days from a fortnight ago to two months ahead, as iCalendar. Whoever has the address may read it, as long as whoever
    asked for it may."""
    found = services.feed_behind(secret)
    if found is None:
        raise Http404
    today = timezone.localdate()
    first, last = today - FEED_BACK, today + FEED_AHEAD
    if found.class_group is not None:
        rows = queries.held(queries.entries_of_class(found.class_group.pk), first, last)
        name = f"{found.class_group.organization} {found.class_group}"
    else:
        assert found.teacher is not None
        rows, name = queries.held_by_teacher(found.teacher.pk, first, last), found.teacher.name
    appointments = [one for row in rows if (one := _appointment(row)) is not None]
    begins, ends = queries.day_bounds(first)[0], queries.day_bounds(last)[1]
    if found.class_group is not None:
        appointments += [_lesson_appointment(row) for row in queries.received_by(found.class_group.pk, begins, ends)]
    else:  # one's own calendar has what one follows, too
        actor = roster.actor_of_account(found.account)
        more = (lesson for source in queries.CALENDAR_LESSONS for lesson in source(actor, begins, ends))
        appointments += [_lesson_appointment(lesson, lesson.title) for lesson in more]
    response = HttpResponse(calendar(name, appointments), content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, max-age=900"
    return response


def _appointment(row: Held) -> Appointment | None:
    if row.starts_at is None or row.ends_at is None:
        return None
    decided = row.change.decided_at if row.change else row.entry.timetable.published_at or timezone.now()
    facts: dict[str, Any] = {"cancelled": row.cancelled, "sequence": int(decided.timestamp()) if row.change else 0}
    return Appointment(
        uid=f"{row.entry.pk}-{row.for_day.isoformat()}@lantian",
        title=f"{row.entry.get_subject_display()} {row.entry.class_group}",
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        changed_at=decided,
        place=row.entry.room.name if row.entry.room else "",
        description=str(row.change.get_kind_display()) if row.change else "",
        **facts,
    )


def _lesson_appointment(lesson: Lesson, title: str = "") -> Appointment:
    return Appointment(
        uid=f"{lesson.pk}@lantian",
        title=title or f"{lesson.get_subject_display()} · {lesson.organization}",
        starts_at=lesson.starts_at,
        ends_at=lesson.ends_at,
        changed_at=lesson.created_at,
        description=lesson.teacher.name,
    )
