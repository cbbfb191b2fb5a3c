"""How far the S3 is behind the disk, where one is set."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Count, Min, QuerySet, Sum
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.content.media.services import offsite
from lantian.content.resources.models import Blob
from lantian.kernel.rules import Actor
from lantian.kernel.web.panels import Todo
from lantian.people.roster.enums import Role

UNSENT_FOR = timedelta(minutes=15)  # before it is said


def unsent_blobs() -> QuerySet[Blob]:
    """Files that the S3 lacks, the oldest first."""
    return Blob.objects.filter(sent_at__isnull=True).order_by("created_at", "pk")


def todos_of_sending(actor: Actor, day: date) -> Iterable[Todo]:
    """To operators: what the S3 lacks, once something has waited for a while. One query, where an S3 is set."""
    if not offsite.configured() or not actor.has_role(Role.OPERATOR):
        return []
    found = unsent_blobs().order_by().aggregate(n=Count("pk"), size=Sum("size"), since=Min("created_at"))
    if not found["n"] or timezone.now() - found["since"] < UNSENT_FOR:
        return []
    said = {"size": filesizeformat(found["size"]), "since": f"{timezone.localtime(found['since']):%m-%d %H:%M}"}
    words = _("对象存储里还没有的资源文件（%(size)s，从 %(since)s 起）") % said
    return [Todo(words, reverse("resources_list"), count=found["n"], unit=_("个"))]
