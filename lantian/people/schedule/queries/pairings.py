"""Reads of pairings: who receives what from whom, and where a received period falls in the class's own day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from lantian.people.schedule.engine.fitting import Bell, Fit, Own, Place, place
from lantian.people.schedule.enums import AlliancePart, TimetableState
from lantian.people.schedule.models import Alliance, Pairing, PairingChoice, TimetableEntry
from lantian.people.schedule.queries.alliances import not_left
from lantian.people.schedule.queries.timetable import Bells, minutes

if TYPE_CHECKING:
    from lantian.people.roster.models import ClassGroup


def _part_in(alliance: Alliance, group: "ClassGroup", part: str) -> bool:
    labels = str(group.organization.path).split(".")
    members = alliance.members.filter(not_left(timezone.localdate()), part=part).values_list(
        "organization_id", flat=True
    )
    return any(pk.hex in labels for pk in members)


def sends_in(alliance: Alliance, group: "ClassGroup") -> bool:
    """Whether a class belongs to a sending school of the alliance, or to a campus of one."""
    return _part_in(alliance, group, AlliancePart.SENDING)


def receives_in(alliance: Alliance, group: "ClassGroup") -> bool:
    """Whether a class belongs to a receiving school of the alliance, or to a campus or teaching point of one."""
    return _part_in(alliance, group, AlliancePart.RECEIVING)


def pairings_of(alliance: Alliance, day: date) -> QuerySet[Pairing]:
    """The pairings that hold on a day or later, by grade, receiving class and subject."""
    return (
        alliance.pairings.filter(during__endswith__gt=day)
        .select_related("sender__organization", "receiver__organization", "alliance__lead")
        .order_by("receiver__grade", "receiver__organization__sort_key", "receiver__number", "subject")
    )


@dataclass(frozen=True, slots=True)
class Received:
    """One period of a pairing's week: the sending entry, where it falls for the receiver, and what was settled."""

    pairing: Pairing
    entry: TimetableEntry
    place: Place
    choice: PairingChoice | None

    @property
    def open(self) -> bool:
        """Whether somebody still has to say what happens."""
        return self.place.fit is not Fit.FITS and self.choice is None


def fits_of(pairings: Iterable[Pairing], day: date) -> list[Received]:
    """Each period that these pairings bring, and how it fits, by the weeks that hold on `day`. Six queries for any number."""
    pairings = list(pairings)
    published = TimetableEntry.objects.filter(
        timetable__state=TimetableState.PUBLISHED, timetable__during__contains=day
    ).select_related("timetable__organization", "teacher")
    sent: dict[tuple[UUID, str], list[TimetableEntry]] = defaultdict(list)
    for entry in published.filter(class_group__in={p.sender_id for p in pairings}).order_by("weekday", "period_no"):
        sent[entry.class_group_id, entry.subject].append(entry)
    own: dict[UUID, list[TimetableEntry]] = defaultdict(list)
    for entry in published.filter(class_group__in={p.receiver_id for p in pairings}):
        own[entry.class_group_id].append(entry)
    choices: dict[tuple[UUID, int, int], PairingChoice] = {}
    for choice in PairingChoice.objects.filter(pairing__in=pairings).select_related("decided_by"):
        choices[choice.pairing_id, choice.weekday, choice.period_no] = choice
    sending = {str(entry.timetable.organization.path) for entries in sent.values() for entry in entries}
    bells = Bells(day, day, sending | {str(pairing.receiver.organization.path) for pairing in pairings})
    return [
        Received(
            pairing,
            entry,
            _place(pairing, entry, own, bells, day),
            choices.get((pairing.pk, entry.weekday, entry.period_no)),
        )
        for pairing in pairings
        for entry in sent[pairing.sender_id, pairing.subject]
    ]


def _place(
    pairing: Pairing, entry: TimetableEntry, own: dict[UUID, list[TimetableEntry]], bells: Bells, day: date
) -> Place:
    period = bells.periods(str(entry.timetable.organization.path), day).get(entry.period_no)
    if period is None:
        return Place(Fit.OUTSIDE)
    theirs = bells.periods(str(pairing.receiver.organization.path), day).values()
    return place(
        minutes(period.starts),
        minutes(period.ends),
        str(entry.weeks),
        str(entry.subject),
        [Bell(row.number, minutes(row.starts), minutes(row.ends)) for row in theirs],
        [
            Own(row.period_no, str(row.weeks), str(row.subject))
            for row in own[pairing.receiver_id]
            if row.weekday == entry.weekday
        ],
        works=entry.weekday < 5,
    )
