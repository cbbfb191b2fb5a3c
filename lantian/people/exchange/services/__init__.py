"""Verbs of the exchange."""

from lantian.people.exchange.services.runs import (
    cancel_import,
    check_again,
    confirm_import,
    forget_old,
    proceed,
    resume,
    start_import,
)

__all__ = ["cancel_import", "check_again", "confirm_import", "forget_old", "proceed", "resume", "start_import"]
