"""Which cells of a list are shown masked, and how: numbers that the roster keeps sealed are no more open in a list."""

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


def sealed_places(sheet: "SheetFile") -> dict[int, str]:
    """Place of a column → which sealed fact stands in it."""
    return {sheet.columns[field]: fact for field, fact in SEALED.items() if isinstance(sheet.columns.get(field), int)}


def masked(text: str) -> str:
    """Enough to tell two numbers apart and to see that one is broken; what is too short to be a number stands as it is."""
    return f"{text[:4]}{'*' * (len(text) - 6)}{text[-2:]}" if len(text) > 8 else text


def is_mask(text: str) -> bool:
    return _STARS in text
