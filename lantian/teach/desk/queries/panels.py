"""What the desk adds to an alliance's page: the figures of its last weeks, as far as one may see them."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import Actor
from lantian.people.roster.queries import Panel
from lantian.teach.desk.queries.outcomes import outcomes_visible_to
from lantian.teach.desk.queries.week import percent

if TYPE_CHECKING:
    from lantian.people.schedule.models import Alliance

WEEKS = 4
WEAKEST = 6


def figures_of_alliance(actor: Actor, alliance: "Alliance") -> Panel | None:
    """Planned, held and attended over four weeks, and the schools that attended least. Two queries."""
    since = timezone.localdate() - timedelta(days=7 * WEEKS)
    rows = outcomes_visible_to(actor).filter(alliance=alliance, day__gte=since).order_by()
    sums = {
        "planned": Count("pk"),
        "held": Count("pk", filter=Q(held=True)),
        "attended": Count("pk", filter=Q(attended=True)),
    }
    total = rows.aggregate(**sums)
    if not total["planned"]:
        return None
    names = ("organization__name", "organization__short_name")
    by_school = rows.values_list("organization", *names).annotate(**sums)  # two may be called the same
    schools = [(short or name, there, all_, percent(there, all_)) for _pk, name, short, all_, _held, there in by_school]
    weakest = sorted(schools, key=lambda row: (row[3] or 0, row[0]))[:WEAKEST]
    data = {
        "total": total,
        "percent": percent(total["attended"], total["planned"]),
        "weakest": weakest,
        "alliance": alliance,
    }
    return Panel(_("近四周上课情况"), "desk/_alliance.html", data)
