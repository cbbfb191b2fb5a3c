"""Setting recorders up, and keeping what the gateway saw of them."""

from lantian.teach.recorders.services.setting_up import (
    change_recorder,
    register_recorder,
    renew_key,
    resume_recorder,
    stop_recorder,
)
from lantian.teach.recorders.services.watching import forget_lines, note, saw

__all__ = [
    "change_recorder",
    "forget_lines",
    "note",
    "register_recorder",
    "renew_key",
    "resume_recorder",
    "saw",
    "stop_recorder",
]
