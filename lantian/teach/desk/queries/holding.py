"""Faults a person reported: their part of a copy."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lantian.kernel.holdings import Part, Subject
from lantian.teach.desk.models import Ticket


def tickets_of(subject: Subject) -> QuerySet[Ticket]:
    """Tickets that a person raised."""
    return Ticket.objects.filter(raised_by__in=subject.person_ids)


def tickets_part(subject: Subject) -> Part:
    """What they reported, when."""
    rows = tickets_of(subject).order_by("created_at")
    found = [
        {"number": row.number, "kind": row.get_kind_display(), "words": row.words, "at": row.created_at.isoformat()}
        for row in rows
    ]
    return Part(_("报修单"), {"number": _("单号"), "kind": _("问题"), "words": _("内容"), "at": _("时间")}, found)
