"""Pages of following: what is new, following more, the feed."""

from lantian.content.follows.views.feeds import atom, json_feed
from lantian.content.follows.views.pages import act, drop, new, news

__all__ = ["act", "atom", "drop", "json_feed", "new", "news"]
