"""What is held of a person: what they used, what they do not want to be shown, and whether they want none of it."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lantian.content.suggested.enums import Way
from lantian.content.suggested.models import Hidden, Plain, Use
from lantian.kernel.holdings import Part, Subject
from lantian.kernel.retention import Line


def uses_of(subject: Subject) -> QuerySet[Use]:
    return Use.objects.filter(person__in=subject.person_ids)


def hidden_of(subject: Subject) -> QuerySet[Hidden]:
    return Hidden.objects.filter(person__in=subject.person_ids)


def plain_of(subject: Subject) -> QuerySet[Plain]:
    return Plain.objects.filter(person__in=subject.person_ids)


def _words(ways: int) -> str:
    named = {
        Way.TOOK: _("下载"),
        Way.KEPT: _("收藏"),
        Way.LIKED: _("好评"),
        Way.PACKED: _("放进资源包"),
        Way.GIVEN: _("用在课上"),
        Way.DISLIKED: _("差评"),
    }
    return "、".join(words for way, words in named.items() if ways & way)


def uses_part(subject: Subject) -> Part:
    labels = {"resource": _("资源"), "ways": _("怎样用过"), "at": _("时间")}
    rows = uses_of(subject).select_related("resource").order_by("last_at", "pk")
    found = [{"resource": row.resource.title, "ways": _words(row.ways), "at": row.last_at.isoformat()} for row in rows]
    return Part(_("用过的资源（用来推荐）"), labels, found)


def hidden_part(subject: Subject) -> Part:
    labels = {"resource": _("资源"), "at": _("时间")}
    rows = hidden_of(subject).select_related("resource").order_by("made_at", "pk")
    found = [{"resource": row.resource.title, "at": row.made_at.isoformat()} for row in rows]
    return Part(_("不感兴趣的资源"), labels, found)


def uses_before(moment: datetime) -> QuerySet[Use]:
    """Uses of which the last was before that."""
    return Use.objects.filter(last_at__lt=moment)


def sample_uses(moment: datetime, most: int) -> Sequence[Line]:
    rows = uses_before(moment).select_related("resource").order_by("last_at")[:most]
    return [Line(row.resource.title, row.last_at) for row in rows]
