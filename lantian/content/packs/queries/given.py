"""What packs were put to: which lessons and classes, who of them does not see what, and the cards on other pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lantian.content.packs.models import Attachment, Judgement, Pack, PackItem
from lantian.content.packs.queries.reading import Line, attachments_for, lines_of, published_to
from lantian.content.resources import queries as resources
from lantian.kernel.rules import Actor
from lantian.kernel.shaped import shaped
from lantian.kernel.web.panels import DayCard
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import Role
from lantian.people.schedule import queries as schedule
from lantian.people.schedule.enums import LessonAccess, LessonState

if TYPE_CHECKING:
    from lantian.kernel.rules import Text
    from lantian.people.roster.models import ClassGroup
    from lantian.people.roster.queries import Panel
    from lantian.people.schedule.models import Lesson

AHEAD = timedelta(days=14)
SHOWN = 12
IN_CLASS = (Role.STUDENT, Role.GUARDIAN, *schedule.TEACHING_ROLES)
JUDGING = (Role.STUDENT, *schedule.TEACHING_ROLES)


# Choosing -----------------------------------------------------------------------------------------------------------------------


def lessons_to_choose(actor: Actor, pack: Pack) -> "QuerySet[Lesson]":
    """One's own coming lessons that the pack is not put to: those of its subject and grade first (`fit`: 2 at most)."""
    if actor.person_id is None:
        return schedule.lessons_known(())
    now = timezone.now()
    rows = schedule.lessons_taught_by(actor.person_id).filter(ends_at__gt=now, starts_at__lt=now + AHEAD)
    rows = rows.filter(state__in=(LessonState.PLANNED, LessonState.LIVE)).exclude(access=LessonAccess.REHEARSAL)
    rows = rows.exclude(pk__in=pack.attachments.filter(lesson__isnull=False).values("lesson"))
    same = [When(subject=pack.subject, then=Value(1))] if pack.subject else []
    exactly = [When(subject=pack.subject, grade=pack.grade, then=Value(2))] if pack.subject and pack.grade else []
    fit = Case(*exactly, *same, default=Value(0), output_field=IntegerField()) if same else Value(0, IntegerField())
    return rows.select_related("class_group").annotate(fit=fit).order_by("-fit", "starts_at", "pk")


def classes_to_choose(actor: Actor, pack: Pack) -> "QuerySet[ClassGroup]":
    """Classes that one teaches and that the pack is not put to."""
    taught = actor.class_group_ids if actor.has_role(*schedule.TEACHING_ROLES) else ()
    rows = roster.class_groups_known(taught).exclude(
        pk__in=pack.attachments.filter(class_group__isnull=False).values("class_group")
    )
    return rows.select_related("organization").order_by("stage", "grade", "number")


# Who does not see what ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Closed:
    """A resource that (some of) those whom a pack was given to do not see: in `units` of `of` units."""

    title: str
    why: "Text"
    units: int
    of: int

    @property
    def everywhere(self) -> bool:
        return self.units == self.of


@dataclass(frozen=True, slots=True)
class Given:
    """Where a pack was put, as its owner sees it."""

    attachment: Attachment
    closed: tuple[Closed, ...]
    url: str = ""

    @property
    def is_over(self) -> bool:
        at = self.attachment
        if at.lesson is not None:
            return at.lesson.state in (LessonState.ENDED, LessonState.CANCELLED) or at.lesson.ends_at < timezone.now()
        return at.until is not None and at.until < timezone.localdate()


def given_of(pack: Pack, lines: Sequence[Line]) -> list[Given]:
    """Where a pack was put, what is to come first; with what the students there do not see, and why. Two queries."""
    rows = list(pack.attachments.select_related("lesson__class_group", "class_group__organization"))
    paths = _paths_of(rows)
    found = [
        Given(
            row,
            tuple(_closed(lines, paths.get(row.pk, set()))),
            schedule.lesson_url(row.lesson) if row.lesson else "",
        )
        for row in rows
    ]
    moments = {row.pk: row.lesson.starts_at.date() if row.lesson else row.first or date.min for row in rows}
    return sorted(found, key=lambda one: (one.is_over, moments[one.attachment.pk], str(one.attachment.pk)))


def _paths_of(rows: Iterable[Attachment]) -> dict[UUID, set[str]]:
    """The ltree paths of the units whose classes each is for."""
    ways = ("class_group", "lesson__class_group", "lesson__receivers__class_group")
    names = [f"{way}__organization__path" for way in ways]
    found: dict[UUID, set[str]] = {}
    for pk, *paths in Attachment.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", *names).distinct():
        found.setdefault(pk, set()).update(str(path) for path in paths if path)
    return found


