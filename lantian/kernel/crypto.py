"""Keys, field encryption and blind indexes.

The key file (JSON, mode 0600, made at first start) is the one thing besides the database that must survive: without it
phones, citizen IDs and recordings cannot be read. It is part of every backup, and can be given in escrow under a passphrase.
Fields use AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce and the key's number in front, so that keys can be added
and old values still read. A blind index is HMAC-SHA-256 over the normalised value: equality can be searched, nothing else.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
NONCE_BYTES = 12


class KeyLost(Exception):
    """A value was sealed with a key that the key file does not hold, or was tampered with."""


class KeyFileBroken(Exception):
    """The key file exists but cannot be used; it is never replaced silently."""


@dataclass(frozen=True)
class Keys:
    """The content of the key file. `fields` maps a key's number to 32 bytes; the highest number seals, all open."""

    secret_key: str
    fields: dict[int, bytes]
    blind: bytes

    @property
    def current(self) -> int:
        return max(self.fields)


def _new_keys() -> Keys:
    return Keys(
        secret_key=secrets.token_urlsafe(48),
        fields={1: secrets.token_bytes(32)},
        blind=secrets.token_bytes(32),
    )


def dump_keys(keys: Keys) -> dict[str, Any]:
    return {
        "version": VERSION,
        "secret_key": keys.secret_key,
        "fields": {str(number): base64.b64encode(key).decode() for number, key in keys.fields.items()},
        "blind": base64.b64encode(keys.blind).decode(),
    }


def parse_keys(text: str) -> Keys:
    """Read a key file's text. Raises KeyFileBroken."""
    try:
        raw = json.loads(text)
        keys = Keys(
            secret_key=str(raw["secret_key"]),
            fields={int(number): base64.b64decode(key) for number, key in raw["fields"].items()},
            blind=base64.b64decode(raw["blind"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyFileBroken(str(error)) from error
    if not keys.fields or any(len(key) != 32 for key in keys.fields.values()) or len(keys.blind) != 32:
        raise KeyFileBroken("keys must be 32 bytes")
    return keys


def write_keys(path: Path, keys: Keys) -> None:
    """Write atomically with mode 0600."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        json.dump(dump_keys(keys), handle, indent=1)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.rename(path)


def load_or_create_keys(path: Path) -> Keys:
    """Read the key file, making it at first start. Two processes starting together agree on one file.

    Raises KeyFileBroken when a file is there but unreadable: a new one would lock all sealed data for good.
    """
    if not path.exists():
        made = path.with_name(f".new.{os.getpid()}.{secrets.token_hex(4)}")
        write_keys(made, _new_keys())
        try:
            os.link(made, path)  # fails when another process was first: exactly one wins
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return parse_keys(path.read_text())


_loaded: dict[str, Keys] = {}


def keys() -> Keys:
    """The keys of this instance (settings.LANTIAN_KEY_FILE), read once per process."""
    from django.conf import settings

    path = str(settings.LANTIAN_KEY_FILE)
    if path not in _loaded:
        _loaded[path] = load_or_create_keys(Path(path))
    return _loaded[path]


def forget_keys() -> None:
    """Read the key file anew at the next use (after a restore or rotation, and in tests)."""
    _loaded.clear()


def encrypt(value: str | bytes, *, context: str = "") -> bytes:
    """Seal a value. `context` (such as "roster.person.phone") must be given again to open it: a value cannot be moved."""
    ring = keys()
    plain = value.encode() if isinstance(value, str) else value
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(ring.fields[ring.current]).encrypt(nonce, plain, context.encode())
    return bytes([VERSION]) + ring.current.to_bytes(2, "big") + nonce + sealed


def decrypt(sealed: bytes, *, context: str = "") -> bytes:
    """Open a sealed value. Raises KeyLost."""
    data = bytes(sealed)
    if len(data) < 3 + NONCE_BYTES + 16 or data[0] != VERSION:
        raise KeyLost("not a sealed value")
    number = int.from_bytes(data[1:3], "big")
    key = keys().fields.get(number)
    if key is None:
        raise KeyLost(f"key {number} is not in the key file")
    try:
        return AESGCM(key).decrypt(data[3 : 3 + NONCE_BYTES], data[3 + NONCE_BYTES :], context.encode())
    except InvalidTag as error:
        raise KeyLost(f"key {number} does not open this value") from error


def blind_index(value: str, *, purpose: str) -> bytes:
    """32 bytes that equal values share, for unique constraints and look-ups over sealed fields."""
    return hmac.new(keys().blind, f"{purpose}\x00{value.strip().lower()}".encode(), hashlib.sha256).digest()
