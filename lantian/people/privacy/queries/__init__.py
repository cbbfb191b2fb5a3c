"""Reads of the privacy pages."""

from lantian.people.privacy.queries.consents import (
    children_answered_for,
    consents_of,
    is_guardian_of,
    needs_consent,
    state_of,
    wards_without_consent,
    with_consent_state,
)

__all__ = [
    "children_answered_for",
    "consents_of",
    "is_guardian_of",
    "needs_consent",
    "state_of",
    "wards_without_consent",
    "with_consent_state",
]
