"""Which cells of a list are shown masked, and how: numbers that the roster keeps sealed are no more open in a list."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lantian.people.exchange.models import SheetFile

# Field of a sheet → which of the roster's sealed facts it is.
SEALED = {
    "citizen_id": "citizen_id",
    "student_number": "student_number",
    "phone": "phone",
    "guardian_phone": "phone",
    "guardian2_phone": "phone",
    "father_phone": "phone",
    "mother_phone": "phone",
}
_STARS = "***"
# A phone, citizen ID or student number wherever it was typed, parted by blanks or strokes too. School codes have ten digits.
_NUMBER = re.compile(r"[GJL]?\d(?:[ \-]?\d){10,}[ \-]?[xX]?", re.IGNORECASE)
_DIGITS_OF_A_PHONE = 11


def sealed_places(sheet: "SheetFile") -> dict[int, str]:
    """Place of a column → which sealed fact stands in it."""
    return {sheet.columns[field]: fact for field, fact in SEALED.items() if isinstance(sheet.columns.get(field), int)}


def masked(text: str) -> str:
    """Enough to tell two numbers apart and to see that one is broken; what is too short to be a number stands as it is."""
    return f"{text[:4]}{'*' * (len(text) - 6)}{text[-2:]}" if len(text) > 8 else text


def masked_within(text: str) -> str:
    """A cell of a column that should hold something else (a name): the numbers in it are masked, all else stands."""
    return _NUMBER.sub(lambda found: masked(found[0]), text)


def shown_cell(sheet: "SheetFile", place: int, text: str) -> str:
    """A cell as whoever corrects the list sees it."""
    return masked(text) if place in sealed_places(sheet) else masked_within(text)


def fact_at(sheet: "SheetFile", place: int, text: str) -> str | None:
    """Which sealed fact a cell holds, by its column or, under another head, by its length; None when it holds none."""
    found = _NUMBER.search(text)
    if place in sealed_places(sheet) or found is None:
        return sealed_places(sheet).get(place)
    return "phone" if sum(sign.isdigit() for sign in found[0]) == _DIGITS_OF_A_PHONE else "citizen_id"


def is_mask(text: str) -> bool:
    return _STARS in text
