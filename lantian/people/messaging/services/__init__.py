"""The verbs of messages."""

from lantian.people.messaging.engine.audience import Audience
from lantian.people.messaging.services.channels import channels_here
from lantian.people.messaging.services.channels.push import public_key as push_key
from lantian.people.messaging.services.delivering import deliver_due, wake_all
from lantian.people.messaging.services.erasing import erase_preferences, erase_receipts, forget_old
from lantian.people.messaging.services.preferences import (
    add_device,
    confirm_mail,
    drop_device,
    pass_device_on,
    send_confirmation,
    set_mail,
    set_preferences,
    unsubscribe,
)
from lantian.people.messaging.services.reading import archive, bring_back, confirm_receipt, mark_read, open_receipt
from lantian.people.messaging.services.spreading import run_spreading
from lantian.people.messaging.services.telling import subscribe, tell
from lantian.people.messaging.services.writing import MOST_REMINDERS, remind, send_notice, stop_sending, withdraw_notice

__all__ = [
    "MOST_REMINDERS",
    "Audience",
    "add_device",
    "archive",
    "bring_back",
    "channels_here",
    "confirm_mail",
    "confirm_receipt",
    "deliver_due",
    "drop_device",
    "erase_preferences",
    "erase_receipts",
    "forget_old",
    "mark_read",
    "open_receipt",
    "pass_device_on",
    "push_key",
    "remind",
    "run_spreading",
    "send_confirmation",
    "send_notice",
    "set_mail",
    "set_preferences",
    "stop_sending",
    "subscribe",
    "tell",
    "unsubscribe",
    "wake_all",
    "withdraw_notice",
]
