"""Office documents are shown as PDF, which the worker makes once for a file."""

import shutil
from uuid import uuid4

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from lantian.content.resources import queries
from lantian.content.resources.engine import kinds
from lantian.content.resources.models import Blob
from lantian.content.resources.services import covering, looking, offsite, storing
from lantian.kernel import jobs
from lantian.kernel.errors import Refusal

log = structlog.get_logger("resources")
AT_ONCE = 50


def ask_views(*blobs: Blob) -> None:
    """Have made what files are looked at by: small pictures of them, and PDF of office documents. Of many that come together
    those that are used most are taken by and by (`ask_missing_previews`), and the others when somebody looks at one.
    """
    if len(blobs) <= AT_ONCE:
        for blob in blobs:
            ask_preview(blob)
    if any(blob.covered_at is None and blob.kind in queries.COVERED for blob in blobs):
        covering.ask_covers()


def ask_preview(blob: Blob) -> None:
    """Have one made, where there is something that can; LibreOffice takes a gigabyte, so one at a time."""
    wanted = kinds.FORMATS[blob.kind].view == "office" and blob.preview_id is None and not blob.preview_why
    if wanted and queries.converter() is not None:
        jobs.enqueue("resources.make_preview", lock="live.office", once=f"preview:{blob.pk}", blob=blob.pk)


def ask_missing_previews() -> int:
    """For documents that came before the converter did. Returns for how many."""
    if queries.converter() is None:
        return 0
    found = Blob.objects.filter(pk__in=queries.office_blobs_without_preview(AT_ONCE))
    for blob in found:
        ask_preview(blob)
    return len(found)


def make_preview(sha256: str) -> Blob | None:
    """The worker's part. Safe to repeat."""
    blob, converter = Blob.objects.filter(pk=sha256, preview=None).first(), queries.converter()
    if blob is None or converter is None or kinds.FORMATS[blob.kind].view != "office":
        return None
    copy = storing.root() / "uploads" / uuid4().hex
    copy.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    try:
        with converter.as_pdf(offsite.at_hand(blob.pk), blob.kind) as made:
            shutil.copyfile(made, copy)
        seen = looking.look(copy, "preview.pdf")
        with transaction.atomic():
            made_blob = storing.put(copy, kind=seen.kind, facts=seen.facts)
            Blob.objects.filter(pk=blob.pk).update(preview=made_blob)
            if not blob.text:  # what older formats did not tell by themselves
                Blob.objects.filter(pk=blob.pk).update(text=seen.text.replace("\0", ""), likeness=seen.likeness)
    except (Refusal, OSError) as error:
        log.info("no preview", blob=blob.pk[:12], why=str(error)[:200])
        Blob.objects.filter(pk=blob.pk).update(preview_why=_("这个文件做不成预览，请下载以后看"))
        return None
    finally:
        copy.unlink(missing_ok=True)
    covering.ask_covers()
    return made_blob
