"""The worker's part of an upload: what it is, whether it can be used, and where it is kept."""

from uuid import UUID

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from lantian.content.resources.enums import Scan, UploadState
from lantian.content.resources.errors import FileUnfit
from lantian.content.resources.events import UploadSettled
from lantian.content.resources.models import Upload
from lantian.content.resources.services import looking, scanning, storing
from lantian.kernel.events import acted_by, publish
from lantian.kernel.rules import SYSTEM

log = structlog.get_logger("resources")


def take_in(upload_id: UUID | str) -> Upload | None:
    """Look at a complete upload and keep its file by its content. Safe to repeat after a crash."""
    upload = Upload.objects.filter(pk=upload_id, state=UploadState.CHECKING).first()
    if upload is None:
        return None
    path = storing.path_of_upload(upload)
    try:
        if not path.exists():
            raise FileUnfit(_("传来的文件不见了，请重新上传"))
        if upload.told_sha256 and storing.digest_of(path) != upload.told_sha256:
            raise FileUnfit(_("文件在路上传坏了，请重新上传"))
        seen = looking.look(path, upload.name)
    except FileUnfit as error:
        return _settle(upload, UploadState.REFUSED, why=str(error.message))
    with transaction.atomic():
        upload.blob = storing.put(path, kind=seen.kind, facts=seen.facts, text=seen.text, likeness=seen.likeness)
        upload.save(update_fields=["blob"])
    if scanning.scan_blob(upload.blob) == Scan.INFECTED:
        upload.blob = None
        return _settle(upload, UploadState.REFUSED, why=_("查到病毒，这个文件不能使用。请先在自己的电脑上杀毒"))
    return _settle(upload, UploadState.READY)


def _settle(upload: Upload, state: UploadState, why: str = "") -> Upload:
    with transaction.atomic():
        upload.state, upload.why = state, why[:300]
        upload.save(update_fields=["state", "why", "blob"])
        publish(
            UploadSettled(
                object_id=upload.pk,
                organization_id=upload.organization_id,
                result={"state": str(state), "kind": upload.blob.kind if upload.blob else ""},
                **acted_by(SYSTEM),
            )
        )
    storing.path_of_upload(upload).unlink(missing_ok=True)
    if state == UploadState.REFUSED:
        log.info("upload refused", upload=str(upload.pk), why=why)
    return upload
