"""What is left of somebody who was erased, and of who said what long ago."""

from datetime import datetime
from typing import TYPE_CHECKING

from lantian.content.packs import queries
from lantian.content.packs.models import Pack

if TYPE_CHECKING:
    from lantian.kernel.holdings import Subject


def forget_packs(subject: "Subject") -> int:
    """Packs are somebody's own notes and go with them; copies that others made are theirs. Asks no rule: for the service that
    erases people."""
    mine = list(queries.packs_of(subject).values_list("pk", flat=True))
    Pack.objects.filter(pk__in=mine).delete()
    return len(mine)


def forget_judgements(subject: "Subject") -> int:
    """That something helped is still counted; who said so is not known any more. Asks no rule, as above."""
    return queries.judgements_of(subject).update(person=None)


def let_go_of_names(before: datetime) -> int:
    """Of judgements older than that moment the number alone is kept. Asks no rule: for the night's retention."""
    return queries.named_before(before).update(person=None)
