"""Reads about streams."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext

from lantian.content.media.enums import StreamState
from lantian.content.media.models import MediaKey, Stream
from lantian.content.media.rules import may_view_stream
from lantian.kernel.retention import Line
from lantian.kernel.rules import Actor, shared, visible_pair


@visible_pair(may_view_stream)
def streams_visible_to(actor: Actor) -> QuerySet[Stream]:
    """Streams that some app above shares with this actor (`share_edge("media.stream")`)."""
    if actor.is_system:
        return Stream.objects.all()
    return Stream.objects.filter(shared("media.stream", actor))


def keys_visible_to(actor: Actor) -> QuerySet[MediaKey]:
    """Content keys of the streams that this actor may watch."""
    return MediaKey.objects.filter(stream__in=streams_visible_to(actor))


def media_url(stream: Stream, name: str) -> str:
    """Address of one file of a stream, as the front door serves it."""
    return f"/media/streams/{stream.token}/{name}"


def poster_url(stream: Stream) -> str:
    """Address of the newest still picture; empty while there is none."""
    return media_url(stream, stream.poster) if stream.poster else ""


def segments_noted(token: str) -> int:
    """How many segments a stream had when that was last written down; a running one has up to 15 seconds more."""
    return Stream.objects.filter(token=token).values_list("segments", flat=True).first() or 0


def streams_closed(before: datetime) -> QuerySet[Stream]:
    """Recordings that ended before a moment and are still there, but for those that are held."""
    return Stream.objects.filter(state=StreamState.CLOSED, closed_at__lt=before, held=False)


def sample_of_closed(before: datetime, most: int) -> list[Line]:
    """Some of `streams_closed`, the oldest first, by their length."""
    rows = streams_closed(before).order_by("closed_at").values_list("seconds", "closed_at")[:most]
    return [
        Line(gettext("录像，%(minutes)s 分钟") % {"minutes": round(seconds / 60)}, at) for seconds, at in rows if at
    ]
