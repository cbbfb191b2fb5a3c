"""Lists that are taken out as files: in whose name, and on record. For `ListPage`, and for tables that are none."""

from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext

from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor
from lantian.kernel.web import sheets

LIST_EXPORTED = "web.list_exported"  # journal action


def watermark_of(actor: Actor, remark: str = "") -> str:
    """Who takes a file out, in whose name, when, and that it is for work alone; `remark` goes before the last."""
    organization = actor.grant.organization_name if actor.grant else ""
    note = " · ".join(part for part in (remark, gettext("仅限工作使用，请勿外传")) if part)
    return sheets.watermark_text(settings.LANTIAN_REGION_NAME, organization, actor.name, timezone.localtime(), note)


def note_taken(
    *, by: Actor, key: str, title: str, kind: str, rows: int, narrowed: Sequence[str] = (), action: str = LIST_EXPORTED
) -> None:
    """Put down who took which list out, as a file of which `kind`, how narrowed, and how many rows: shown in the audit of
    the units concerned.
    """
    journal.note(
        action,
        "web.list",
        uuid5(NAMESPACE_URL, f"lantian:list:{key}"),
        by=by,
        list=key,
        title=title,
        kind=kind,
        rows=rows,
        narrowed=list(narrowed)[:12],
    )
