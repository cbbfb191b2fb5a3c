from enum import IntFlag, StrEnum


class Way(IntFlag):
    """In which ways somebody made use of a resource, as bits. DISLIKED: two stars or fewer; it then speaks for nothing."""

    TOOK = 1
    KEPT = 2
    LIKED = 4
    PACKED = 8
    GIVEN = 16
    DISLIKED = 32


# What each says of its use, where the most that was done counts.
WORTH = {Way.TOOK: 1.0, Way.KEPT: 1.2, Way.LIKED: 1.3, Way.PACKED: 1.3, Way.GIVEN: 1.5}
# What is written in the tables of other apps, and read there each night; TOOK is told by events alone.
ELSEWHERE = Way.KEPT | Way.LIKED | Way.PACKED | Way.GIVEN | Way.DISLIKED


def worth_of(ways: int) -> float:
    """The most that any of the ways says; 0 for what is disliked."""
    if ways & Way.DISLIKED:
        return 0.0
    return max((worth for way, worth in WORTH.items() if ways & way), default=0.0)


class Source(StrEnum):
    """Where a suggestion is from."""

    HERE = "here"  # at a chapter of what one used lately
    NEXT = "next"  # at the one that follows
    TOGETHER = "together"
    PEERS = "peers"
    SUBJECT = "subject"  # of what one teaches, by marks, stars and newness
