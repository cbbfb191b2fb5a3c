"""Whose feed an address is, and what is left of somebody who was erased."""

from hashlib import sha256
from typing import TYPE_CHECKING

from lantian.content.follows import queries

if TYPE_CHECKING:
    from lantian.content.follows.models import Reader
    from lantian.kernel.holdings import Subject


def digest_of(secret: str) -> str:
    """What is kept of a secret address: its SHA-256, in hex."""
    return sha256(secret.encode()).hexdigest()


def reader_of_secret(secret: str) -> "Reader | None":
    """Whose feed a secret address is, while their account may sign in."""
    return queries.reader_behind(digest_of(secret))


def forget_follows(subject: "Subject") -> int:
    """What they follow goes with them, and so does that others follow them. Asks no rule: for the service that erases people."""
    rows = queries.follows_of(subject)
    count = rows.count()
    rows.delete()
    return count


def forget_readers(subject: "Subject") -> int:
    """How far they have read goes with them; the address of their feed answers no more. Asks no rule, as above."""
    rows = queries.readers_of(subject)
    count = rows.count()
    rows.delete()
    return count
