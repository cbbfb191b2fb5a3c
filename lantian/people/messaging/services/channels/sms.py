"""Text messages, by the way that codes for forgotten passwords go (identity.services.texting)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from lantian.kernel.crypto import KeyLost
from lantian.people.identity.errors import TextNotSent
from lantian.people.identity.services.texting import Texter, texter
from lantian.people.messaging.services.channels import Letter, NotNow, Sender, Unreachable

LONGEST = 60  # of the title: with the rest one text message of 70 characters, or two


@dataclass
class TextSender:
    way: Texter
    channel: str = "sms"

    def send(self, letter: Letter) -> None:
        try:
            phone = letter.person.phone
        except KeyLost as lost:
            raise Unreachable("key lost") from lost
        if not phone:
            raise Unreachable("no phone")
        values = {"title": letter.title[:LONGEST], "id": letter.mark}
        text = _("【蓝天】%(title)s。详情请登录平台查看。") % values
        try:
            self.way.send(phone, text, template="notice", values=values)
        except TextNotSent as failed:
            raise NotNow(str(failed)) from failed


def sender() -> Sender | None:
    """None when no text messages are configured."""
    way = texter()
    return TextSender(way) if way else None
