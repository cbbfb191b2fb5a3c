"""A person's copy of all we hold: every app's part of it (`kernel.holdings`)."""

from django.utils.translation import gettext as _

from lantian.kernel.holdings import HOLDINGS, Part, Subject
from lantian.people.privacy.queries.consents import consents_with


def personal_parts(subject: Subject) -> dict[str, Part]:
    """All we hold about a person, by holding. Sealed facts are open in it: the caller has asked the rule and writes it down."""
    return {key: held.export(subject) for key, held in HOLDINGS.items() if held.export is not None}


def consents_part(subject: Subject) -> Part:
    """What guardians agreed to for a child, and what a guardian did."""
    rows = [
        {
            "student": row.student.name,
            "guardian": row.guardian.name,
            "version": row.version,
            "way": str(row.get_way_display()),
            "given": row.given_at.isoformat(),
            "withdrawn": row.withdrawn_at.isoformat() if row.withdrawn_at else None,
        }
        for row in consents_with(subject).select_related("student", "guardian").order_by("given_at", "pk")
    ]
    labels = {
        "student": _("学生"),
        "guardian": _("监护人"),
        "version": _("版本"),
        "way": _("方式"),
        "given": _("同意时间"),
        "withdrawn": _("撤回时间"),
    }
    return Part(_("监护人同意"), labels, rows)
