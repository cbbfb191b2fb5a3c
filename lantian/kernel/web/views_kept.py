"""The list views that somebody saved, as part of what is held about them."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lantian.kernel.holdings import Part, Subject
from lantian.kernel.web.models import SavedView


def _of(subject: Subject) -> QuerySet[SavedView]:
    return SavedView.objects.filter(account_id__in=subject.account_ids)


def count_of(subject: Subject) -> int:
    return _of(subject).count()


def erase(subject: Subject) -> int:
    return _of(subject).delete()[0]


def part(subject: Subject) -> Part:
    rows = [{"list": row.list_key, "name": row.name, "query": row.query} for row in _of(subject).order_by("created_at")]
    return Part(_("保存的列表视图"), {"list": _("列表"), "name": _("名称"), "query": _("条件")}, rows)
