"""The list of recordings, and how much room each school's take."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from lantian.content.media.enums import StreamState
from lantian.content.media.services import lesson_room
from lantian.kernel.rules import check
from lantian.kernel.web.columns import Column, Filter
from lantian.kernel.web.dates import said_span
from lantian.kernel.web.guards import acting, guarded, public
from lantian.kernel.web.lists import ListPage
from lantian.kernel.web.shell import base_of
from lantian.people.roster.enums import Stage, Subject
from lantian.teach.recordings import queries, rules
from lantian.teach.recordings.enums import Audience, State
from lantian.teach.recordings.models import Recording
from lantian.teach.recordings.views.found import size_words, state_words, tone

WITHDRAWN, GONE = "withdrawn", "gone"


def _of_audience(rows: Any, asked: str) -> Any:
    gone = {"session__stream__state": StreamState.DELETED}
    if asked == GONE:
        return rows.filter(**gone)
    if asked == WITHDRAWN:
        return rows.filter(state=State.WITHDRAWN).exclude(**gone)
    return queries.of_audience(rows, asked)


class RecordingList(ListPage[Recording]):
    key = "recordings"
    title = lazy("录像")
    unit = lazy("段录像")
    columns = (
        Column(
            "title",
            lazy("标题"),
            primary=True,
            sort="title",
            link=lambda row: reverse("recordings_recording", args=[row.pk]),
        ),
        Column("state", lazy("给谁看"), value=state_words, kind="badge", tone=tone),
        Column("taught", lazy("上课时间"), value="taught_at", kind="datetime", sort="taught_at"),
        Column("length", lazy("时长"), value=lambda row: said_span(row.session.stream.shown_seconds)),
        Column("teacher", lazy("主讲"), value="session.lesson.teacher.name", sort="session__lesson__teacher__sort_key"),
        Column("school", lazy("学校"), value=lambda row: str(row.organization), sort="organization__sort_key"),
        Column("subject", lazy("学科"), value=lambda row: row.session.lesson.get_subject_display()),
        Column("size", lazy("占用空间"), value=lambda row: size_words(row.session.stream.bytes), page=False),
    )
    filters = (
        Filter("subject", lazy("学科"), Subject.choices, apply="session__lesson__subject"),
        Filter("stage", lazy("学段"), Stage.choices, apply="session__lesson__stage"),
        Filter(
            "audience",
            lazy("给谁看"),
            [*Audience.choices, (WITHDRAWN, lazy("已撤回")), (GONE, lazy("已清理"))],
            apply=_of_audience,
        ),
    )
    search = ("title", "session__lesson__title", "session__lesson__teacher__name", "organization__name")
    search_hint = lazy("标题、老师或学校")
    order = "-taught"
    count_cap = 1000
    empty_icon = "film"
    empty_title = lazy("还没有录像")
    empty_text = lazy("上过的课下课以后几分钟就在这里，不用谁来保存。")


class OpenList(RecordingList):
    """For strangers, who take nothing along."""

    exportable = False


@require_safe
@public
def recordings(request: HttpRequest) -> HttpResponseBase:
    """Those that whoever asks may see."""
    actor = acting(request)
    kind = OpenList if actor.is_anonymous else RecordingList
    page = kind(request, queries.with_names(queries.recordings_visible_to(actor)))
    context = {"base": base_of(request), "may_storage": bool(check(rules.may_read_storage, actor))}
    return page.respond("recordings/list.html", context)


class StorageList(ListPage[Any]):
    key = "recordings.storage"
    title = lazy("录像占用的空间")
    unit = lazy("所学校")
    columns = (
        Column("school", lazy("学校"), value=str, primary=True, sort="sort_key"),
        Column("recordings", lazy("录像"), value="recordings_count", kind="number", sort="recordings_count"),
        Column(
            "hours", lazy("小时"), value=lambda row: round((row.seconds or 0) / 3600, 1), kind="number", sort="seconds"
        ),
        Column(
            "bytes",
            lazy("占用空间（MB）"),
            value=lambda row: round((row.bytes or 0) / 1e6),
            kind="number",
            sort="bytes",
        ),
        Column(
            "films",
            lazy("其中 MP4（MB）"),
            value=lambda row: round((row.film_bytes or 0) / 1e6),
            kind="number",
            sort="film_bytes",
        ),
    )
    search = ("name",)
    search_hint = lazy("学校")
    order = "-bytes"
    empty_icon = "hard-drive"
    empty_title = lazy("还没有录像占用空间")


MOST_BARS = 10


@require_safe
@guarded("recordings.read_storage")
def storage(request: HttpRequest) -> HttpResponseBase:
    """By school, the largest first, with a chart of the first ten."""
    actor = acting(request)
    units: QuerySet[Any] = queries.storage_of(actor)
    page = StorageList(request, units)
    largest = list(units.order_by("-bytes", "pk")[:MOST_BARS])
    total = queries.storage_sum(actor)
    chart = {
        "kind": "bar",
        "unit": " MB",
        "over": _("学校"),
        "categories": [str(unit) for unit in largest],
        "series": [{"name": _("占用空间"), "values": [round((unit.bytes or 0) / 1e6) for unit in largest]}],
    }
    share = sum(unit.bytes or 0 for unit in largest[:3]) * 100 // max(1, total["bytes"])
    context = {
        "chart": chart if len(largest) > 1 else None,
        "finding": _("占得最多的三所学校一共占 %(share)s%%。") % {"share": share} if len(largest) > 3 else "",
        "total": size_words(total["bytes"]),
        "films": size_words(total["films"]),
        "count": total["count"],
        "free": size_words(lesson_room().free_bytes),
    }
    return page.respond("recordings/storage.html", context)
