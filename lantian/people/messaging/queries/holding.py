"""What messages hold of a person, and what is old."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lantian.kernel.holdings import Part, Subject
from lantian.kernel.retention import Line
from lantian.people.messaging.models import Notice, Preference, PushDevice, Receipt
from lantian.people.messaging.queries.kinds import words_of


def receipts_of(subject: Subject) -> QuerySet[Receipt]:
    return Receipt.objects.filter(person__in=subject.person_ids)


def naming(subject: Subject) -> QuerySet[Notice]:
    """Notices in which the person's name may stand: those that say so, and those they or their relatives got or wrote."""
    ids = list(subject.person_ids)
    near = [*ids, *subject.relatives]
    told = Receipt.objects.filter(person__in=near).values("notice")
    return Notice.objects.filter(Q(people__overlap=ids) | Q(sender__in=ids) | Q(pk__in=told))


def receipts_part(subject: Subject) -> Part:
    """The notices that a person was sent."""
    rows = [
        {
            "at": row.at.isoformat(),
            "title": words_of(row.notice).title,
            "body": words_of(row.notice).body,
            "read": row.read_at.isoformat() if row.read_at else None,
            "confirmed": row.confirmed_at.isoformat() if row.confirmed_at else None,
        }
        for row in receipts_of(subject).select_related("notice").order_by("at", "pk")
    ]
    labels = {"at": _("时间"), "title": _("标题"), "body": _("内容"), "read": _("读过"), "confirmed": _("确认")}
    return Part(_("收到的消息"), labels, rows)


def preferences_of(subject: Subject) -> QuerySet[Preference]:
    return Preference.objects.filter(person__in=subject.person_ids)


def devices_of(subject: Subject) -> QuerySet[PushDevice]:
    return PushDevice.objects.filter(person__in=subject.person_ids)


def preferences_part(subject: Subject) -> Part:
    """The address for mail, open, and the browsers that are reminded."""
    rows = [{"what": _("邮箱"), "value": str(row.mail)} for row in preferences_of(subject) if row.mail]
    rows += [{"what": _("提醒的设备"), "value": row.device} for row in devices_of(subject).order_by("created_at")]
    return Part(_("消息提醒"), {"what": _("项目"), "value": _("内容")}, rows)


def old_notices(before: datetime) -> QuerySet[Notice]:
    return Notice.objects.filter(told_at__lt=before)


def sample_of_old(before: datetime, most: int) -> list[Line]:
    """Some of `old_notices`, the oldest first: what they are about, not what they say."""
    rows = old_notices(before).order_by("told_at")[:most]
    return [Line(str(row.get_category_display()), row.told_at) for row in rows]
