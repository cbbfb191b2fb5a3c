"""What changed and is to be looked at again by the index; which copies of the index there are."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone


class Mark(models.Model):
    """That documents may have changed, written by the transaction that changed them (triggers, `services.touch`).

    A log that several copies of the index read, each at its own pace. `xid`: the transaction, by which one knows that no earlier
    one is still open. Without a kind, `token` names all documents that carry it, wherever they are.
    """

    id = models.BigAutoField(primary_key=True)
    xid = models.BigIntegerField()
    kind = models.CharField(max_length=40, blank=True)
    ids = ArrayField(models.UUIDField(), default=list)
    token = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["xid"], name="search_mark_xid")]

    def __str__(self) -> str:
        return f"{self.id} {self.kind or self.token}"


class Copy(models.Model):
    """A copy of the index on the disk of some machine, as its keeper last said. `upto`: what it holds (`Mark.xid`)."""

    id = models.UUIDField(primary_key=True, editable=False)
    machine = models.CharField(max_length=80)
    generation = models.CharField(max_length=40, blank=True)
    upto = models.BigIntegerField(default=0)
    building_from = models.BigIntegerField(null=True, blank=True)
    documents = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.machine} {self.generation}"
