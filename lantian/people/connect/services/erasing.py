"""Where somebody signed on goes with them."""

from lantian.kernel.holdings import Subject
from lantian.people.connect.queries import sign_ons_of


def erase_sign_ons(subject: Subject) -> int:
    """Delete what a person agreed to hand to software and when they signed on; what it was told lies with it.

    Asks no rule: for the service that erases people (people/privacy), in its transaction. Returns how many.
    """
    return int(sign_ons_of(subject).delete()[0])
