"""A publisher for the tests: resends what was not acked, as the page does; and a writer process that can be killed."""

import json
import sys
from pathlib import Path
from uuid import UUID, uuid4

from lantian.content.media.engine.crypto import ContentKey
from lantian.content.media.engine.lesson.source import MIME
from lantian.content.media.services.folder import StreamFolder, used_keys
from lantian.content.media.services.keys import KeyRing
from lantian.content.media.services.writer import SegmentWriter, open_writer


class Publisher:
    """Keeps every chunk until it is acked. `acked` is what the page believes to be safe."""

    def __init__(self, chunks: list[bytes], mime: str = MIME) -> None:
        self.client, self.mime = str(uuid4()), mime
        self.chunks, self.acked = chunks, -1

    def send(self, writer: SegmentWriter, until: int | None = None, *, now_ms: int | None = None) -> None:
        """Say hello, then send from where the server wants it (up to chunk `until`, exclusive)."""
        start = writer.open_epoch(self.client, self.mime, now_ms=now_ms)
        assert start.next_chunk > self.acked, "the server asks for something the page has thrown away"
        self.acked = max(self.acked, start.acked)
        for number in range(start.next_chunk, len(self.chunks) if until is None else min(until, len(self.chunks))):
            fed = writer.feed(number, self.chunks[number], now_ms=now_ms)
            self.acked = max(self.acked, fed.acked)
        if until is None or until >= len(self.chunks):
            writer.close_epoch()


def main(folder: str, secrets: str, client: str, source: str, size: str) -> None:
    """A live process in small: prints each ack; meant to be killed at any moment and started again.

    Takes a line of its input for each chunk, so that it is never far ahead of whoever reads its acks.
    """
    opened = StreamFolder(Path(folder))
    keys = [
        ContentKey(UUID(key), number, bytes.fromhex(secret)) for number, (key, secret) in enumerate(json.loads(secrets))
    ]
    writer = open_writer(opened, KeyRing(keys, used=used_keys(opened)))
    data, step = Path(source).read_bytes(), int(size)
    chunks = [data[at : at + step] for at in range(0, len(data), step)]
    start = writer.open_epoch(client, MIME)
    sys.stdout.write(f"start {start.next_chunk} {start.skip}\n")
    sys.stdout.flush()
    for number in range(start.next_chunk, len(chunks)):
        sys.stdin.readline()
        fed = writer.feed(number, chunks[number])
        sys.stdout.write(f"ack {fed.acked}\n")
        sys.stdout.flush()
    writer.finish()
    sys.stdout.write("done\n")
