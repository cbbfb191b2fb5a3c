"""The verbs of media. Three circles: the database (streams, keys), the disk (folder, writer, follower), the room left.

The live process uses it like this::

    stream = create_stream(by=actor)                                  # in a thread: database
    keys, lost = stream_keys(stream.pk)                               # in a thread: database
    ring = KeyRing(keys, used=used_keys(folder), supply=lambda: make_key_in_thread(stream.pk), executor=threads)
    writer = open_writer(folder_of(stream), ring)                     # disk only, from here on no database
    start = writer.open_epoch(client, mime)                           # -> next_chunk, skip, acked
    fed = writer.feed(number, payload)                                # -> acked, new segments
    writer.close_epoch()                                              # last chunk of a recorder
    writer.finish()                                                   # end of the lesson: replay
    close_stream(stream, by=actor)                                    # in a thread: totals
    follower = StreamFollower(folder, ring.secret); follower.step()   # in a thread: AAC rendition and posters
"""

from lantian.content.media.services import offsite
from lantian.content.media.services.cutting import (
    cut_bounds,
    cut_stream,
    hold_stream,
    measure_stream,
    show_cut,
    whole_list,
    withhold_stream,
)
from lantian.content.media.services.folder import (
    MADE,
    EpochRecord,
    SegmentRecord,
    StreamFolder,
    stream_folder,
    used_keys,
)
from lantian.content.media.services.follower import StreamFollower
from lantian.content.media.services.keys import (
    KeyRing,
    content_key,
    make_key,
    make_key_in_thread,
    open_key,
    stream_keys,
)
from lantian.content.media.services.making import FilmFacts, Look, Stills, StoredLesson, look_through, make_film
from lantian.content.media.services.shrinker import StreamShrinker
from lantian.content.media.services.space import LESSON_BYTES, Room, room_for_lesson
from lantian.content.media.services.streams import (
    can_be_played,
    close_stream,
    create_stream,
    delete_stream,
    expire_streams,
    folder_at_hand,
    folder_of,
    lesson_room,
    media_root,
    save_epochs,
    save_progress,
    sweep_deleted,
    sweep_sent,
)
from lantian.content.media.services.writer import EpochStart, Fed, SegmentWriter, StreamLimits, open_writer

__all__ = [
    "LESSON_BYTES",
    "MADE",
    "EpochRecord",
    "EpochStart",
    "Fed",
    "FilmFacts",
    "KeyRing",
    "Look",
    "Room",
    "SegmentRecord",
    "SegmentWriter",
    "Stills",
    "StoredLesson",
    "StreamFolder",
    "StreamFollower",
    "StreamLimits",
    "StreamShrinker",
    "can_be_played",
    "close_stream",
    "content_key",
    "create_stream",
    "cut_bounds",
    "cut_stream",
    "delete_stream",
    "expire_streams",
    "folder_at_hand",
    "folder_of",
    "hold_stream",
    "lesson_room",
    "look_through",
    "make_film",
    "make_key",
    "make_key_in_thread",
    "measure_stream",
    "media_root",
    "offsite",
    "open_key",
    "open_writer",
    "room_for_lesson",
    "save_epochs",
    "save_progress",
    "show_cut",
    "stream_folder",
    "stream_keys",
    "sweep_deleted",
    "sweep_sent",
    "used_keys",
    "whole_list",
    "withhold_stream",
]
