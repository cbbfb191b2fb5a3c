"""Pages and small JSON answers of live lessons."""

from lantian.teach.live.views.attendance import attendance
from lantian.teach.live.views.chat import chat, remove_word, words
from lantian.teach.live.views.happenings import events
from lantian.teach.live.views.lesson import lesson_page
from lantian.teach.live.views.pages import add_board, change_page, page_image, prepare_pages
from lantian.teach.live.views.polls import polls, prepare, remove_poll
from lantian.teach.live.views.rooms import screen, screen_day, teach, watch
from lantian.teach.live.views.sessions import end, extend, key, open_, ticket
from lantian.teach.live.views.uploads import pages, remove

__all__ = [
    "add_board",
    "attendance",
    "change_page",
    "chat",
    "end",
    "events",
    "extend",
    "key",
    "lesson_page",
    "open_",
    "page_image",
    "pages",
    "polls",
    "prepare",
    "prepare_pages",
    "remove",
    "remove_poll",
    "remove_word",
    "screen",
    "screen_day",
    "teach",
    "ticket",
    "watch",
    "words",
]
