"""The verbs of live lessons."""

from lantian.teach.live.services.chat import add_chat_words, remove_chat_word, tell_heads
from lantian.teach.live.services.happenings import save_events, save_polls
from lantian.teach.live.services.merging import join_attendance, part_attendance
from lantian.teach.live.services.nodes import (
    Standing,
    choose_node,
    claim_session,
    drain_node,
    forget_node,
    hand_session_on,
    leave_node,
    renew_node,
)
from lantian.teach.live.services.pages import add_blank_page, arrange_pages, remove_page, rename_page
from lantian.teach.live.services.polls import note_polls_export, prepare_poll, remove_prepared_poll
from lantian.teach.live.services.presence import close_attendance, save_presence
from lantian.teach.live.services.sessions import (
    end_live_session,
    extend_live_session,
    mark_live,
    note_publisher,
    open_live_session,
    save_progress,
    settle_live_session,
)
from lantian.teach.live.services.tickets import (
    make_ticket,
    ticket_for_lobby,
    ticket_for_teacher,
    ticket_for_viewer,
    verify_ticket,
)
from lantian.teach.live.services.uploads import add_page_upload, remove_page_upload, render_page_upload

__all__ = [
    "Standing",
    "add_blank_page",
    "add_chat_words",
    "add_page_upload",
    "arrange_pages",
    "choose_node",
    "claim_session",
    "close_attendance",
    "drain_node",
    "end_live_session",
    "extend_live_session",
    "forget_node",
    "hand_session_on",
    "join_attendance",
    "leave_node",
    "make_ticket",
    "mark_live",
    "note_polls_export",
    "note_publisher",
    "open_live_session",
    "part_attendance",
    "prepare_poll",
    "remove_chat_word",
    "remove_page",
    "remove_page_upload",
    "remove_prepared_poll",
    "rename_page",
    "render_page_upload",
    "renew_node",
    "save_events",
    "save_polls",
    "save_presence",
    "save_progress",
    "settle_live_session",
    "tell_heads",
    "ticket_for_lobby",
    "ticket_for_teacher",
    "ticket_for_viewer",
    "verify_ticket",
]
