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
from lantian.people.privacy.queries.erasing import (
    DECIDERS,
    Planned,
    answering_unit,
    erasure_known,
    erasures_due,
    erasures_of,
    erasures_to_decide,
    erasures_visible_to,
    open_erasure_of,
    outcome_of,
    person_by_number,
    plan_of,
    subject_of,
)
from lantian.people.privacy.queries.looks import audited_below, looks_at
from lantian.people.privacy.queries.personal import consents_part, personal_parts
from lantian.people.privacy.queries.retention import Kept, kept_kinds, period_of, sample_of, span_words

__all__ = [
    "DECIDERS",
    "Kept",
    "Planned",
    "answering_unit",
    "answers_for",
    "audited_below",
    "children_answered_for",
    "consents_of",
    "consents_part",
    "erasure_known",
    "erasures_due",
    "erasures_of",
    "erasures_to_decide",
    "erasures_visible_to",
    "is_guardian_of",
    "kept_kinds",
    "looks_at",
    "needs_consent",
    "open_erasure_of",
    "outcome_of",
    "period_of",
    "person_by_number",
    "personal_parts",
    "plan_of",
    "sample_of",
    "span_words",
    "state_of",
    "subject_of",
    "wards_without_consent",
    "with_consent_state",
]
