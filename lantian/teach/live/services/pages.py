"""The sheets of a lesson as the teacher wants them: blank boards, order, names."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require
from lantian.teach.live import queries, rules
from lantian.teach.live.errors import BadUpload
from lantian.teach.live.models import LessonPage
from lantian.teach.live.services.uploads import forget_files

if TYPE_CHECKING:
    from lantian.people.schedule.models import Lesson

MAX_BLANK = 60
NAME = 80


@transaction.atomic
def add_blank_page(lesson: "Lesson", *, by: Actor, name: str = "") -> LessonPage:
    """A blank board behind all other sheets. Raises Denied, BadUpload."""
    require(rules.may_manage_pages, by, lesson)
    boards = LessonPage.objects.filter(lesson=lesson, upload__isnull=True).count()
    if boards >= MAX_BLANK:
        raise BadUpload(_("一节课最多 %(count)s 块白板，请先删除不用的") % {"count": MAX_BLANK})
    page = LessonPage.objects.create(
        lesson=lesson,
        position=queries.next_position(lesson.pk),
        name=_clean(name) or _("白板 %(n)s") % {"n": boards + 1},
    )
    record("live.board_added", page, by=by, name=page.name)
    return page


@transaction.atomic
def rename_page(page: LessonPage, *, name: str, by: Actor) -> None:
    """Give a sheet a name, or with "" take it. Raises Denied."""
    require(rules.may_manage_pages, by, page.lesson)
    page.name = _clean(name)
    page.save(update_fields=["name"])
    record("live.page_renamed", page, by=by, name=page.name)


@transaction.atomic
def remove_page(page: LessonPage, *, by: Actor) -> None:
    """Take one sheet out of the lesson; with the last page of a file the file goes too. Raises Denied."""
    require(rules.may_manage_pages, by, page.lesson)
    record("live.page_removed", page, by=by, name=page.name, number=page.number)
    upload, names = page.upload, [page.image, page.thumb]
    page.delete()
    if upload is not None and not upload.pages.exists() and upload.done >= upload.total:
        names.append(upload.file)
        upload.delete()
    transaction.on_commit(lambda: forget_files([name for name in names if name]))


@transaction.atomic
def arrange_pages(lesson: "Lesson", *, order: Sequence[UUID], by: Actor) -> None:
    """Put the sheets in this order; those that it does not name follow as they were. Raises Denied."""
    require(rules.may_manage_pages, by, lesson)
    pages = list(queries.pages_of(lesson).select_for_update(of=("self",)))
    place = {key: index for index, key in enumerate(order)}
    pages.sort(key=lambda page: place.get(page.pk, len(place)))
    for index, page in enumerate(pages):
        page.position = index
    LessonPage.objects.bulk_update(pages, ["position"], batch_size=500)


def _clean(name: str) -> str:
    """One line of letters."""
    return "".join(letter if letter.isprintable() else " " for letter in name).strip()[:NAME]
