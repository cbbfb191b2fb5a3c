"""The verbs of series: put together, publish, follow, and tell followers before each lesson."""

import contextlib
import io
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q
from django.utils import timezone
from PIL import Image, ImageOps

from lantian.kernel import files
from lantian.kernel.events import acted_by, publish, publish_many
from lantian.kernel.holdings import renamed
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require
from lantian.people.schedule.enums import LessonAccess, LessonState
from lantian.teach.series import queries, rules
from lantian.teach.series.enums import SeriesAccess, SeriesState
from lantian.teach.series.errors import (
    AudienceUnknown,
    BadCover,
    LessonIsRehearsal,
    LessonNotOpen,
    LessonThere,
    SeriesEmpty,
    TooManyLessons,
)
from lantian.teach.series.events import LessonChanged, LessonSoon, SeriesClosed, SeriesPublished
from lantian.teach.series.models import Series, SeriesLesson, Subscription

if TYPE_CHECKING:
    from uuid import UUID

    from lantian.kernel.holdings import Subject
    from lantian.people.roster.models import Organization, Person
    from lantian.people.schedule.models import Alliance, Lesson

MOST_LESSONS = 100
TOLD_BEFORE = timedelta(minutes=30)
COVER_FOLDER, COVER_KINDS = "covers", ("image/png", "image/jpeg", "image/webp")
COVER_BYTES, COVER_SIZE, COVER_PIXELS = 5 << 20, (960, 540), 60_000_000
FACTS = ("kind", "title", "words", "teacher", "teacher_note", "subject", "stage", "access", "region", "alliance")


@transaction.atomic
def create_series(
    *,
    kind: str,
    title: str,
    organization: "Organization",
    words: str = "",
    teacher: "Person | None" = None,
    teacher_note: str = "",
    subject: str = "",
    stage: str = "",
    access: str = SeriesAccess.PUBLIC,
    region: "Organization | None" = None,
    alliance: "Alliance | None" = None,
    by: Actor,
) -> Series:
    """Begin a series, seen by those who make it until it is published. Raises Denied, AudienceUnknown."""
    require(rules.may_create_series, by, organization)
    made = Series(organization=organization, created_by_id=by.person_id)
    _fill(
        made,
        kind=kind,
        title=title,
        words=words,
        teacher=teacher,
        teacher_note=teacher_note,
        subject=subject,
        stage=stage,
        access=access,
        region=region,
        alliance=alliance,
    )
    made.save(force_insert=True)
    record("series.created", made, by=by, title=made.title, kind=made.kind, access=made.access)
    return made


@transaction.atomic
def change_series(series: Series, *, by: Actor, **facts: Any) -> Series:
    """Change what is said about it, or for whom it is (`FACTS`). A published series that is opened to everybody must hold open
    lessons only. Raises Denied, AudienceUnknown, LessonNotOpen.
    """
    series = _locked(series)
    require(rules.may_manage_series, by, series)
    wider = facts.get("access", series.access) != series.access or facts.get("region", series.region) != series.region
    if wider and series.state == SeriesState.PUBLISHED:
        require(rules.may_publish_series, by, series)
    before = {"title": series.title, "access": series.access}
    _fill(series, **{name: facts.get(name, getattr(series, name)) for name in FACTS})
    if series.access == SeriesAccess.PUBLIC and _closed_lessons(series):
        raise LessonNotOpen(field="access")
    series.save()
    record("series.changed", series, by=by, before=before, title=series.title, access=series.access)
    return series


def _fill(series: Series, **facts: Any) -> None:
    for name, value in facts.items():
        setattr(series, name, value.strip() if isinstance(value, str) else value)
    if series.access != SeriesAccess.REGION:
        series.region = None
    elif series.region is None:
        raise AudienceUnknown(field="region")
    if series.access != SeriesAccess.ALLIANCE:
        series.alliance = None
    elif series.alliance is None:
        raise AudienceUnknown(field="alliance")


def _closed_lessons(series: Series) -> bool:
    return series.entries.exclude(lesson__access=LessonAccess.PUBLIC).exists()


def _locked(series: Series) -> Series:
    return Series.objects.select_for_update(of=("self",)).select_related("organization").get(pk=series.pk)


@transaction.atomic
def set_cover(series: Series, *, upload: BinaryIO, by: Actor) -> Series:
    """Take a picture as the cover: cut to 16:9, written anew (nothing of the sent file is kept). Raises Denied, BadCover."""
    require(rules.may_manage_series, by, series)
    series = _locked(series)
    former, stored = series.cover, files.save_bytes(_cut(upload), folder=COVER_FOLDER, kind="image/jpeg")
    series.cover = stored.name
    series.save(update_fields=["cover"])
    record("series.cover_set", series, by=by)
    if former:
        transaction.on_commit(lambda: _forget(former))
    return series


