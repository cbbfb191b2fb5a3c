"""Verbs of connect."""

from lantian.people.connect.services.access import access_of, count_request, forget_old_use
from lantian.people.connect.services.clients import (
    Terms,
    change_client,
    register_client,
    resume_client,
    rotate_secret,
    stop_client,
    terms_of,
)
from lantian.people.connect.services.erasing import erase_sign_ons
from lantian.people.connect.services.families import forget_spent_tokens
from lantian.people.connect.services.protocol import (
    Answered,
    Asked,
    Unanswerable,
    give_token,
    metadata,
    read_request,
    refuse_revocation,
    refuse_userinfo,
)
from lantian.people.connect.services.sign_on import MustAsk, sign_on, take_back

__all__ = [
    "Answered",
    "Asked",
    "MustAsk",
    "Terms",
    "Unanswerable",
    "access_of",
    "change_client",
    "count_request",
    "erase_sign_ons",
    "forget_old_use",
    "forget_spent_tokens",
    "give_token",
    "metadata",
    "read_request",
    "refuse_revocation",
    "refuse_userinfo",
    "register_client",
    "resume_client",
    "rotate_secret",
    "sign_on",
    "stop_client",
    "take_back",
    "terms_of",
]
