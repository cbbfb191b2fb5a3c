"""Putting packs to lessons and classes, and what those in them say."""

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from lantian.content.packs import rules
from lantian.content.packs.errors import AttachedAlready, ItemUnknown, LessonOver, WrongDays
from lantian.content.packs.events import ItemJudged, PackAttached, PackDetached
from lantian.content.packs.models import Attachment, Judgement, Pack
from lantian.content.packs.services.making import locked
from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require
from lantian.people.schedule.enums import LessonState
from lantian.people.schedule.queries import TEACHING_ROLES

if TYPE_CHECKING:
    from lantian.people.roster.models import ClassGroup
    from lantian.people.schedule.models import Lesson


def _where(attachment: Attachment) -> dict[str, Any]:
    if attachment.lesson_id:
        return {"lesson": str(attachment.lesson_id)}
    days = {"first": str(attachment.first), "until": str(attachment.until)}
    return {"class_group": str(attachment.class_group_id), **days}


@transaction.atomic
def attach_to_lesson(pack: Pack, lesson: "Lesson", *, by: Actor) -> Attachment:
    """Those in the lesson find the pack on its page and on their day. Raises Denied, AttachedAlready."""
    pack = locked(pack.pk)
    require(rules.may_attach_to_lesson, by, pack, lesson)
    return _attached(Attachment(pack=pack, lesson=lesson), by)


@transaction.atomic
def attach_to_class(pack: Pack, class_group: "ClassGroup", *, first: date, until: date, by: Actor) -> Attachment:
    """The class finds the pack on its day, from the first day until the last. Raises Denied, WrongDays, AttachedAlready."""
    pack = locked(pack.pk)
    require(rules.may_attach_to_class, by, pack, class_group)
    if until < first or until < timezone.localdate():
        raise WrongDays(field="until")
    return _attached(Attachment(pack=pack, class_group=class_group, first=first, until=until), by)


def _attached(made: Attachment, by: Actor) -> Attachment:
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise AttachedAlready from error
    pack, where = made.pack, _where(made)
    record("packs.attached", pack, by=by, title=pack.title, **where)
    facts = where | {"items": pack.items.count()}
    publish(PackAttached(object_id=pack.pk, organization_id=pack.organization_id, context=facts, **acted_by(by)))
    return made


@transaction.atomic
def detach(attachment: Attachment, *, by: Actor) -> None:
    """Take it away from there. What was there in a lesson that is over stays. Raises Denied, LessonOver."""
    pack = locked(attachment.pack_id)
    require(rules.may_manage_pack, by, pack)
    if attachment.lesson is not None and attachment.lesson.state in (LessonState.LIVE, LessonState.ENDED):
        raise LessonOver
    where = _where(attachment)
    Attachment.objects.filter(pk=attachment.pk).delete()
    record("packs.detached", pack, by=by, title=pack.title, **where)
    publish(PackDetached(object_id=pack.pk, organization_id=pack.organization_id, context=where, **acted_by(by)))


@transaction.atomic
def judge_item(attachment: Attachment, resource_id: UUID, *, helped: bool, by: Actor) -> Judgement:
    """Say whether a resource of the pack helped; again replaces what one said. Raises Denied, ItemUnknown."""
    pack = attachment.pack
    require(rules.may_judge, by, attachment)
    item = pack.items.filter(resource=resource_id).first()
    if item is None:
        raise ItemUnknown
    assert by.person_id is not None  # the rule asked for a person
    facts = {"helped": helped, "taught": by.has_role(*TEACHING_ROLES), "made_at": timezone.now()}
    found, _new = Judgement.objects.update_or_create(
        attachment=attachment, resource_id=resource_id, person_id=by.person_id, defaults=facts
    )
    publish(
        ItemJudged(
            object_id=resource_id,
            organization_id=pack.organization_id,
            result={"success": helped},
            context={"pack": str(pack.pk), **_where(attachment)},
            **acted_by(by),
        )
    )
    return found
