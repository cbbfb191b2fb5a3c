"""How often and after how long a message is tried again."""

from datetime import timedelta

PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
)  # then it is given up: after eleven hours a notice is news no more


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failed attempts; None: no more."""
    return PAUSES[attempts - 1] if 1 <= attempts <= len(PAUSES) else None
