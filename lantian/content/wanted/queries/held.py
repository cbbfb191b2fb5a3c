"""What calls hold of a person: what they offered."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lantian.content.wanted.models import Answer
from lantian.kernel.holdings import Part, Subject


def answers_of(subject: Subject) -> QuerySet[Answer]:
    return Answer.objects.filter(person__in=subject.person_ids)


def answers_part(subject: Subject) -> Part:
    labels = {"call": _("征集"), "resource": _("资源"), "words": _("写的话"), "state": _("状态"), "at": _("时间")}
    rows = answers_of(subject).select_related("call", "resource").order_by("made_at")
    found = [
        {
            "call": row.call.title,
            "resource": row.resource.title,
            "words": row.words,
            "state": str(row.get_state_display()),
            "at": row.made_at.isoformat(),
        }
        for row in rows
    ]
    return Part(_("应征的资源"), labels, found)
