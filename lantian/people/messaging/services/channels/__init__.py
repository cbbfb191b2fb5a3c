"""The ways out: mail, text messages, web push. Each is there only where it is configured."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

from django.conf import settings
from django.utils.translation import gettext as _

from lantian.people.messaging.models import Preference, Receipt
from lantian.people.messaging.queries import words_of

if TYPE_CHECKING:
    from lantian.people.roster.models import Person


class Unreachable(Exception):
    """This person cannot be reached this way: trying again is no use."""


class NotNow(Exception):
    """It did not go out; it may later."""


@dataclass(frozen=True)
class Item:
    """One notice of a letter, in the reader's language."""

    title: str
    body: str
    url: str
    receipt_id: int
    told: str  # changes when the notice says something new, or is reminded of

    @classmethod
    def of(cls, receipt: Receipt) -> Self:
        words = words_of(receipt.notice)
        url = f"{settings.LANTIAN_ADDRESS}/inbox/{receipt.notice_id}/"
        return cls(words.title, words.body, url, receipt.pk, f"{receipt.at:%Y%m%d%H%M%S}")


@dataclass(frozen=True)
class Letter:
    """One message to one person: one notice, or those of a digest. `rows`: the deliveries that it settles."""

    rows: list[int]
    person: "Person"
    preference: Preference | None
    language: str
    items: list[Item]
    urgent: bool = False

    @property
    def title(self) -> str:
        if len(self.items) == 1:
            return self.items[0].title
        return _("%(count)d 条消息") % {"count": len(self.items)}

    @property
    def mark(self) -> str:
        """The same for the same message sent twice: mail programs and browsers then show it once."""
        first = self.items[0]
        return f"{first.receipt_id}.{first.told}.{len(self.items)}"


class Sender(Protocol):
    """Sends one letter. Raises Unreachable, NotNow."""

    channel: str

    def send(self, letter: Letter) -> None: ...


def sender_for(channel: str) -> Sender | None:
    """The configured way; None where there is none."""
    from lantian.people.messaging.services.channels import mail, push, sms

    return {"mail": mail.sender, "sms": sms.sender, "push": push.sender}[channel]()


def channels_here() -> list[str]:
    """The channels that are configured here."""
    return [channel for channel in ("push", "mail", "sms") if sender_for(channel) is not None]
