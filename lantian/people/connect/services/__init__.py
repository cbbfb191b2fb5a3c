"""Verbs of connect."""

from lantian.people.connect.services.access import access_of, count_request, forget_old_use
from lantian.people.connect.services.clients import (
    NewClient,
    register_client,
    resume_client,
    rotate_secret,
    stop_client,
)

__all__ = [
    "NewClient",
    "access_of",
    "count_request",
    "forget_old_use",
    "register_client",
    "resume_client",
    "rotate_secret",
    "stop_client",
]
