"""A person's copy of their data (个人信息保护法 art. 45), and the yearly audit taken out."""

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
from lantian.kernel.rules import SYSTEM, Actor, require
from lantian.people.privacy import events
from lantian.people.privacy.queries.looks import AUDIT_EXPORTED, EXPORTED
from lantian.people.privacy.queries.personal import personal_parts
from lantian.people.privacy.rules import may_export_data, may_read_audit
from lantian.people.roster import queries as roster

if TYPE_CHECKING:
    from lantian.people.roster.models import Person


@transaction.atomic
def export_personal_data(person: "Person", *, by: Actor) -> bytes:
    """A ZIP with all we hold about a person: `data.json` for machines, `data.html` to read, sealed facts open in both.

    It is made at once: parts hold a person's own rows, not files. The copy stands in the person's history. Raises Denied.
    """
    require(may_export_data, by, person)
    journal.record(EXPORTED, person, by=by)
    parts = personal_parts(person)
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


@transaction.atomic
def note_audit_export(*, by: Actor, kind: str, query: str) -> None:
    """Write down that the audit list was taken out as a file: it stands in the next audit. Raises Denied."""
    require(may_read_audit, by)
    if by.grant is not None:
        unit = roster.organizations_visible_to(SYSTEM).get(pk=by.grant.organization_id)
        journal.record(AUDIT_EXPORTED, unit, by=by, kind=kind, query=query[:200])
