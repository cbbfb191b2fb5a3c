"""Web push: a message sealed for one browser (RFC 8291 over RFC 8188), and who sends it (VAPID, RFC 8292)."""

import base64
import json
import os
import struct
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CURVE = ec.SECP256R1()
RECORD = 4096  # one record: push services take no more than 4096 bytes
LARGEST = RECORD - 16 - 1 - 86  # of the message: tag, delimiter and header go off
HOURS_12 = 12 * 3600


class BadSubscription(ValueError):
    """A browser's keys are none."""


@dataclass(frozen=True)
class Subscription:
    """Where a browser takes messages, its public key (65 bytes, uncompressed point) and its secret (16 bytes)."""

    endpoint: str
    key: bytes
    secret: bytes


def to_text(data: bytes) -> str:
    """base64url without padding, as the protocols write it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """Raises BadSubscription."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise BadSubscription("not base64url") from error


def read_subscription(endpoint: str, key: str, secret: str) -> Subscription:
    """What `PushSubscription.toJSON()` gives. Raises BadSubscription."""
    found = Subscription(endpoint, from_text(key), from_text(secret))
    if len(found.secret) != 16 or urlsplit(endpoint).hostname is None:
        raise BadSubscription("no secret, or no address")
    _public(found.key)
    return found


def _public(point: bytes) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    except ValueError as error:
        raise BadSubscription("no point of the curve") from error


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def seal(
    message: bytes, to: Subscription, *, key: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """The body of a push request (content coding aes128gcm). `key` and `salt` are made anew for each, but in tests.

    Raises ValueError when the message is longer than LARGEST.
    """
    if len(message) > LARGEST:
        raise ValueError("too long for one push")
    own = key or ec.generate_private_key(CURVE)
    salt = salt or os.urandom(16)
    point = point_of(own.public_key())
    shared = own.exchange(ec.ECDH(), _public(to.key))
    material = _derive(shared, to.secret, b"WebPush: info\x00" + to.key + point, 32)
    content_key = _derive(material, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derive(material, salt, b"Content-Encoding: nonce\x00", 12)
    header = salt + struct.pack("!IB", RECORD, len(point)) + point
    return header + AESGCM(content_key).encrypt(nonce, message + b"\x02", None)


def read_key(pem: str) -> ec.EllipticCurvePrivateKey:
    """Raises ValueError."""
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != CURVE.name:
        raise ValueError("not a P-256 key")
    return key


def authorization(endpoint: str, key: ec.EllipticCurvePrivateKey, *, contact: str, now: float) -> str:
    """The Authorization header of a request to a push service; `contact`: whom it asks when we misbehave (https: or mailto:)."""
    where = urlsplit(endpoint)
    claims = {"aud": f"{where.scheme}://{where.netloc}", "exp": int(now) + HOURS_12, "sub": contact}
    parts = [
        to_text(json.dumps(part, separators=(",", ":")).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims)
    ]
    signed = ".".join(parts)
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    token = f"{signed}.{to_text(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
    return f"vapid t={token}, k={to_text(point_of(key.public_key()))}"
