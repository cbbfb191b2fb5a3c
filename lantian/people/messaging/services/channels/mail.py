"""Mail by SMTP: `LANTIAN_MAIL_URL`, such as smtp://user:password@mail.example.cn:587?tls=starttls or smtps://….

A message says what is new and leads to the platform; it unsubscribes with one click (RFC 8058), without signing in. In a
demonstration without a server, messages are written to `demo/mails` of the state folder.
"""

import smtplib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

from lantian.kernel.crypto import KeyLost
from lantian.people.messaging.services.channels import Letter, NotNow, Sender, Unreachable

SALT = "messaging.unsubscribe"
SECONDS = 20
GONE = range(500, 600)  # SMTP: a permanent no


def unsubscribe_token(person_id: object) -> str:
    """What the link under a person's mails bears."""
    return signing.dumps(str(person_id), salt=SALT)


def person_of_token(token: str) -> str | None:
    """The person whose mail is to end; None for a token that is none. It does not run out: old mails must unsubscribe too."""
    try:
        return str(signing.loads(token, salt=SALT))
    except signing.BadSignature:
        return None


@lru_cache(maxsize=4)
def _options(url: str) -> dict[str, Any]:
    where = urlsplit(url)
    if where.scheme not in {"smtp", "smtps"} or not where.hostname:
        raise ValueError("LANTIAN_MAIL_URL must be smtp://… or smtps://…")
    tls = parse_qs(where.query).get("tls", [""])[0]
    return {
        "backend": "django.core.mail.backends.smtp.EmailBackend",
        "host": where.hostname,
        "port": where.port or (465 if where.scheme == "smtps" else 587),
        "username": unquote(where.username or ""),
        "password": unquote(where.password or ""),
        "use_ssl": where.scheme == "smtps",
        "use_tls": tls == "starttls",
        "timeout": SECONDS,
    }


def deliver(options: dict[str, Any], address: str, title: str, body: str, headers: dict[str, str]) -> None:
    """Hand one mail to the server. Raises Unreachable (the address is refused for good), NotNow."""
    message = EmailMessage(
        subject=title,
        body=body,
        from_email=settings.LANTIAN_MAIL_FROM,
        to=[address],
        headers=headers,
        connection=get_connection(**options),
    )
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as refused:
        code = next(iter(refused.recipients.values()))[0]
        raise (Unreachable if code in GONE else NotNow)(f"recipient {code}") from refused
    except (smtplib.SMTPException, OSError) as failed:
        raise NotNow(type(failed).__name__) from failed


@dataclass
class MailSender:
    options: dict[str, Any]
    channel: str = "mail"

    def send(self, letter: Letter) -> None:
        address = self._address(letter)
        deliver(self.options, address, f"【{_('蓝天')}】{letter.title}", body_of(letter), self._headers(letter))

    @staticmethod
    def _address(letter: Letter) -> str:
        wish = letter.preference
        try:
            address = wish.mail if wish and wish.mail_confirmed_at else None
        except KeyLost as lost:
            raise Unreachable("key lost") from lost
        if not address:
            raise Unreachable("no address")
        return str(address)

    @staticmethod
    def _headers(letter: Letter) -> dict[str, str]:
        end = f"{settings.LANTIAN_ADDRESS}/inbox/unsubscribe/{unsubscribe_token(letter.person.pk)}/"
        domain = settings.LANTIAN_MAIL_FROM.rpartition("@")[2].rstrip(">") or "localhost"
        return {
            "Message-ID": f"<notice.{letter.mark}@{domain}>",  # sent twice, it is still one message
            "List-Unsubscribe": f"<{end}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        }


def body_of(letter: Letter) -> str:
    """The plain text of a mail: what each notice says and where it stands, and how to have no more of them."""
    parts = [f"{item.title}\n\n{item.body}\n\n{item.url}" for item in letter.items]
    end = f"{settings.LANTIAN_ADDRESS}/inbox/unsubscribe/{unsubscribe_token(letter.person.pk)}/"
    last = _("您收到这封邮件，是因为在%(region)s蓝天平台留了邮箱。不想再收到：%(url)s")
    return (
        ("\n\n" + "—" * 20 + "\n\n").join(parts)
        + "\n\n-- \n"
        + last
        % {
            "region": settings.LANTIAN_REGION_NAME,
            "url": end,
        }
    )


def sender() -> Sender | None:
    """None when no mail is configured."""
    if settings.LANTIAN_MAIL_URL:
        return MailSender(_options(settings.LANTIAN_MAIL_URL))
    if settings.LANTIAN_DEMO:
        folder = Path(settings.LANTIAN_HOME) / "demo" / "mails"
        return MailSender({"backend": "django.core.mail.backends.filebased.EmailBackend", "file_path": str(folder)})
    return None


def send_plain(way: Sender, address: str, title: str, body: str) -> None:
    """One mail that is no notice, such as the one that confirms an address. Raises Unreachable, NotNow."""
    assert isinstance(way, MailSender)
    deliver(way.options, address, f"【{_('蓝天')}】{title}", body, {"Auto-Submitted": "auto-generated"})
