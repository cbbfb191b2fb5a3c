"""How much a unit may still keep, for those who bring many files at a time."""

from collections.abc import Collection
from uuid import UUID

from django.conf import settings

from lantian.content.resources import queries
from lantian.content.resources.errors import QuotaFull


class UnitRoom:
    """What is left of a unit's space, as it was when this was made; what is taken from then on is reckoned here.

    `expected`: hashes of files that will be asked for, which takes one query for all of them.
    """

    def __init__(self, organization_id: UUID, *, expected: Collection[str] = ()) -> None:
        self.organization_id = organization_id
        self.left = settings.LANTIAN_RESOURCES_UNIT_BYTES - queries.bytes_of(organization_id)
        self._taken = queries.unit_has(organization_id, expected) if expected else set()
        self._known = set(expected)

    def take(self, sha256: str, size: int) -> None:
        """Room for a file; one that the unit has already takes none. Raises QuotaFull."""
        if sha256 not in self._known:
            self._known.add(sha256)
            self._taken |= queries.unit_has(self.organization_id, [sha256])
        if sha256 in self._taken:
            return
        if size > self.left:
            raise QuotaFull
        self.left -= size
        self._taken.add(sha256)
