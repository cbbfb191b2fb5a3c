"""A clock in the picture that machines can read: a strip of black and white cells along the bottom edge.

54 cells: white, black (so that a reader knows the strip is there), 44 bits of Unix milliseconds (most significant first),
8 check bits. A cell is `width // 57` pixels wide, the strip `height // 16` high and centred; black is bit 0. Reading needs
the luma of one row through the middle of the strip, so a canvas can do it in a browser as well.
"""

import numpy as np
import numpy.typing as npt

BITS, CHECK = 44, 8
CELLS = 2 + BITS + CHECK
WHITE, BLACK = 235, 16
Luma = npt.NDArray[np.uint8]


def _check(value: int) -> int:
    """Fold the 44 bits into 8, so that a misread cell is noticed."""
    folded = 0x5A
    for shift in range(0, BITS, 4):
        folded = (folded * 31 + (value >> shift & 15)) & 0xFF
    return folded


def place(width: int, height: int) -> tuple[int, int, int, int]:
    """Left edge, top edge, cell width and strip height in pixels."""
    cell, tall = width // (CELLS + 3), height // 16
    return (width - CELLS * cell) // 2, height - tall, cell, tall


def draw_clock(luma: Luma, unix_ms: int) -> None:
    """Draw the strip into a luma plane of shape (height, width)."""
    height, width = luma.shape
    left, top, cell, _tall = place(width, height)
    word = unix_ms << CHECK | _check(unix_ms)
    bits = [1, 0] + [word >> shift & 1 for shift in range(BITS + CHECK - 1, -1, -1)]
    row = np.repeat(np.where(np.array(bits, bool), WHITE, BLACK).astype(np.uint8), cell)
    luma[top:, :] = BLACK
    luma[top:, left : left + len(row)] = row


def read_clock(luma: Luma) -> int | None:
    """Unix milliseconds shown in a picture; None when no valid strip is there."""
    height, width = luma.shape
    left, top, cell, tall = place(width, height)
    middle = luma[top + tall // 2, left + cell // 2 : left + CELLS * cell : cell][:CELLS]
    bits = [int(value > 125) for value in middle]
    if bits[:2] != [1, 0]:
        return None
    word = 0
    for bit in bits[2:]:
        word = word << 1 | bit
    value = word >> CHECK
    return value if _check(value) == word & 0xFF else None
