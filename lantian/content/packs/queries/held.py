"""What packs hold of a person, and for how long."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lantian.content.packs.models import Judgement, Pack
from lantian.kernel.holdings import Part, Subject
from lantian.kernel.retention import Line


def packs_of(subject: Subject) -> QuerySet[Pack]:
    return Pack.objects.filter(owner__in=subject.person_ids)


def packs_part(subject: Subject) -> Part:
    labels = {"title": _("资源包"), "words": _("简介"), "items": _("放了什么"), "at": _("时间")}
    rows = packs_of(subject).prefetch_related("items").order_by("created_at")
    found = [
        {
            "title": row.title,
            "words": row.words,
            "items": "\n".join(": ".join(filter(None, (each.title, each.note))) for each in row.items.all()),
            "at": row.created_at.isoformat(),
        }
        for row in rows
    ]
    return Part(_("资源包"), labels, found)


def judgements_of(subject: Subject) -> QuerySet[Judgement]:
    return Judgement.objects.filter(person__in=subject.person_ids)


def judgements_part(subject: Subject) -> Part:
    labels = {"resource": _("资源"), "helped": _("有没有帮助"), "at": _("时间")}
    rows = judgements_of(subject).select_related("resource").order_by("made_at")
    found = [
        {
            "resource": row.resource.title,
            "helped": _("有帮助") if row.helped else _("没帮助"),
            "at": row.made_at.isoformat(),
        }
        for row in rows
    ]
    return Part(_("说过哪些资源有帮助"), labels, found)


def named_before(moment: datetime) -> QuerySet[Judgement]:
    """Judgements older than that of which it is known who said them."""
    return Judgement.objects.filter(person__isnull=False, made_at__lt=moment)


def sample_named(moment: datetime, most: int) -> Sequence[Line]:
    rows = named_before(moment).select_related("resource").order_by("made_at")[:most]
    return [Line(row.resource.title, row.made_at) for row in rows]
