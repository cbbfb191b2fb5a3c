"""Near copies, found by 64 bits: those of a text by its shingles (simhash), those of a picture by where it grows lighter."""

import hashlib
import re
from collections.abc import Sequence

SHINGLE = 4  # characters
LEAST = 60  # characters: of less nothing can be said
NEAR = 3  # bits that may differ
_SPACE = re.compile(r"[\W_]+")


def of_text(text: str) -> int | None:
    """Simhash of the text's shingles; None for a text that is too short. Signed, as the database keeps it."""
    plain = _SPACE.sub("", text).lower()
    if len(plain) < LEAST:
        return None
    counts = [0] * 64
    shingles = {plain[at : at + SHINGLE] for at in range(len(plain) - SHINGLE + 1)}
    for shingle in shingles:
        bits = int.from_bytes(hashlib.blake2b(shingle.encode(), digest_size=8).digest())
        for place in range(64):
            counts[place] += 1 if bits >> place & 1 else -1
    return signed(sum(1 << place for place in range(64) if counts[place] > 0))


def of_greys(greys: Sequence[int]) -> int | None:
    """dHash of a picture made 9 × 8 and grey, row by row; None for one that is the same all over."""
    bits = [greys[row * 9 + column] > greys[row * 9 + column + 1] for row in range(8) for column in range(8)]
    return signed(sum(1 << place for place, bit in enumerate(bits) if bit)) if any(bits) else None


def signed(bits: int) -> int:
    return bits - (1 << 64) if bits >> 63 else bits


def apart(one: int, other: int) -> int:
    """How many bits differ."""
    return ((one ^ other) & ((1 << 64) - 1)).bit_count()
