"""The verbs of resources: send a file, make, hand in, use."""

from lantian.content.resources.services.bringing import (
    Brought,
    bring_resources,
    files_there,
    keep_file,
    keep_files,
    keep_made,
    look_at,
    look_at_each,
    put_up,
    sound,
    take_down,
)
from lantian.content.resources.services.covering import ask_covers, draw_covers
from lantian.content.resources.services.crediting import Said, bring_marks, bring_ratings
from lantian.content.resources.services.erasing import forget_author, forget_words
from lantian.content.resources.services.filming import (
    ask_film,
    ask_films_of,
    ask_waiting_films,
    film_again,
    is_film,
    make_film,
    sweep_films,
)
from lantian.content.resources.services.looking import Seen
from lantian.content.resources.services.making import Kept, create_resource, discard_version, new_version, save_version
from lantian.content.resources.services.offsite import at_hand, send_waiting, sweep_bucket, tidy_cache
from lantian.content.resources.services.placing import place_resource
from lantian.content.resources.services.previewing import ask_missing_previews, ask_preview, make_preview
from lantian.content.resources.services.receiving import begin_upload, drop_upload, expire_uploads, write_piece
from lantian.content.resources.services.reviewing import (
    check_complete,
    check_licensed,
    check_sound,
    check_twice,
    ensure_review,
    note_returned,
    publish_reviewed,
    publish_version,
    refuse_reviewed,
    reopen_reviewed,
    submit_version,
    take_back,
)
from lantian.content.resources.services.room import UnitRoom
from lantian.content.resources.services.scanning import scan_waiting
from lantian.content.resources.services.storing import Known, sweep_blobs
from lantian.content.resources.services.subtitling import SUBTITLE_BYTES, drop_subtitle, put_subtitle
from lantian.content.resources.services.taking import take_in
from lantian.content.resources.services.using import (
    keep_resource,
    mark_resource,
    note_download,
    rate_resource,
    report_fault,
    settle_fault,
    withdraw_resource,
)

__all__ = [
    "SUBTITLE_BYTES",
    "Brought",
    "Kept",
    "Known",
    "Said",
    "Seen",
    "UnitRoom",
    "ask_covers",
    "ask_film",
    "ask_films_of",
    "ask_missing_previews",
    "ask_preview",
    "ask_waiting_films",
    "at_hand",
    "begin_upload",
    "bring_marks",
    "bring_ratings",
    "bring_resources",
    "check_complete",
    "check_licensed",
    "check_sound",
    "check_twice",
    "create_resource",
    "discard_version",
    "draw_covers",
    "drop_subtitle",
    "drop_upload",
    "ensure_review",
    "expire_uploads",
    "files_there",
    "film_again",
    "forget_author",
    "forget_words",
    "is_film",
    "keep_file",
    "keep_files",
    "keep_made",
    "keep_resource",
    "look_at",
    "look_at_each",
    "make_film",
    "make_preview",
    "mark_resource",
    "new_version",
    "note_download",
    "note_returned",
    "place_resource",
    "publish_reviewed",
    "publish_version",
    "put_subtitle",
    "put_up",
    "rate_resource",
    "refuse_reviewed",
    "reopen_reviewed",
    "report_fault",
    "save_version",
    "scan_waiting",
    "send_waiting",
    "settle_fault",
    "sound",
    "submit_version",
    "sweep_blobs",
    "sweep_bucket",
    "sweep_films",
    "take_back",
    "take_down",
    "take_in",
    "tidy_cache",
    "withdraw_resource",
    "write_piece",
]
