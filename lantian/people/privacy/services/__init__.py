"""What is done about people's privacy."""

from lantian.people.privacy.services.consents import give_consent, record_paper_consent, withdraw_consent
from lantian.people.privacy.services.erasing import (
    approve_erasure,
    erase_due,
    erase_gone,
    erase_requests,
    record_erasure,
    refuse_erasure,
    request_erasure,
    run_erasure,
    stop_erasure,
    withdraw_erasure,
)
from lantian.people.privacy.services.exports import export_personal_data
from lantian.people.privacy.services.retention import apply_retention, set_retention

__all__ = [
    "apply_retention",
    "approve_erasure",
    "erase_due",
    "erase_gone",
    "erase_requests",
    "export_personal_data",
    "give_consent",
    "record_erasure",
    "record_paper_consent",
    "refuse_erasure",
    "request_erasure",
    "run_erasure",
    "set_retention",
    "stop_erasure",
    "withdraw_consent",
    "withdraw_erasure",
]
