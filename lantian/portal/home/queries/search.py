"""Search over what one may see: lessons, schools and classes of the tree, people. Each app's own visibility applies."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lantian.kernel.rules import Actor
from lantian.kernel.web.dates import said_day
from lantian.people.roster.queries import class_groups_visible_to, find, find_people, organizations_visible_to
from lantian.people.schedule.queries import lessons_visible_to
from lantian.portal.home.queries.addresses import page_of
from lantian.portal.home.queries.cards import LessonCard, cards, plain

MOST = 8
LONGEST = 40


@dataclass(frozen=True, slots=True)
class Hit:
    title: str
    note: str
    url: str
    icon: str


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one kind; `more` says that there are others."""

    title: str
    hits: tuple[Hit, ...]
    more: bool


def clean(typed: str) -> str:
    return " ".join(typed.split())[:LONGEST]


def search(actor: Actor, typed: str) -> list[Group]:
    """Groups with hits; a fixed number of queries. Strangers find open lessons only."""
    groups = [_lessons(actor, typed)]
    if not actor.is_anonymous:
        groups += [_organizations(actor, typed), _classes(actor, typed), _people(actor, typed)]
    return [group for group in groups if group.hits]


def _lessons(actor: Actor, typed: str) -> Group:
    found = lessons_visible_to(actor).filter(Q(title__icontains=typed) | Q(teacher__name__icontains=typed))
    rows = list(plain(found).order_by("-starts_at", "pk")[: MOST + 1])
    return Group(_("课程"), tuple(_lesson_hit(card) for card in cards(rows[:MOST])), len(rows) > MOST)


def _lesson_hit(card: LessonCard) -> Hit:
    note = f"{said_day(card.starts_at)} · {card.course} · {card.teacher} · {card.organization}"
    return Hit(card.title, note, card.url, "presentation")


def _organizations(actor: Actor, typed: str) -> Group:
    found = find(organizations_visible_to(actor).filter(is_active=True), typed).order_by("sort_key", "id")
    rows = list(found[: MOST + 1])
    hits = (
        Hit(row.name, row.get_kind_display(), page_of("roster_organization", row.pk), "school") for row in rows[:MOST]
    )
    return Group(_("学校和单位"), tuple(hits), len(rows) > MOST)


def _classes(actor: Actor, typed: str) -> Group:
    found = class_groups_visible_to(actor).filter(is_active=True, name__icontains=typed).select_related("organization")
    rows = list(found.order_by("organization__sort_key", "grade", "number", "pk")[: MOST + 1])
    hits = (
        Hit(row.name, str(row.organization), page_of("roster_class_group", row.pk), "users-round")
        for row in rows[:MOST]
    )
    return Group(pgettext("many", "班级"), tuple(hits), len(rows) > MOST)


def _people(actor: Actor, typed: str) -> Group:
    rows = list(find_people(actor, typed, most=MOST + 1))
    hits = (Hit(row.name, "", page_of("roster_person", row.pk), "circle-user-round") for row in rows[:MOST])
    return Group(_("人员"), tuple(hits), len(rows) > MOST)
