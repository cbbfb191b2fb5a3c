"""Classes: made and changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.roster import events
from lantian.people.roster.engine.classes import class_name
from lantian.people.roster.enums import SCHOOL_KINDS, ClassKind
from lantian.people.roster.errors import ClassTaken, WrongPlace
from lantian.people.roster.models import ClassGroup, Organization
from lantian.people.roster.rules import may_manage_classes

CHANGEABLE = ("name", "number", "is_active")


@dataclass(frozen=True)
class NewClassGroup:
    """A class to be made. `grade` 1–12 (kindergarten 1–3); without `name` it is called after grade and number."""

    organization: Organization
    stage: str
    grade: int
    number: int = 1
    name: str = ""
    kind: str = ClassKind.HOMEROOM
    entry_year: int | None = None
    id: UUID | None = None


@transaction.atomic
def bulk_create_class_groups(rows: Sequence[NewClassGroup], *, by: Actor) -> list[ClassGroup]:
    """Make many classes, in the order given. Raises Denied, WrongPlace, ClassTaken (then none is made)."""
    if not rows:
        return []
    for organization in {row.organization.pk: row.organization for row in rows}.values():
        if organization.kind not in SCHOOL_KINDS:
            raise WrongPlace
        require(may_manage_classes, by, organization)
    made = [
        ClassGroup(
            id=row.id or uuid4(),
            organization=row.organization,
            kind=row.kind,
            stage=row.stage,
            grade=row.grade,
            number=row.number,
            name=row.name.strip() or class_name(row.stage, row.grade, row.number),
            entry_year=row.entry_year,
        )
        for row in rows
    ]
    try:
        with transaction.atomic():
            ClassGroup.objects.bulk_create(made, batch_size=500)
    except IntegrityError as error:
        raise ClassTaken from error
    journal.record_many("roster.class_group_created", made, by=by)
    if len(made) == 1:
        one = made[0]
        publish(events.ClassGroupCreated(object_id=one.pk, organization_id=one.organization_id, **acted_by(by)))
    else:
        publish(events.ClassGroupsImported(object_id=made[0].pk, count=len(made), **acted_by(by)))
    return made


def create_class_group(
    *,
    by: Actor,
    organization: Organization,
    stage: str,
    grade: int,
    number: int = 1,
    name: str = "",
    kind: str = ClassKind.HOMEROOM,
    entry_year: int | None = None,
    id: UUID | None = None,
) -> ClassGroup:
    """Make one class of a school, campus or teaching point. Raises Denied, WrongPlace, ClassTaken."""
    row = NewClassGroup(organization, stage, grade, number, name, kind, entry_year, id)
    return bulk_create_class_groups([row], by=by)[0]


@transaction.atomic
def update_class_group(class_group: ClassGroup, *, by: Actor, **changes: Any) -> ClassGroup:
    """Change name, number or is_active. Raises Denied, ClassTaken; TypeError for other fields."""
    unknown = set(changes) - set(CHANGEABLE)
    if unknown:
        raise TypeError(f"not changeable: {sorted(unknown)}")
    row = ClassGroup.objects.select_for_update().select_related("organization").get(pk=class_group.pk)
    require(may_manage_classes, by, row.organization)
    before = {name: getattr(row, name) for name in changes if getattr(row, name) != changes[name]}
    if not before:
        return row
    for name in before:
        setattr(row, name, changes[name])
    try:
        with transaction.atomic():
            row.save(update_fields=list(before))
    except IntegrityError as error:
        raise ClassTaken from error
    journal.record("roster.class_group_updated", row, by=by, before=before, after={n: changes[n] for n in before})
    return row
