"""What imports hold of a person, and for how long."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lantian.kernel.holdings import Part, Subject
from lantian.kernel.retention import Line
from lantian.people.exchange.models import SourceKey, StagedRow


def rows_of(subject: Subject) -> QuerySet[StagedRow]:
    """Rows of files that are about a person."""
    ids = list(subject.person_ids)
    return StagedRow.objects.filter(Q(person_id__in=ids) | Q(object_id__in=ids))


def keys_of(subject: Subject) -> QuerySet[SourceKey]:
    """What other systems call them."""
    return SourceKey.objects.filter(object_id__in=subject.person_ids)


def count_of(subject: Subject) -> int:
    """Both."""
    return rows_of(subject).count() + keys_of(subject).count()


def keys_part(subject: Subject) -> Part:
    """Their part of a person's copy: whence the record came. Rows of files say what the record says."""
    rows = [{"source": key.source.name, "id": key.sourced_id} for key in keys_of(subject).select_related("source")]
    return Part(_("来自其他系统的编号"), {"source": _("来源"), "id": _("编号")}, rows)


def staged_until(before: datetime) -> QuerySet[StagedRow]:
    """Rows of runs that ended before a moment."""
    return StagedRow.objects.filter(run__finished_at__lt=before)


def sample_of_staged(before: datetime, most: int) -> list[Line]:
    """Some of `staged_until`, by file and row."""
    rows = staged_until(before).order_by("run__finished_at", "id").values_list("file", "row_no", "run__finished_at")
    return [Line(_("%(file)s 第 %(row)s 行") % {"file": file, "row": row}, at) for file, row, at in rows[:most] if at]
