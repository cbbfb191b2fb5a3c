"""What is left of somebody who was erased."""

from typing import TYPE_CHECKING

from lantian.content.wanted import queries

if TYPE_CHECKING:
    from lantian.kernel.holdings import Subject


def forget_answers(subject: "Subject") -> int:
    """What was offered stays with the resource, which is the unit's; who offered it, and in which words, is not known any more.
    Asks no rule: for the service that erases people."""
    return queries.answers_of(subject).update(person=None, words="")
