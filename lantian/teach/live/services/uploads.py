"""Files a teacher brings: taken with suspicion, rendered by the worker into plain pictures, one a page."""

import contextlib
import io
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

import structlog
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from lantian.kernel import files, jobs
from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import SYSTEM, Actor, require
from lantian.teach.live import queries, rules
from lantian.teach.live.enums import UploadState
from lantian.teach.live.errors import BadUpload
from lantian.teach.live.events import PagesUploaded
from lantian.teach.live.models import LessonPage, PageUpload
from lantian.teach.live.services import office, pdf

if TYPE_CHECKING:
    from lantian.people.schedule.models import Lesson

log = structlog.get_logger("live")
ARCHIVE, OLE = "application/zip", "application/x-ole-storage"
KINDS = ("application/pdf", "image/png", "image/jpeg", "image/webp", ARCHIVE, OLE)
MAX_BYTES = 100 << 20
MAX_PAGES = 300
MAX_UPLOADS = 20
MAX_PIXELS = 60_000_000  # of a picture as sent: more is a decompression bomb, not a photograph
MAX_POINTS = 14_400  # of a PDF page's side (200 inches)
WIDTH, HEIGHT, THUMB_WIDTH = 1920, 1920, 320
FOLDER = "pages"


@transaction.atomic
def add_page_upload(lesson: "Lesson", *, upload: BinaryIO, name: str, by: Actor) -> PageUpload:
    """Take a PDF, picture or presentation and have it rendered. Raises Denied, BadUpload."""
    require(rules.may_manage_pages, by, lesson)
    if PageUpload.objects.filter(lesson=lesson).count() >= MAX_UPLOADS:
        raise BadUpload(_("一节课最多上传 %(count)s 个文件，请先删除不用的") % {"count": MAX_UPLOADS})
    try:
        stored = files.save_upload(upload, folder=FOLDER, kinds=KINDS, limit=MAX_BYTES)
    except files.FileRefused as error:
        reasons = {
            "type": _only(),
            "size": _("文件超过 %(mb)s MB") % {"mb": MAX_BYTES >> 20},
            "empty": _("这是一个空文件"),
        }
        raise BadUpload(reasons[error.code]) from error
    try:
        kind = _kind(stored)
    except BadUpload:
        files.remove(stored.name)
        raise
    row = PageUpload.objects.create(
        lesson=lesson,
        name=PurePosixPath(name.replace("\\", "/")).name[:120] or _("未命名"),
        file=stored.name,
        kind=kind,
        size=stored.size,
        uploaded_by_id=by.person_id,
    )
    record("live.pages_added", row, by=by, name=row.name, kind=row.kind, size=row.size)
    # LibreOffice takes a gigabyte: one presentation at a time, whoever's it is
    lock = "live.office" if kind in office.ENDINGS else f"live.pages.{lesson.pk}"
    jobs.enqueue("live.render_pages", upload=str(row.pk), lock=lock)
    return row


def _only() -> str:
    return _("只能上传 PDF、PPT 或图片（PNG、JPEG、WebP）")


def _kind(stored: files.StoredFile) -> str:
    """What the file is, looked at more closely than by its first bytes. Raises BadUpload."""
    if stored.kind not in (ARCHIVE, OLE):
        return stored.kind
    # an older presentation cannot be told from an older text or table until LibreOffice has opened it
    path = files.path_of(stored.name)
    kind = office.PPT if stored.kind == OLE else office.kind_of_archive(path, most_pages=MAX_PAGES)
    if kind is None:
        raise BadUpload(_only())
    if office.program() is None:
        raise office.missing()
    return kind


@transaction.atomic
def remove_page_upload(row: PageUpload, *, by: Actor) -> None:
    """Delete an upload and its pages. Raises Denied."""
    require(rules.may_manage_pages, by, row.lesson)
    names = [row.file, *(name for page in row.pages.all() for name in (page.image, page.thumb))]
    record("live.pages_removed", row, by=by, name=row.name)
    row.delete()
    transaction.on_commit(lambda: forget_files(names))


