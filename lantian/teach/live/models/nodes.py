"""The live processes of this platform."""

from django.db import models

from lantian.kernel.fields import ChoiceField
from lantian.teach.live.enums import NodeState


class LiveNode(models.Model):
    """One live process, kept true by itself every second. All times are the database's own clock.

    `steady_since`: it has renewed itself without a gap since then; only such a node may take what belongs to one that is not
    seen any more. `generation`: of each start another. `address`: where processes beside it reach it.
    """

    name = models.CharField(primary_key=True, max_length=32)
    state = ChoiceField(max_length=8, choices=NodeState, default=NodeState.SERVING)
    address = models.CharField(max_length=200, blank=True)
    generation = models.UUIDField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    steady_since = models.DateTimeField()
    lessons = models.PositiveIntegerField(default=0)
    sockets = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
