"""Web push (RFC 8030): a sealed message to each of somebody's browsers.

Addresses are given by browsers, so they are posted to only where they belong to a known push service (`LANTIAN_PUSH_HOSTS`).
"""

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from lantian.kernel.crypto import KeyLost
from lantian.people.messaging.engine import webpush
from lantian.people.messaging.models import PushDevice
from lantian.people.messaging.services.channels import Letter, NotNow, Sender, Unreachable

SECONDS = 10
GOOD_FOR_S = 12 * 3600  # how long a push service keeps it for a browser that is off
BODY = 400  # characters of the text; the whole stands on the page
DEAD = {404, 410}


class _StayHere(urllib.request.HTTPRedirectHandler):
    """A redirect could lead anywhere, into our own network too: it is an error like any other."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_StayHere)


@lru_cache(maxsize=4)
def signing_key(pem: str) -> ec.EllipticCurvePrivateKey:
    """The key that signs our pushes, read once. Raises ValueError."""
    return webpush.read_key(pem)


def public_key() -> str:
    """What a browser is told when it subscribes (base64url of the point)."""
    return webpush.to_text(webpush.point_of(signing_key(settings.LANTIAN_VAPID_KEY).public_key()))


def is_known_service(endpoint: str) -> bool:
    """Whether an address belongs to a push service that we post to: https, and one of the named hosts or below it."""
    where = urlsplit(endpoint)
    host = where.hostname or ""
    for known in settings.LANTIAN_PUSH_HOSTS:
        if host == known or host.endswith("." + known):
            return where.scheme == "https" or known == "127.0.0.1"
    return False


@dataclass
class PushSender:
    channel: str = "push"

    def send(self, letter: Letter) -> None:
        devices = list(PushDevice.objects.filter(person=letter.person.pk))
        if not devices:
            raise Unreachable("no device")
        failed = [why for device in devices if (why := self._to(device, letter))]
        if len(failed) == len(devices):
            if any(why == "gone" for why in failed) and all(why == "gone" for why in failed):
                raise Unreachable("gone")
            raise NotNow(next(why for why in failed if why != "gone"))

    def _to(self, device: PushDevice, letter: Letter) -> str:
        """Send to one browser; why it failed, "" when it did not. A browser that is gone is forgotten."""
        try:
            kept = json.loads(device.keys or "{}")
            to = webpush.read_subscription(kept["endpoint"], kept["p256dh"], kept["auth"])
        except (KeyLost, KeyError, webpush.BadSubscription):
            device.delete()
            return "gone"
        if not is_known_service(to.endpoint):
            return "unknown service"
        request = urllib.request.Request(  # noqa: S310 - the address is checked above
            to.endpoint,
            data=webpush.seal(message_of(letter), to),
            headers=self._headers(to.endpoint, letter),
            method="POST",
        )
        try:
            with _OPENER.open(request, timeout=SECONDS):
                return ""
        except urllib.error.HTTPError as answer:
            if answer.code in DEAD:
                device.delete()
                return "gone"
            return f"status {answer.code}"
        except (urllib.error.URLError, OSError) as error:
            return type(error).__name__

    @staticmethod
    def _headers(endpoint: str, letter: Letter) -> dict[str, str]:
        key = signing_key(settings.LANTIAN_VAPID_KEY)
        contact = settings.LANTIAN_ADDRESS if settings.LANTIAN_ADDRESS.startswith("https") else "mailto:admin@localhost"
        return {
            "Authorization": webpush.authorization(endpoint, key, contact=contact, now=time.time()),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(GOOD_FOR_S),
            "Urgency": "high" if letter.urgent else "normal",
            "Topic": webpush.to_text(letter.items[0].url[-33:-1].encode())[
                :32
            ],  # a newer one replaces what still waits there
        }


def message_of(letter: Letter) -> bytes:
    """What the service worker shows: title, the beginning of the text, where a click leads, and a tag: the same notice once."""
    first = letter.items[0]
    body = first.body[:BODY]
    while True:
        facts = {"title": letter.title, "body": body, "url": urlsplit(first.url).path, "tag": str(first.receipt_id)}
        data = json.dumps(facts, ensure_ascii=False).encode()
        if len(data) <= webpush.LARGEST:
            return data
        body = body[: len(body) // 2]


def sender() -> Sender | None:
    """None where push is switched off (no host is known)."""
    return PushSender() if settings.LANTIAN_PUSH_HOSTS else None
