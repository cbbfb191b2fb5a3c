"""Moments of a recording as people write and read them: 1:02:03, 12:30, 75, 75.5. Pure."""

import re

_PARTS = re.compile(r"^(?:(?:(\d{1,2})[:：])?(\d{1,3})[:：])?(\d{1,5}(?:[.．]\d)?)$")


def seconds_of(text: str) -> float:
    """Seconds. Raises ValueError for what is no moment."""
    found = _PARTS.match(text.strip())
    if found is None:
        raise ValueError(text)
    hours, minutes, seconds = found.groups()
    rest = float(seconds.replace("．", "."))  # a full-width point
    if (minutes is not None and rest >= 60) or (hours is not None and int(minutes) >= 60):
        raise ValueError(text)
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + rest


def clock(seconds: float) -> str:
    """`1:02:03` or `2:03`, tenths where there are any."""
    tenths = round(seconds * 10)
    whole, tenth = divmod(tenths, 10)
    hours, rest = divmod(whole, 3600)
    text = f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
    return f"{text}.{tenth}" if tenth else text
