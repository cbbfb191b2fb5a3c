"""Whole-segment AES-128-CBC with PKCS#7, as RFC 8216 METHOD=AES-128 wants it, and when keys change."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

KEY_BYTES = 16
ROTATE_AFTER_MS = 10 * 60 * 1000


class BadCiphertext(Exception):
    """Not a whole number of blocks, or padding that the key does not open."""


@dataclass(frozen=True, slots=True)
class ContentKey:
    """One key of one stream; `number` counts from 0 within the stream."""

    id: UUID
    number: int
    secret: bytes

    def __repr__(self) -> str:
        return f"ContentKey({self.id}, number={self.number})"


def new_secret() -> bytes:
    """A fresh AES-128 key."""
    return secrets.token_bytes(KEY_BYTES)


def sequence_iv(sequence: int) -> bytes:
    """The IV that players take when a playlist names none: the media sequence number, 128 bits big-endian."""
    return sequence.to_bytes(16, "big")


def encrypt_segment(data: bytes, secret: bytes, iv: bytes) -> bytes:
    """Seal a whole segment: padded to whole blocks, so at most 16 bytes longer."""
    padder = PKCS7(128).padder()
    cipher = Cipher(AES128(secret), CBC(iv)).encryptor()
    return cipher.update(padder.update(data) + padder.finalize()) + cipher.finalize()


def decrypt_segment(data: bytes, secret: bytes, iv: bytes) -> bytes:
    """Raises BadCiphertext. (CBC has no authentication: a wrong key is noticed by its padding, or by the boxes.)"""
    if not data or len(data) % 16:
        raise BadCiphertext(f"{len(data)} bytes")
    cipher = Cipher(AES128(secret), CBC(iv)).decryptor()
    unpadder = PKCS7(128).unpadder()
    try:
        return unpadder.update(cipher.update(data) + cipher.finalize()) + unpadder.finalize()
    except ValueError as error:
        raise BadCiphertext("padding") from error
