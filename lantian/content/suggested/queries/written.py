"""What other apps have written of who used what, as SQL: read for one person as they look, and for all in the night."""

from lantian.content.suggested.enums import Way

# (person_id, resource_id, ways, at); a condition on the person reaches into each part.
WRITTEN = f"""
    SELECT person_id, resource_id, {int(Way.KEPT)} AS ways, made_at AS at FROM resources_favourite
    UNION ALL
    SELECT person_id, resource_id,
           CASE WHEN stars >= 4 THEN {int(Way.LIKED)} WHEN stars <= 2 THEN {int(Way.DISLIKED)} ELSE 0 END, made_at
      FROM resources_rating
    UNION ALL
    SELECT p.owner_id, i.resource_id, {int(Way.PACKED)}, i.added_at
      FROM packs_packitem i JOIN packs_pack p ON p.id = i.pack_id WHERE p.deleted_at IS NULL
    UNION ALL
    SELECT p.owner_id, i.resource_id, {int(Way.GIVEN)}, a.attached_at
      FROM packs_attachment a JOIN packs_pack p ON p.id = a.pack_id JOIN packs_packitem i ON i.pack_id = a.pack_id
     WHERE p.deleted_at IS NULL
"""  # noqa: S608 - made of constants
