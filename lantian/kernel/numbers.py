"""Whole numbers in what somebody sent."""

DIGITS = 18  # what 64 bits surely hold; `int` itself takes seconds for millions of digits, and refuses from 4 300 on


def number_of(text: str | None, *, most: int = 10**DIGITS - 1) -> int | None:
    """The number that `text` is, in ASCII digits, from 0 to `most`; None for anything else, and for what is larger."""
    if not text or len(text) > DIGITS or not (text.isascii() and text.isdigit()):
        return None
    number = int(text)
    return number if number <= most else None
