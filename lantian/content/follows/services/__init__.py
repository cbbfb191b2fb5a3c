"""The verbs of following."""

from lantian.content.follows.services.following import close_feed, drop, follow, open_feed, see_news, set_daily
from lantian.content.follows.services.gathering import gather
from lantian.content.follows.services.keeping import forget_follows, forget_readers, reader_of_secret

__all__ = [
    "close_feed",
    "drop",
    "follow",
    "forget_follows",
    "forget_readers",
    "gather",
    "open_feed",
    "reader_of_secret",
    "see_news",
    "set_daily",
]
