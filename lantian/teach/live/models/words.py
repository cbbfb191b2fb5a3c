"""Words that may not be written in lessons."""

from uuid import uuid4

from django.db import models
from django.utils import timezone


class ChatWord(models.Model):
    """A word that a unit added to the list that comes with the platform: for lessons of its subtree, given or received.

    `plain`: the form in which it is looked for (`engine/words`); two spellings of one word are one.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="+")
    word = models.CharField(max_length=20)
    plain = models.CharField(max_length=80)
    added_by = models.ForeignKey("roster.Person", models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "plain"], name="chat_word_once")]

    def __str__(self) -> str:
        return self.word
