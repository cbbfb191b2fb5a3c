"""The verbs of messages."""

from lantian.people.messaging.engine.audience import Audience
from lantian.people.messaging.services.erasing import erase_receipts, forget_old
from lantian.people.messaging.services.reading import archive, bring_back, confirm_receipt, mark_read, open_receipt
from lantian.people.messaging.services.spreading import run_spreading
from lantian.people.messaging.services.telling import subscribe, tell
from lantian.people.messaging.services.writing import MOST_REMINDERS, remind, send_notice, stop_sending, withdraw_notice

__all__ = [
    "MOST_REMINDERS",
    "Audience",
    "archive",
    "bring_back",
    "confirm_receipt",
    "erase_receipts",
    "forget_old",
    "mark_read",
    "open_receipt",
    "remind",
    "run_spreading",
    "send_notice",
    "stop_sending",
    "subscribe",
    "tell",
    "withdraw_notice",
]