def _cut(upload: BinaryIO) -> bytes:
    data = upload.read(COVER_BYTES + 1)
    if not data or len(data) > COVER_BYTES or files.sniff(data[: files.HEAD_BYTES]) not in COVER_KINDS:
        raise BadCover(field="cover")
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as sent:
            if sent.width * sent.height > COVER_PIXELS:
                raise BadCover(field="cover")
            upright = ImageOps.exif_transpose(sent).convert("RGB")
            picture = ImageOps.fit(upright, COVER_SIZE)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadCover(field="cover") from error
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=82, optimize=True)
    return written.getvalue()


def _forget(name: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        files.remove(name)


# Lessons in it -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def attach_lesson(series: Series, lesson: "Lesson", *, by: Actor) -> SeriesLesson:
    """Put a lesson at the end. Raises Denied, LessonIsRehearsal, LessonNotOpen, LessonThere, TooManyLessons."""
    series = _locked(series)
    require(rules.may_attach_lesson, by, series, lesson)
    if lesson.access == LessonAccess.REHEARSAL:
        raise LessonIsRehearsal(field="lesson")
    if series.access == SeriesAccess.PUBLIC and lesson.access != LessonAccess.PUBLIC:
        raise LessonNotOpen(field="lesson")
    if series.entries.filter(lesson=lesson).exists():
        raise LessonThere(field="lesson")
    last = series.entries.aggregate(last=Max("position"))["last"] or 0
    if last >= MOST_LESSONS:
        raise TooManyLessons(field="lesson")
    known = None if lesson.state == LessonState.CANCELLED else lesson.starts_at
    entry = SeriesLesson.objects.create(series=series, lesson=lesson, position=last + 1, known_start=known)
    record("series.lesson_attached", series, by=by, lesson=lesson.pk, title=lesson.title)
    return entry


@transaction.atomic
def detach_lesson(entry: SeriesLesson, *, by: Actor) -> None:
    """Take a lesson out; those behind move up. The lesson itself stays. Raises Denied, SeriesEmpty."""
    series = _locked(entry.series)
    require(rules.may_manage_series, by, series)
    if series.state == SeriesState.PUBLISHED and series.entries.count() < 2:
        raise SeriesEmpty
    record("series.lesson_detached", series, by=by, lesson=entry.lesson_id, title=entry.lesson.title)
    SeriesLesson.objects.filter(pk=entry.pk).delete()
    series.entries.filter(position__gt=entry.position).update(position=F("position") - 1)


@transaction.atomic
def move_lesson(entry: SeriesLesson, *, to: int, by: Actor) -> None:
    """Put a lesson at place `to` (from 1; beyond the ends means the end). Raises Denied."""
    series = _locked(entry.series)
    require(rules.may_manage_series, by, series)
    order = list(series.entries.order_by("position").values_list("pk", flat=True))
    if entry.pk not in order:
        return
    order.remove(entry.pk)
    order.insert(max(0, min(to - 1, len(order))), entry.pk)
    rows = {row.pk: row for row in series.entries.all()}
    for position, pk in enumerate(order, start=1):
        rows[pk].position = position
    SeriesLesson.objects.bulk_update(rows.values(), ["position"])
    record("series.lesson_moved", series, by=by, lesson=entry.lesson_id, to=to)


# Publishing, following ---------------------------------------------------------------------------------------------------


@transaction.atomic
def publish_series(series: Series, *, by: Actor) -> Series:
    """Let those whom it is for see it. Again does nothing. Raises Denied, SeriesEmpty, LessonNotOpen."""
    series = _locked(series)
    require(rules.may_publish_series, by, series)
    if series.state == SeriesState.PUBLISHED:
        return series
    lessons = series.entries.count()
    if not lessons:
        raise SeriesEmpty
    if series.access == SeriesAccess.PUBLIC and _closed_lessons(series):
        raise LessonNotOpen
    series.state, series.published_at = SeriesState.PUBLISHED, timezone.now()
    series.save(update_fields=["state", "published_at"])
    record("series.published", series, by=by, title=series.title, access=series.access, lessons=lessons)
    facts = {"title": series.title, "kind": series.kind, "access": series.access, "lessons": lessons}
    publish(SeriesPublished(object_id=series.pk, organization_id=series.organization_id, context=facts, **acted_by(by)))
    return series


@transaction.atomic
def close_series(series: Series, *, by: Actor) -> Series:
    """Take it down: its makers see it still, followers find it again when it is published anew. Raises Denied."""
    series = _locked(series)
    require(rules.may_publish_series, by, series)
    if series.state != SeriesState.PUBLISHED:
        return series
    series.state = SeriesState.CLOSED
    series.save(update_fields=["state"])
    record("series.closed", series, by=by, title=series.title)
    publish(SeriesClosed(object_id=series.pk, organization_id=series.organization_id, **acted_by(by)))
    return series


@transaction.atomic
def follow_series(series: Series, *, by: Actor) -> bool:
    """Be told before each lesson; whether it is new. Raises Denied."""
    require(rules.may_follow_series, by, series)
    assert by.person_id is not None  # the rule asked for it
    return Subscription.objects.get_or_create(series=series, person_id=by.person_id)[1]


@transaction.atomic
def unfollow_series(series: Series, *, by: Actor) -> bool:
    """Be told no more; whether one was. What one no longer sees can be left too."""
    if by.person_id is None:
        return False
    return bool(Subscription.objects.filter(series=series, person=by.person_id).delete()[0])


@transaction.atomic
def announce_lessons(now: datetime | None = None) -> int:
    """Tell the followers of lessons that begin within half an hour, once for each beginning: a lesson that was moved is told
    again. Returns how many lessons. Two that run at once tell of each lesson once.
    """
    moment = now or timezone.now()
    followed = Exists(Subscription.objects.filter(series=OuterRef("series")))
    due = SeriesLesson.objects.filter(
        followed,
        Q(told_for__isnull=True) | ~Q(told_for=F("lesson__starts_at")),
        series__state=SeriesState.PUBLISHED,
        lesson__state=LessonState.PLANNED,
        lesson__starts_at__gt=moment,
        lesson__starts_at__lte=moment + TOLD_BEFORE,
    )
    rows = list(due.select_for_update(of=("self",), skip_locked=True).select_related("lesson", "series"))
    for row in rows:
        row.told_for = row.lesson.starts_at
        publish(LessonSoon(object_id=row.pk, organization_id=row.series.organization_id))
    SeriesLesson.objects.bulk_update(rows, ["told_for"])
    return len(rows)


@transaction.atomic
def tell_of_changes(
    *, lesson: "UUID | None" = None, school: "UUID | None" = None, reason: str = "", classes_told: bool = False
) -> int:
    """Tell followers that a lesson (or those of a school whose timetable was followed) is cancelled, moved, or held after all:
    once a lesson and change, however many series hold it. Asks no rule: for what follows from facts. Returns how many lessons.
    """
    rows = (
        SeriesLesson.objects.filter(lesson=lesson)
        if lesson
        else SeriesLesson.objects.filter(lesson__organization=school)
    )
    off = Q(lesson__state=LessonState.CANCELLED)
    known = Q(known_start__isnull=False) & Q(known_start=F("lesson__starts_at"))
    rows = rows.filter(off & Q(known_start__isnull=False) | ~off & ~known)
    found = list(rows.select_for_update(of=("self",)).select_related("lesson", "series").order_by("lesson", "pk"))
    now, before = timezone.now(), dict[Any, datetime | None]()
    for row in found:
        stands = None if row.lesson.state == LessonState.CANCELLED else row.lesson.starts_at
        to_come = max(filter(None, (row.known_start, stands)), default=now) > now
        if row.series.state == SeriesState.PUBLISHED and to_come:
            before[row.lesson] = row.known_start
        row.known_start = stands
    SeriesLesson.objects.bulk_update(found, ["known_start"])
    publish_many(
        [
            LessonChanged(
                object_id=each.pk,
                organization_id=each.organization_id,
                context={"before": start, "reason": reason, "classes_told": classes_told},
            )
            for each, start in before.items()
        ]
    )
    return len(before)


def forget_teacher(subject: "Subject") -> int:
    """Where a person's name stands in the words of the series they gave, the pseudonym takes its place. Asks no rule: for the
    service that erases people. Returns how many series."""
    rows = list(queries.series_taught(subject))
    for row in rows:
        row.title, row.words = renamed(row.title, subject)[:60], renamed(row.words, subject)[:1000]
        row.teacher_note = ""
    return Series.objects.bulk_update(rows, ["title", "words", "teacher_note"])


def forget_subscriptions(subject: "Subject") -> int:
    """What a person followed. Asks no rule: for the service that erases people. Returns how many."""
    return queries.subscriptions_of(subject).delete()[0]
