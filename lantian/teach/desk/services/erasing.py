"""Who reported a fault is forgotten; the fault is not."""

from lantian.kernel.holdings import Subject
from lantian.teach.desk.enums import Act
from lantian.teach.desk.models import TicketNote
from lantian.teach.desk.queries.holding import tickets_of


def forget_raiser(subject: Subject) -> int:
    """Take a person's name off the tickets they raised and the notes they wrote. Asks no rule: for the service that erases
    people, in its transaction. Returns how many tickets it was."""
    raised = TicketNote.objects.filter(ticket__in=tickets_of(subject).values("pk"), act=Act.RAISED)
    raised.update(words="")  # the same words once more
    TicketNote.objects.filter(by__in=subject.person_ids).update(by=None, by_name=subject.pseudonym)
    return tickets_of(subject).update(raised_by=None, raised_as=subject.pseudonym, words="")
