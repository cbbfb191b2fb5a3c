"""Near copies, found by 64 bits: those of a text by its shingles (simhash), those of a picture by where it grows lighter."""

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

SHINGLE = 4  # characters
LEAST = 60  # characters: of less nothing can be said
NEAR = 3  # bits that may differ
_SPACE = re.compile(r"[\W_]+")
# Of each bit of a byte, the bytes that do not have it: what is left of a text without them is how often the bit is set.
_WITHOUT = [bytes(one for one in range(256) if not one >> place & 1) for place in range(8)]


@lru_cache(maxsize=1 << 15)
def _hashed(shingle: str) -> bytes:
    """Texts of one language, and of one school all the more, are of the same shingles again and again."""
    return hashlib.blake2b(shingle.encode(), digest_size=8).digest()


def of_text(text: str) -> int | None:
    """Simhash of the text's shingles; None for a text that is too short. Signed, as the database keeps it."""
    plain = _SPACE.sub("", text).lower()
    if len(plain) < LEAST:
        return None
    shingles = {plain[at : at + SHINGLE] for at in range(len(plain) - SHINGLE + 1)}
    hashes, half, bits = b"".join(map(_hashed, shingles)), len(shingles) / 2, 0
    for byte in range(8):
        column = hashes[byte::8]
        for place, others in enumerate(_WITHOUT):
            if len(column.translate(None, others)) > half:
                bits |= 1 << (56 - 8 * byte + place)
    return signed(bits)


def of_greys(greys: Sequence[int]) -> int | None:
    """dHash of a picture made 9 × 8 and grey, row by row; None for one that is the same all over."""
    bits = [greys[row * 9 + column] > greys[row * 9 + column + 1] for row in range(8) for column in range(8)]
    return signed(sum(1 << place for place, bit in enumerate(bits) if bit)) if any(bits) else None


def signed(bits: int) -> int:
    return bits - (1 << 64) if bits >> 63 else bits


def apart(one: int, other: int) -> int:
    """How many bits differ."""
    return ((one ^ other) & ((1 << 64) - 1)).bit_count()
