"""Reads of the privacy pages."""

from lantian.people.privacy.queries.consents import (
    answers_for,
    children_answered_for,
    consents_of,
    is_guardian_of,
    needs_consent,
    state_of,
    wards_without_consent,
    with_consent_state,
)
from lantian.people.privacy.queries.looks import audited_below, looks_at
from lantian.people.privacy.queries.personal import PERSONAL_PARTS, PersonalPart, personal_parts

__all__ = [
    "PERSONAL_PARTS",
    "PersonalPart",
    "answers_for",
    "audited_below",
    "children_answered_for",
    "consents_of",
    "is_guardian_of",
    "looks_at",
    "needs_consent",
    "personal_parts",
    "state_of",
    "wards_without_consent",
    "with_consent_state",
]
