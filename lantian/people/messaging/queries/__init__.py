"""Reads of messages: kinds, somebody's inbox, whom a notice reaches and how far they are."""

from lantian.people.messaging.queries.deliveries import BUSY
from lantian.people.messaging.queries.inbox import (
    MOST_COUNTED,
    OPEN,
    children_concerned,
    count_to_confirm,
    devices_of,
    inbox_of,
    preference_of,
    receipts_visible_to,
    standing_q,
    unread_of_account,
    unread_of_request,
)
from lantian.people.messaging.queries.kinds import KINDS, Kind, Telling, day_words, moment_words, words_of
from lantian.people.messaging.queries.recipients import count_recipients, reached_among
from lantian.people.messaging.queries.sent import (
    PlaceReach,
    Reach,
    audience_words,
    groups_for,
    notices_visible_to,
    reach_by_place,
    reach_of,
    recipients_of,
)

__all__ = [
    "BUSY",
    "KINDS",
    "MOST_COUNTED",
    "OPEN",
    "Kind",
    "PlaceReach",
    "Reach",
    "Telling",
    "audience_words",
    "children_concerned",
    "count_recipients",
    "count_to_confirm",
    "day_words",
    "devices_of",
    "groups_for",
    "inbox_of",
    "moment_words",
    "notices_visible_to",
    "preference_of",
    "reach_by_place",
    "reach_of",
    "reached_among",
    "receipts_visible_to",
    "recipients_of",
    "standing_q",
    "unread_of_account",
    "unread_of_request",
    "words_of",
]