def _closed(lines: Iterable[Line], paths: set[str]) -> Iterable[Closed]:
    for line in lines:
        reasons = [why for path in paths if (why := resources.why_closed(line.resource, path))]
        if reasons:
            yield Closed(line.title, reasons[0], len(reasons), len(paths))


# Cards on other pages -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Handed:
    """A pack as those in a lesson or class see it; `said`: resource → whether it helped, as this one has said."""

    attachment: Attachment
    lines: tuple[Line, ...]
    said: dict[UUID, bool]

    @property
    def pack(self) -> Pack:
        return self.attachment.pack

    @property
    def items(self) -> list[tuple[Line, bool | None]]:
        return [(line, self.said.get(line.item.resource_id)) for line in self.lines]


def handed(rows: Sequence[Attachment], actor: Actor) -> list[Handed]:
    """Those of them in which the actor sees anything. Two queries, none for none."""
    if not rows:
        return []
    lines = lines_of([row.pack for row in rows], actor)
    said: dict[UUID, dict[UUID, bool]] = {}
    if actor.has_role(*JUDGING) and actor.person_id is not None:
        mine = Judgement.objects.filter(attachment__in=[row.pk for row in rows], person=actor.person_id)
        for at, resource, helped in mine.values_list("attachment", "resource", "helped"):
            said.setdefault(at, {})[resource] = helped
    own = [row for row in rows if lines[row.pack_id] or row.pack.owner_id == actor.person_id]
    return [Handed(row, tuple(lines[row.pack_id]), said.get(row.pk, {})) for row in own]


def latest_for(actor: Actor, pack: Pack) -> Attachment | None:
    """The lesson or class of one's own by which one judges what is in a pack: the last one that has begun, else the next."""
    if not actor.has_role(*JUDGING):
        return None
    rows = attachments_for(actor).filter(pack=pack).select_related("pack", "lesson", "class_group")
    begun = Case(When(lesson__starts_at__gt=timezone.now(), then=Value(1)), default=Value(0))
    return rows.order_by(begun, F("lesson__starts_at").desc(nulls_last=True), "pk").first()


def panel_of_lesson(actor: Actor, lesson: "Lesson") -> "Panel | None":
    """The packs of a lesson, for those in it; its teacher finds the way to them when there are none. Three queries."""
    if actor.is_anonymous or actor.is_system:
        return None
    rows = attachments_for(actor).filter(lesson=lesson).select_related("pack", "lesson").order_by("attached_at", "pk")
    found = handed(list(rows), actor)
    teaches = (
        actor.person_id is not None and lesson.teacher_id == actor.person_id and lesson.state == LessonState.PLANNED
    )
    if not found and not teaches:
        return None
    data = {"handed": found, "may_judge": actor.has_role(*JUDGING), "teaches": teaches}
    return roster.Panel(_("这节课的资源"), "packs/_lesson.html", data)


def panel_of_class(actor: Actor, class_group: "ClassGroup") -> "Panel | None":
    """The packs that a class has now, for those in it. Three queries at most."""
    if class_group.pk not in actor.class_group_ids:
        return None
    rows = attachments_for(actor).filter(class_group=class_group).select_related("pack", "class_group")
    found = handed(list(rows.order_by("until", "pk")[:SHOWN]), actor)
    if not found:
        return None
    return roster.Panel(
        _("班上的资源包"), "packs/_lesson.html", {"handed": found, "may_judge": actor.has_role(*JUDGING)}
    )


@shaped
def _on_day(actor: Actor, start: Any, end: Any) -> QuerySet[Any, Attachment]:
    """What was put to one's lessons of a day, and to one's classes."""
    held = Q(lesson__starts_at__gte=start, lesson__starts_at__lt=end) & ~Q(lesson__state=LessonState.CANCELLED)
    rows = attachments_for(actor).filter(held | Q(class_group__isnull=False))
    rows = rows.select_related("pack", "lesson", "class_group")
    return rows.order_by(F("lesson__starts_at").asc(nulls_last=True), "pk")[:SHOWN]


def card_of_day(actor: Actor, day: date) -> DayCard | None:
    """Packs for today's lessons and one's classes, in which one sees anything. Two queries, one when there are none."""
    if not actor.has_role(*IN_CLASS) or not (actor.class_group_ids or actor.has_role(*schedule.TEACHING_ROLES)):
        return None
    rows = _on_day(actor, *schedule.day_bounds(day))
    if not rows:
        return None
    items = PackItem.objects.filter(
        pack__in={row.pack_id for row in rows}, resource__in=published_to(actor).values("pk")
    )
    seen = set(items.values_list("pack", flat=True))
    found = [(row, schedule.lesson_url(row.lesson) if row.lesson else "") for row in rows if row.pack_id in seen]
    return DayCard(_("今天用的资源"), "packs/_day.html", {"given": found}) if found else None
