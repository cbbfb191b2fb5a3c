"""What is left of an applicant who was erased."""

from typing import TYPE_CHECKING

from lantian.commons.workflow.models import Application, Decision, Line
from lantian.kernel.holdings import renamed

if TYPE_CHECKING:
    from lantian.kernel.holdings import Subject


def forget_applicant(subject: "Subject") -> int:
    """Drafts go; of what was handed in the state stays for the figures, without answers, and no name stands in the history."""
    mine = Application.objects.filter(applicant__in=subject.person_ids)
    gone, _rows = mine.filter(round=0).delete()
    kept = mine.update(answers={}, title="")
    for line in Line.objects.filter(application__in=mine) | Line.objects.filter(person__in=subject.person_ids):
        line.name, line.words = renamed(line.name, subject), renamed(line.words, subject)
        line.save(update_fields=["name", "words"])
    for decision in Decision.objects.filter(task__application__in=mine).exclude(words=""):
        decision.words = renamed(decision.words, subject)
        decision.save(update_fields=["words"])
    return gone + kept
