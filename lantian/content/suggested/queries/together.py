"""What else those used who used a resource: of the night's model, and of what happened since."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection

from lantian.content.resources import queries as resources
from lantian.content.resources.enums import ResourceState
from lantian.content.suggested.enums import Way
from lantian.kernel.rules import Actor

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource

SHOWN = 5
LEAST = 3  # people: of fewer nothing is said, so that nobody reads in it what a certain colleague did
TODAY = 100  # people whose uses since the night are looked at
# `since`: who used it for the first time after the model was made; all that they used counts besides the model's numbers.
_TOGETHER = f"""
    WITH since AS (
        SELECT u.person_id FROM suggested_use u
         WHERE u.resource_id = %(resource)s AND u.ways & {int(Way.DISLIKED)} = 0
           AND u.first_at > COALESCE((SELECT max(made_at) FROM suggested_build), '-infinity')
         ORDER BY u.first_at DESC LIMIT {TODAY}
    ), counted AS (
        SELECT other, strength, together::bigint FROM suggested_neighbour WHERE resource = %(resource)s
        UNION ALL
        SELECT u.resource_id, 0, count(*) FROM since JOIN suggested_use u ON u.person_id = since.person_id
         WHERE u.resource_id <> %(resource)s AND u.ways & {int(Way.DISLIKED)} = 0 GROUP BY 1
    )
    SELECT other, sum(together)::int FROM counted GROUP BY 1 HAVING sum(together) >= {LEAST}
     ORDER BY max(strength) DESC, 2 DESC, 1 LIMIT 60
"""  # noqa: S608 - made of constants; values are parameters


def used_together(actor: Actor, resource_id: UUID, most: int = SHOWN) -> "list[tuple[Resource, int]]":
    """Resources that the actor may see now, each with how many teachers used both. Two queries, one when there are none."""
    with connection.cursor() as cursor:
        cursor.execute(_TOGETHER, {"resource": resource_id})
        people: dict[UUID, int] = dict(cursor.fetchall())
    if not people:
        return []
    rows = resources.resources_visible_to(actor).filter(state=ResourceState.PUBLISHED, pk__in=list(people))
    seen = {row.pk: row for row in rows.select_related("organization")}
    return [(seen[pk], count) for pk, count in people.items() if pk in seen][:most]