def forget_files(names: list[str]) -> None:
    """Delete stored files whose rows are gone; what cannot be deleted stays without harm."""
    for name in names:
        with contextlib.suppress(OSError, ValueError):
            files.remove(name)


def render_page_upload(upload_id: UUID | str) -> None:
    """The worker's part: turn the file into page images one by one, telling progress. Safe to repeat after a crash."""
    row = PageUpload.objects.filter(pk=upload_id).select_related("lesson").first()
    if row is None or row.state in (UploadState.READY, UploadState.FAILED):
        return
    row.state = UploadState.WORKING
    row.save(update_fields=["state"])
    try:
        if row.kind == "application/pdf":
            _render_pdf(row, files.path_of(row.file))
        elif row.kind in office.ENDINGS:
            with office.as_pdf(files.path_of(row.file), row.kind) as made:
                _render_pdf(row, made)
        else:
            _render_picture(row)
    except BadUpload as error:
        _fail(row, str(error.message))
        return
    except Exception:
        log.warning("page rendering failed", upload=str(row.pk), kind=row.kind, exc_info=True)
        _fail(row, _("文件已损坏或加密，无法打开"))
        return
    with transaction.atomic():
        row.state = UploadState.READY
        row.save(update_fields=["state"])
        publish(
            PagesUploaded(
                object_id=row.pk,
                organization_id=row.lesson.organization_id,
                result={"pages": row.total},
                **acted_by(SYSTEM),
            )
        )


def _fail(row: PageUpload, reason: str) -> None:
    row.state, row.error = UploadState.FAILED, reason[:200]
    row.save(update_fields=["state", "error"])


def _render_pdf(row: PageUpload, path: Path) -> None:
    found = pdf.draw_pages(
        path, width=WIDTH, height=HEIGHT, most_pages=MAX_PAGES, most_points=MAX_POINTS, first=row.done
    )
    with contextlib.closing(found):
        for one in found:
            if isinstance(one, int):
                _expect(row, one)
            else:
                _keep(row, row.done + 1, one)


def _render_picture(row: PageUpload) -> None:
    path = files.path_of(row.file)
    with Image.open(path, formats=("PNG", "JPEG", "WEBP")) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise BadUpload(_("图片尺寸过大"))
        _expect(row, 1)
        picture.draft("RGB", (WIDTH, HEIGHT))  # JPEG: decode no larger than needed
        # small first: each further copy of a picture as large as is let in would be a quarter of a gigabyte
        small = picture if picture.mode in {"L", "RGB", "RGBA"} else picture.convert("RGBA")
        small.thumbnail((WIDTH, HEIGHT))
        upright = ImageOps.exif_transpose(small).convert("RGBA")
        flat = Image.new("RGB", upright.size, "white")
        flat.paste(upright, mask=upright.getchannel("A"))
        _keep(row, 1, flat)


def _expect(row: PageUpload, total: int) -> None:
    row.total = total
    row.save(update_fields=["total"])


def _keep(row: PageUpload, number: int, picture: Image.Image) -> None:
    """Store one page in two sizes. Written anew without metadata: nothing of the file's own bytes is ever served."""
    small = picture.copy()
    small.thumbnail((THUMB_WIDTH, THUMB_WIDTH * 2))
    names = [files.save_bytes(_webp(image), folder=FOLDER, kind="image/webp").name for image in (picture, small)]
    with transaction.atomic():
        LessonPage.objects.update_or_create(
            upload=row,
            number=number,
            defaults=(
                facts := {"width": picture.width, "height": picture.height, "image": names[0], "thumb": names[1]}
            ),
            create_defaults=facts | {"lesson_id": row.lesson_id, "position": queries.next_position(row.lesson_id)},
        )
        row.done = number
        row.save(update_fields=["done"])


def _webp(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=86, method=2)
    return out.getvalue()
