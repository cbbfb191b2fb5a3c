"""What was made of recordings, what is being made, and the room that all of it takes."""

from typing import TYPE_CHECKING

from django.db.models import BigIntegerField, Count, FloatField, OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import gettext_lazy

from lantian.kernel.rules import Actor
from lantian.people.roster import queries as roster
from lantian.teach.recordings.enums import OPEN
from lantian.teach.recordings.models import Making, Recording

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization

# By the code that is kept: what happened, and what one can do.
ERRORS = {
    "store_away": gettext_lazy("对象存储暂时没有应答，请稍后重试"),
    "nothing": gettext_lazy("这段录像里没有可以读出的画面"),
    "disk_full": gettext_lazy("服务器存储空间不足。腾出空间以后可以再做一次"),
    "key_lost": gettext_lazy("这段录像的密钥已丢失，读不出来"),
    "gone": gettext_lazy("录像的文件已经删除"),
    "cut_changed": gettext_lazy("做的时候剪辑改了，请再做一次"),
    "killed": gettext_lazy("中断了太多次，已停下。可以再做一次"),
    "broken": gettext_lazy("出了意外的错误，已记入日志。可以再做一次"),
}


def error_words(making: Making) -> str:
    """Why it failed, for people; empty when it did not."""
    return str(ERRORS.get(making.error, ERRORS["broken"])) if making.error else ""


def makings_of(recording: Recording, most: int = 20) -> list[Making]:
    """The newest first. One query."""
    rows = Making.objects.filter(recording=recording).select_related("asked_by")
    return list(rows.order_by("-created_at", "-pk")[:most])


def open_making(recording: Recording, work: str) -> Making | None:
    """The one that waits or runs."""
    return Making.objects.filter(recording=recording, work=work, state__in=OPEN).first()


def is_busy(makings: list[Making]) -> bool:
    """Whether any of them waits or runs."""
    return any(making.state in OPEN for making in makings)


def storage_of(actor: Actor) -> "QuerySet[Organization]":
    """Units of the actor's subtree that have recordings, each with `recordings_count`, `seconds`, `bytes` (all on the disk)
    and `film_bytes` (of these the files to keep). One query.
    """
    rows = Recording.objects.filter(organization=OuterRef("pk")).order_by().values("organization")

    def total(name: str, aggregate: object, field: type) -> Subquery:
        return Subquery(rows.annotate(**{f"total_{name}": aggregate}).values(f"total_{name}"), output_field=field())

    units = roster.organizations_visible_to(actor).filter(path__within_any=actor.paths)
    units = units.filter(pk__in=Recording.objects.order_by().values("organization"))
    return units.annotate(
        recordings_count=total("count", Count("pk"), BigIntegerField),
        seconds=total("seconds", Sum("session__stream__seconds"), FloatField),
        bytes=total("bytes", Sum("session__stream__bytes"), BigIntegerField),
        film_bytes=total("films", Sum("film_bytes"), BigIntegerField),
    )


def storage_sum(actor: Actor) -> dict[str, int]:
    """All recordings of the actor's subtree together: `count`, `bytes`, `films` (bytes of files to keep). One query."""
    rows = Recording.objects.filter(organization__path__within_any=actor.paths)
    sums = rows.aggregate(count=Count("pk"), bytes=Sum("session__stream__bytes"), films=Sum("film_bytes"))
    return {name: int(value or 0) for name, value in sums.items()}
