"""What follows hold of a person: what they follow, that others follow them, how far they have read."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lantian.content.follows.models import Follow, Reader
from lantian.content.follows.queries.reading import described
from lantian.content.taxonomy import queries as taxonomy
from lantian.kernel.holdings import Part, Subject


def follows_of(subject: Subject) -> QuerySet[Follow]:
    """Theirs, and those of others that follow them."""
    return Follow.objects.filter(Q(person__in=subject.person_ids) | Q(author__in=subject.person_ids))


def readers_of(subject: Subject) -> QuerySet[Reader]:
    return Reader.objects.filter(person__in=subject.person_ids)


def follows_part(subject: Subject) -> Part:
    labels = {"what": _("关注什么"), "at": _("时间")}
    rows = Follow.objects.filter(person__in=subject.person_ids).select_related("node", "author", "organization")
    follows = list(rows.order_by("made_at"))
    nodes = {row.node_id for row in follows if row.node_id}
    places = taxonomy.places_of(nodes) if nodes else {}
    found = [{"what": described(row, places), "at": row.made_at.isoformat()} for row in follows]
    return Part(_("关注的资源"), labels, found)
