"""Geometry of the whiteboard in whole numbers, so that the server and every browser come to the same board.

A point is (x, y) in a frame of 16 000 by 9 000: a unit is as long across as down, and a quarter of a pixel on a 4K screen. Lists
of points are flat, [x0, y0, x1, y1, …]; packed ones carry the first point as it is and each further one as the way to it.
"""

import math
from itertools import pairwise

WIDTH, HEIGHT = 16_000, 9_000
TOLERANCE = 6.0  # units; half a pixel of a picture 1 280 wide: nobody sees that much being left out


def pack(points: list[int]) -> list[int]:
    """First point, then steps. Shorter as JSON, since the steps of a hand are small."""
    if len(points) < 4:
        return list(points)
    pairs = list(zip(points[::2], points[1::2], strict=True))
    return [*pairs[0], *(step for one, two in pairwise(pairs) for step in (two[0] - one[0], two[1] - one[1]))]


def unpack(packed: list[int]) -> list[int]:
    """The other way round."""
    points: list[int] = []
    x = y = 0
    for step_x, step_y in zip(packed[::2], packed[1::2], strict=True):
        x, y = x + step_x, y + step_y
        points += (x, y)
    return points


def inside(points: list[int]) -> bool:
    """Whether every point lies in the frame."""
    return all(0 <= x <= WIDTH for x in points[::2]) and all(0 <= y <= HEIGHT for y in points[1::2])


def simplify(points: list[int], tolerance: float = TOLERANCE) -> list[int]:
    """The same line with as few of its points as keep it within `tolerance` units (Ramer 1972, Douglas and Peucker 1973).

    Both ends stay. Written with a stack, and with comparisons that come out alike in Python and JavaScript: products below 2^53,
    and square roots, which IEEE 754 defines to the last bit.
    """
    count = len(points) // 2
    if count < 3:
        return list(points)
    keep = bytearray(count)
    keep[0] = keep[-1] = 1
    stretches = [(0, count - 1)]
    while stretches:
        first, last = stretches.pop()
        middle = _farthest(points, first, last, tolerance)
        if middle is not None:
            keep[middle] = 1
            stretches += [(first, middle), (middle, last)]
    return [value for index in range(count) if keep[index] for value in points[2 * index : 2 * index + 2]]


def _farthest(points: list[int], first: int, last: int, tolerance: float) -> int | None:
    """The point between two that lies farthest from the straight way, if that is beyond the tolerance."""
    x, y = points[2 * first], points[2 * first + 1]
    way_x, way_y = points[2 * last] - x, points[2 * last + 1] - y
    length = math.sqrt(way_x * way_x + way_y * way_y)
    found, most = None, tolerance * length if length else tolerance
    for index in range(first + 1, last):
        off_x, off_y = points[2 * index] - x, points[2 * index + 1] - y
        # twice the triangle's area is distance times base; a closed loop has no base, there the distance itself counts
        off = float(abs(way_x * off_y - way_y * off_x)) if length else math.sqrt(off_x * off_x + off_y * off_y)
        if off > most:
            found, most = index, off
    return found
