"""What is left of somebody who was erased, and of what is long ago. Asks no rules: for the services that erase and let go."""

from datetime import datetime
from typing import TYPE_CHECKING

from lantian.content.suggested import queries

if TYPE_CHECKING:
    from lantian.kernel.holdings import Subject


def forget_uses(subject: "Subject") -> int:
    """What they used goes with them; the model of the next night knows nothing of it."""
    return queries.uses_of(subject).delete()[0]


def forget_hidden(subject: "Subject") -> int:
    """So does what they did not want to be shown."""
    return queries.hidden_of(subject).delete()[0]


def forget_plain(subject: "Subject") -> int:
    """And that they wanted nothing made of it: there is nothing left."""
    return queries.plain_of(subject).delete()[0]


def let_go_of_uses(before: datetime) -> int:
    """Uses of which the last was before that moment."""
    return queries.uses_before(before).delete()[0]
