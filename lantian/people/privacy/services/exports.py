"""A person's copy of their data (个人信息保护法 art. 45)."""

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.privacy import events
from lantian.people.privacy.queries.erasing import subject_of
from lantian.people.privacy.queries.looks import EXPORTED
from lantian.people.privacy.queries.personal import personal_parts
from lantian.people.privacy.rules import may_export_data

if TYPE_CHECKING:
    from lantian.people.roster.models import Person


@transaction.atomic
def export_personal_data(person: "Person", *, by: Actor) -> bytes:
    """A ZIP with all we hold about a person: `data.json` for machines, `data.html` to read, sealed facts open in both.

    It is made at once: parts hold a person's own rows, not files. The copy stands in the person's history. Raises Denied.
    """
    require(may_export_data, by, person)
    journal.record(EXPORTED, person, by=by)
    parts = personal_parts(subject_of(person))
    made = timezone.localtime()
    data: dict[str, Any] = {
        "person": str(person.pk),
        "made_at": made.isoformat(timespec="seconds"),
        "parts": {key: {"title": part.title, "labels": part.labels, "rows": part.rows} for key, part in parts.items()},
    }
    page = render_to_string(
        "privacy/export.html",
        {
            "person": person,
            "parts": parts,
            "made": made,
            "region": settings.LANTIAN_REGION_NAME,
            "language": translation.get_language(),
        },
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1, cls=DjangoJSONEncoder))
        archive.writestr("data.html", page)
    publish(events.DataExported(object_id=person.pk, **acted_by(by)))
    return out.getvalue()
