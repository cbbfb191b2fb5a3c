"""Reads about streams."""

from django.db.models import QuerySet

from lantian.content.media.models import MediaKey, Stream
from lantian.content.media.rules import may_view_stream
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
