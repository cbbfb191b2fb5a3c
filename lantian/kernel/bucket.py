"""One bucket of an S3 service, as far as this house needs it: objects put, got, listed and deleted. No Django: the supervisor
asks it too.

Signature Version 4 with the body's hash in it, over one kept connection a thread. The standard library does it all; why no
client library: docs/adr/0028. Addresses are `endpoint/bucket/name`, or, when the endpoint's host begins with the bucket's
name, `endpoint/name`, which some vendors want.
"""

import base64
import hashlib
import hmac
import http.client
import json
import ssl
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape

from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # it has no types

CONNECT_S, ANSWER_S = 4.0, 15.0
LARGEST = 64 << 20  # bytes of an answer that are taken in
AT_ONCE = 1000  # objects of one order to delete
TAKES_TIME = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
TOLD = ("x-amz-", "content-type", "content-md5")  # headers that are signed, beside the host
Method = Literal["GET", "PUT", "POST", "DELETE"]


class BucketError(Exception):
    """Base. Its text is for logs and holds no secret."""


class BucketAway(BucketError):
    """The service does not answer, or says that it cannot now: the same may go well later."""


class BucketRefused(BucketError):
    """The service answers and will not: a wrong key, no such bucket, no right. `code` is its own word for it."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}".strip())
        self.status, self.code = status, code


class NotThere(BucketError):
    """No object of that name."""


@dataclass(frozen=True, slots=True)
class BucketPlace:
    """Where a bucket is and who we are there. `prefix`: empty, or a folder of it with its slash, before every name."""

    endpoint: str
    bucket: str
    key: str
    secret: str = field(repr=False)
    prefix: str = ""
    region: str = "us-east-1"

    @property
    def host(self) -> str:
        return urlsplit(self.endpoint).netloc

    @property
    def root(self) -> str:
        """Path of the bucket on its host, with a slash at the end."""
        own_host = urlsplit(self.endpoint).netloc.startswith(f"{self.bucket}.")
        return "/" if own_host else f"/{self.bucket}/"


def s3_secret(env: Mapping[str, str], home: Path) -> str:
    """The secret as an instance is told it: by LANTIAN_S3_SECRET, or the first line of a file that only its owner may read.

    Raises PermissionError for a file that others may read.
    """
    told = env.get("LANTIAN_S3_SECRET", "").strip()
    path = home / "keys" / "s3.secret"
    if told or not path.exists():
        return told
    if path.stat().st_mode & 0o077:
        raise PermissionError(13, "others may read it (chmod 600)", str(path))
    return path.read_text().strip().partition("\n")[0]


def s3_prefix(env: Mapping[str, str]) -> str:
    """The folder of the bucket that an instance is told to use, with its slash; empty: none."""
    name = env.get("LANTIAN_S3_PREFIX", "").strip().strip("/")
    return f"{name}/" if name else ""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes


def signature(secret: str, region: str, stamp: str, request: str) -> str:
    """Hexadecimal signature of a canonical request at `stamp` (20261127T120000Z)."""
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    return hmac.new(key, text.encode(), "sha256").hexdigest()


class Bucket:
    """Its methods block, and may be called from any thread. Each raises BucketAway and BucketRefused."""

    def __init__(self, place: BucketPlace, *, answer_s: float = ANSWER_S) -> None:
        self.place = place
        self._answer_s = answer_s
        self._own = threading.local()

    # -- objects -----------------------------------------------------------------------------------------------------------

    def put(self, name: str, data: bytes, *, kind: str = "application/octet-stream", keep: str = "") -> None:
        """Make or replace an object. `kind`: its Content-Type; `keep`: its Cache-Control."""
        headers = {"content-type": kind} | ({"cache-control": keep} if keep else {})
        self._ask("PUT", self._path(name), body=data, headers=headers)

    def get(self, name: str) -> bytes:
        """An object's bytes. Raises NotThere."""
        return self._ask("GET", self._path(name)).body

    def names(self, prefix: str) -> Iterator[str]:
        """Names that begin so, in order of the alphabet."""
        for found, _folders in self._pages(prefix, ""):
            yield from found

    def folders(self, prefix: str) -> Iterator[str]:
        """The folders in a folder, without its name and slashes."""
        for _found, folders in self._pages(prefix, "/"):
            yield from (folder.removeprefix(prefix).rstrip("/") for folder in folders)

    def delete(self, names: Iterable[str]) -> int:
        """Delete objects; those that are not there are as good as deleted. Returns how many were named."""
        count, some = 0, []
        for name in names:
            some.append(name)
            count += 1
            if len(some) == AT_ONCE:
                self._delete(some)
                some = []
        if some:
            self._delete(some)
        return count

    def _delete(self, names: list[str]) -> None:
        rows = "".join(f"<Object><Key>{escape(self.place.prefix + name)}</Key></Object>" for name in names)
        body = f'<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>{rows}</Delete>'.encode()
        digest = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        headers = {"content-type": "application/xml", "content-md5": digest}
        answer = self._ask("POST", self.place.root, {"delete": ""}, body=body, headers=headers)
        for wrong in _texts(answer.body, "Error", "Code"):
            if wrong != "NoSuchKey":
                raise BucketRefused(200, wrong)

    def _pages(self, prefix: str, delimiter: str) -> Iterator[tuple[list[str], list[str]]]:
        own = len(self.place.prefix)
        query = {"list-type": "2", "prefix": self.place.prefix + prefix}
        if delimiter:
            query["delimiter"] = delimiter
        while True:
            body = self._ask("GET", self.place.root, query).body
            yield (
                [name[own:] for name in _texts(body, "Contents", "Key")],
                [name[own:] for name in _texts(body, "CommonPrefixes", "Prefix")],
            )
            further = _texts(body, "", "NextContinuationToken")
            if not further or not further[0]:
                return
            query["continuation-token"] = further[0]

    # -- the bucket itself ---------------------------------------------------------------------------------------------------

    def check(self, *, public: str) -> bool:
        """See that the bucket is there and takes our key; make it when it is missing, and then let anybody read what lies below
        the folder `public`. True when it was made.
        """
        try:
            self._ask("GET", self.place.root, {"list-type": "2", "max-keys": "1", "prefix": self.place.prefix})
        except BucketRefused as error:
            if error.code != "NoSuchBucket":
                raise
        else:
            return False
        self._ask("PUT", self.place.root)
        self._ask("PUT", self.place.root, {"policy": ""}, body=json.dumps(self.policy(public)).encode())
        return True

    def policy(self, public: str) -> dict[str, object]:
        """A bucket policy by which anybody may read what lies below a folder, and list nothing."""
        statement = {
            "Sid": "LantianPublicRead",
            "Effect": "Allow",
            "Principal": "*",
            "Action": ["s3:GetObject"],
            "Resource": [f"arn:aws:s3:::{self.place.bucket}/{self.place.prefix}{public}/*"],
        }
        return {"Version": "2012-10-17", "Statement": [statement]}

    # -- the wire --------------------------------------------------------------------------------------------------------------

    def _path(self, name: str) -> str:
        return self.place.root + quote(self.place.prefix + name, safe="/-_.~")

    def _ask(
        self,
        method: Method,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> _Answer:
        asked = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in sorted((query or {}).items()))
        answer = self._send(method, path, asked, body, self._signed(method, path, asked, body, headers or {}))
        if answer.status < 300:
            return answer
        code = (_texts(answer.body, "", "Code") or [""])[0]
        if answer.status in TAKES_TIME:
            raise BucketAway(f"{answer.status} {code}".strip())
        if code == "NoSuchKey" or (answer.status == 404 and code != "NoSuchBucket" and method == "GET" and not asked):
            raise NotThere(path)
        raise BucketRefused(answer.status, code)

    def _signed(self, method: Method, path: str, query: str, body: bytes, headers: Mapping[str, str]) -> dict[str, str]:
        place = self.place
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        digest = hashlib.sha256(body).hexdigest()
        told = {**headers, "host": place.host, "x-amz-date": stamp, "x-amz-content-sha256": digest}
        signed = sorted(name for name in told if name == "host" or name.startswith(TOLD))
        lines = "".join(f"{name}:{told[name]}\n" for name in signed)
        names = ";".join(signed)
        request = f"{method}\n{path}\n{query}\n{lines}\n{names}\n{digest}"
        credential = f"{place.key}/{stamp[:8]}/{place.region}/s3/aws4_request"
        made = signature(place.secret, place.region, stamp, request)
        told["authorization"] = f"AWS4-HMAC-SHA256 Credential={credential},SignedHeaders={names},Signature={made}"
        return told

    def _send(self, method: Method, path: str, query: str, body: bytes, headers: dict[str, str]) -> _Answer:
        """Once more when a kept connection turns out to be closed: everything we ask may be asked twice."""
        target = f"{path}?{query}" if query else path
        while True:
            connection, fresh = self._connection()
            try:
                connection.request(method, target, body=body or None, headers=headers)
                response = connection.getresponse()
                data = response.read(LARGEST + 1)
                if len(data) > LARGEST:
                    raise BucketAway("answer too long")
                if response.will_close:
                    self._forget()
                return _Answer(response.status, data)
            except (OSError, http.client.HTTPException) as error:
                self._forget()
                if fresh or isinstance(error, TimeoutError):
                    raise BucketAway(f"{type(error).__name__}: {error}") from error

    def _connection(self) -> tuple[http.client.HTTPConnection, bool]:
        kept: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if kept is not None:
            return kept, False
        parts = urlsplit(self.place.endpoint)
        made: http.client.HTTPConnection
        if parts.scheme == "https":
            made = http.client.HTTPSConnection(parts.netloc, timeout=CONNECT_S, context=ssl.create_default_context())
        else:
            made = http.client.HTTPConnection(parts.netloc, timeout=CONNECT_S)
        try:
            made.connect()
        except (OSError, ValueError) as error:
            raise BucketAway(f"{type(error).__name__}: {error}") from error
        made.sock.settimeout(self._answer_s)
        self._own.connection = made
        return made, True

    def _forget(self) -> None:
        kept: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        self._own.connection = None
        if kept is not None:
            kept.close()


def _texts(body: bytes, parent: str, name: str) -> list[str]:
    """Texts of the elements `name` (within `parent`) of an XML answer; none when it is no XML."""
    if not body:
        return []
    try:
        root = fromstring(body)
    except (SyntaxError, ValueError):  # no XML; XML that does what answers have no business to do
        return []
    places = (
        [root]
        if not parent
        else [each for each in root.iter() if each.tag.endswith(f"}}{parent}") or each.tag == parent]
    )
    return [
        child.text or "" for place in places for child in place if child.tag.endswith(f"}}{name}") or child.tag == name
    ]
