"""Which term a day lies in, and which week of it."""

from datetime import date, timedelta
from uuid import UUID

from django.db.models import F, Q

from lantian.kernel.time.models import AcademicSession


def term_on(day: date, *, organization_id: UUID | None = None) -> AcademicSession | None:
    """The term that `day` lies in; an organisation's own one before the nation's. One query."""
    terms = AcademicSession.objects.filter(starts_on__lte=day, ends_on__gte=day)
    mine = terms.filter(Q(organization_id=organization_id) | Q(organization_id=None))
    return mine.order_by(F("organization_id").asc(nulls_last=True)).first()


def week_of_term(day: date, *, organization_id: UUID | None = None) -> int | None:
    """1 for the week (Monday to Sunday) in which the term begins, and so on; None between terms. One query."""
    term = term_on(day, organization_id=organization_id)
    if term is None:
        return None
    first_monday = term.starts_on - timedelta(days=term.starts_on.weekday())
    return (day - first_monday).days // 7 + 1
