"""What imports hold of a person goes with them."""

from django.db.models import Q

from lantian.kernel.holdings import Subject
from lantian.people.exchange.models import Finding, SheetCorrection, SheetRow
from lantian.people.exchange.queries import holding


def erase_rows(subject: Subject) -> int:
    """Delete a person's rows of files, with what was found and corrected in them, and the ids other systems have for them.

    Asks no rule: for the service that erases people (people/privacy), in its transaction. Returns how many rows and ids it was.
    """
    places = set(holding.rows_of(subject).filter(row_no__gt=0).values_list("run", "file", "row_no"))
    for run, file, row_no in places:
        here = Q(run=run, file=file, row_no=row_no)
        Finding.objects.filter(here).delete()
        SheetCorrection.objects.filter(here).delete()
        SheetRow.objects.filter(sheet__run=run, sheet__label=file, row_no=row_no).delete()
    return int(holding.rows_of(subject).delete()[0] + holding.keys_of(subject).delete()[0])
