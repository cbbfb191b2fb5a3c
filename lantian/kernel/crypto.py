"""Keys, field encryption and blind indexes.

The key file (JSON, mode 0600, made at first start) is the one thing besides the database that must survive: without it
phones, citizen IDs and recordings cannot be read. It is part of every backup, and can be given in escrow under a passphrase.
Beside it, and treated alike, lies the key that signs who somebody is for software that people sign on to.
Fields use AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce and the key's number in front, so that keys can be added
and old values still read. A blind index is HMAC-SHA-256 over the normalised value: equality can be searched, nothing else.
"""

import base64
import hmac
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lantian.kernel.whole import write_whole

VERSION = 1
NONCE_BYTES = 12
_PEM = re.compile(r"-----BEGIN PRIVATE KEY-----.+?-----END PRIVATE KEY-----\n?", re.DOTALL)


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


def _write(path: Path, text: str) -> None:
    """Write atomically with mode 0600."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(path, text)


def write_keys(path: Path, keys: Keys) -> None:
    """Write atomically with mode 0600."""
    _write(path, json.dumps(dump_keys(keys), indent=1))


def _made_once(path: Path, make: Callable[[], str]) -> str:
    """The file's text, made at first start. Two processes starting together agree on one file."""
    if not path.exists():
        made = path.with_name(f".new.{os.getpid()}.{secrets.token_hex(4)}")
        _write(made, make())
        try:
            os.link(made, path)  # fails when another process was first: exactly one wins
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_text()


def load_or_create_keys(path: Path) -> Keys:
    """Read the key file, making it at first start.

    Raises KeyFileBroken when a file is there but unreadable: a new one would lock all sealed data for good.
    """
    return parse_keys(_made_once(path, lambda: json.dumps(dump_keys(_new_keys()), indent=1)))


def new_signing_key() -> str:
    """An RSA key of 2048 bits as PEM (PKCS #8): RS256 is what every OpenID Connect client can check."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def load_or_create_signing_keys(path: Path) -> list[str]:
    """The keys (PEM, the newest last) with which this platform signs who somebody is; the first is made at first start.

    The newest signs, all are published, so that what was signed before a change of keys can still be checked. Losing the file
    loses no data: others fetch the new public key by themselves. Raises KeyFileBroken.
    """
    keys = _PEM.findall(_made_once(path, new_signing_key))
    try:
        for pem in keys:
            serialization.load_pem_private_key(pem.encode(), None)
    except ValueError as error:
        raise KeyFileBroken(str(error)) from error
    if not keys:
        raise KeyFileBroken(f"{path.name} holds no private key")
    return keys


def new_push_key() -> str:
    """A P-256 key as PEM (PKCS #8): what push services know this platform by (RFC 8292)."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def load_or_create_push_key(path: Path) -> str:
    """The key (PEM) that signs web pushes; made at first start. Lost, browsers have to be asked anew. Raises KeyFileBroken."""
    pem = _made_once(path, new_push_key)
    try:
        serialization.load_pem_private_key(pem.encode(), None)
    except ValueError as error:
        raise KeyFileBroken(str(error)) from error
    return pem


_loaded: dict[str, Keys] = {}


def keys() -> Keys:
    """The keys of this instance (settings.LANTIAN_KEY_FILE), read once per process."""
    from django.conf import settings

    path = str(settings.LANTIAN_KEY_FILE)
    if path not in _loaded:
        _loaded[path] = load_or_create_keys(Path(path))
    return _loaded[path]


def sealing_keys() -> Keys:
    """What a child process needs to seal, and no more: it goes to its standard input, never into its arguments."""
    ring = keys()
    return Keys(secret_key="", fields={ring.current: ring.fields[ring.current]}, blind=ring.blind)


def forget_keys() -> None:
    """Read the key file anew at the next use (after a restore or rotation, and in tests)."""
    _loaded.clear()
    _cipher.cache_clear()
    _blinding.cache_clear()


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    """Made once for a key: an import seals half a million values."""
    return AESGCM(key)


def encrypt(value: str | bytes, *, context: str = "") -> bytes:
    """Seal a value. `context` (such as "roster.person.phone") must be given again to open it: a value cannot be moved."""
    ring = keys()
    plain = value.encode() if isinstance(value, str) else value
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = _cipher(ring.fields[ring.current]).encrypt(nonce, plain, context.encode())
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
        return _cipher(key).decrypt(data[3 : 3 + NONCE_BYTES], data[3 + NONCE_BYTES :], context.encode())
    except InvalidTag as error:
        raise KeyLost(f"key {number} does not open this value") from error


@lru_cache(maxsize=64)
def _blinding(key: bytes, purpose: str) -> hmac.HMAC:
    """HMAC-SHA-256 begun under the key, to be copied: begun anew for each value, the beginning costs more than the value."""
    return hmac.new(key, f"{purpose}\x00".encode(), "sha256")


def _blinded(begun: hmac.HMAC, value: str) -> bytes:
    own = begun.copy()
    own.update(value.strip().lower().encode())
    return own.digest()


def blind_index(value: str, *, purpose: str) -> bytes:
    """32 bytes that equal values share, for unique constraints and look-ups over sealed fields."""
    return _blinded(_blinding(keys().blind, purpose), value)


class Sealer:
    """`encrypt` and `blind_index` under one context, for hundreds of thousands of values: what is the same for all is done once.

    Made for one piece of work and not kept: it holds the keys of the moment.
    """

    DRAWN = 512  # nonces asked of the system at once

    def __init__(self, context: str, ring: Keys | None = None) -> None:
        ring = ring or keys()
        self._encrypt = _cipher(ring.fields[ring.current]).encrypt
        self._head = bytes([VERSION]) + ring.current.to_bytes(2, "big")
        self._context = context.encode()
        self._blinding = _blinding(ring.blind, context)
        self._nonces: Iterator[bytes] = iter(())

    def _nonce(self) -> bytes:
        for nonce in self._nonces:
            return nonce
        drawn = secrets.token_bytes(NONCE_BYTES * self.DRAWN)
        self._nonces = iter([drawn[at : at + NONCE_BYTES] for at in range(0, len(drawn), NONCE_BYTES)])
        return next(self._nonces)

    def seal(self, value: str) -> bytes:
        nonce = self._nonce()
        return self._head + nonce + self._encrypt(nonce, value.encode(), self._context)

    def index(self, value: str) -> bytes:
        return _blinded(self._blinding, value)
