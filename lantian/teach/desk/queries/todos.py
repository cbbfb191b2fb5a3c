"""What stands on the first page of those who have a desk."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import npgettext

from lantian.kernel.rules import Actor
from lantian.kernel.web.panels import Todo
from lantian.teach.desk.queries.tickets import counts_at_desk


def tickets_waiting(actor: Actor, day: date) -> Iterable[Todo]:
    """Faults at one's own desk, those beyond their time for themselves. One query."""
    if not actor.paths or actor.grant is None:
        return
    counts = counts_at_desk(actor, timezone.now())
    base = reverse("desk_tickets")
    late, rest = counts["overdue"], counts["waiting"] - counts["overdue"]
    if late:
        unit = npgettext("tickets", "张", "张", late)
        yield Todo(_("超时没有解决的报修"), f"{base}?where=late", due=day, count=late, unit=unit)
    if rest > 0:
        unit = npgettext("tickets", "张", "张", rest)
        yield Todo(_("等待处理的报修"), f"{base}?where={actor.grant.organization_id}", count=rest, unit=unit)
