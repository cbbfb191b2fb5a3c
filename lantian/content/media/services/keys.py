"""Content keys: made in the database ahead of need, held in memory by the live process, never asked for in the hot path."""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from threading import Lock
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import close_old_connections, transaction

from lantian.content.media.engine.crypto import ContentKey, new_secret
from lantian.content.media.errors import KeyLost, NoKey
from lantian.content.media.models import MediaKey, Stream
from lantian.content.media.queries import keys_visible_to
from lantian.kernel import crypto
from lantian.kernel.rules import Actor

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)


def _context(key: UUID) -> str:
    return f"media.key:{key}"


@transaction.atomic
def make_key(stream_id: UUID) -> ContentKey:
    """Make and store the stream's next key. Safe against two callers: the stream's row is locked."""
    stream = Stream.objects.select_for_update().only("pk").get(pk=stream_id)
    last = stream.keys.order_by("-number").values_list("number", flat=True).first()
    key = ContentKey(uuid4(), 0 if last is None else last + 1, new_secret())
    sealed = crypto.encrypt(key.secret, context=_context(key.id))
    MediaKey.objects.create(id=key.id, stream=stream, number=key.number, sealed=sealed)
    return key


def open_key(row: MediaKey) -> ContentKey:
    """Unseal a key. Raises KeyLost when the key file does not open it any more."""
    try:
        return ContentKey(row.pk, row.number, crypto.decrypt(bytes(row.sealed), context=_context(row.pk)))
    except crypto.KeyLost as error:
        raise KeyLost(str(row.pk)) from error


def stream_keys(stream_id: UUID) -> "tuple[list[ContentKey], list[UUID]]":
    """All keys of a stream in order: those that open, and the ids of those that are lost."""
    opened, lost = [], []
    for row in MediaKey.objects.filter(stream_id=stream_id).order_by("number"):
        try:
            opened.append(open_key(row))
        except KeyLost:
            lost.append(row.pk)
    return opened, lost


def content_key(key_id: UUID, *, by: Actor) -> ContentKey:
    """One key, for somebody who may watch its stream. Raises MediaKey.DoesNotExist (also for those who may not), KeyLost."""
    return open_key(keys_visible_to(by).get(pk=key_id))


def make_key_in_thread(stream_id: UUID) -> ContentKey:
    """`make_key` for a helper thread of the live process: leaves no stale connection behind."""
    close_old_connections()
    try:
        return make_key(stream_id)
    finally:
        close_old_connections()


class KeyRing:
    """The keys of one open stream: which one seals now, which comes next, and all that are known. Thread-safe.

    `used`: key ids of the segments already written, in order. `supply` makes the next key; it runs in `executor` as soon
    as the last spare one is taken. While the database is away the current key simply serves longer: a lesson never stops
    for its keys.
    """

    def __init__(
        self,
        keys: Iterable[ContentKey],
        *,
        used: Iterable[str] = (),
        supply: Callable[[], ContentKey] | None = None,
        executor: Executor | None = None,
    ) -> None:
        self._lock = Lock()
        self._keys = sorted(keys, key=lambda key: key.number)
        self._known = {key.id: key for key in self._keys}
        self._supply, self._executor = supply, executor
        self._asked = False
        self._at = self._first(list(used))
        self.request()

    def _first(self, used: list[str]) -> int:
        """Where to begin: the key of the last segment if it opens, else the first that was never used."""
        ids = [str(key.id) for key in self._keys]
        if used and used[-1] in ids:
            return ids.index(used[-1])
        return next((index for index, key in enumerate(ids) if key not in used), len(ids))

    def current(self) -> ContentKey:
        """The key in use. Raises NoKey when there is none at all yet."""
        with self._lock:
            if self._at < len(self._keys):
                return self._keys[self._at]
        self.request()
        raise NoKey

    def advance(self) -> bool:
        """Change to the next key and ask for another. False while there is none: the current one stays."""
        with self._lock:
            moved = self._at + 1 < len(self._keys)
            self._at += moved
        self.request()
        return moved

    def handed_out(self) -> "Sequence[ContentKey]":
        """What viewers get with each beat: the key in use and the next, so that a rotation makes nobody ask."""
        with self._lock:
            return self._keys[self._at : self._at + 2]

    def all(self) -> "Sequence[ContentKey]":
        """Every key known, in order: what a process needs to go on with the stream while the database is away."""
        with self._lock:
            return list(self._keys)

    def secret(self, key_id: UUID) -> bytes:
        """Raises KeyLost for a key that could not be opened."""
        with self._lock:
            key = self._known.get(key_id)
        if key is None:
            raise KeyLost(str(key_id))
        return key.secret

    def add(self, key: ContentKey) -> None:
        with self._lock:
            if key.id not in self._known:
                self._known[key.id] = key
                self._keys.append(key)

    def request(self) -> None:
        """Ask for another key unless a spare one is there or one is being made. Call it again now and then: a request
        that failed (no database) is only repeated when somebody asks."""
        with self._lock:
            spare = len(self._keys) - 1 - self._at
            if self._supply is None or self._asked or spare >= 1:
                return
            self._asked = True
        if self._executor is None:
            self._fetch()
        else:
            self._executor.submit(self._fetch)

    def _fetch(self) -> None:
        assert self._supply is not None
        try:
            self.add(self._supply())
        except Exception:
            log.warning("no next content key yet", exc_info=True)
        finally:
            with self._lock:
                self._asked = False
