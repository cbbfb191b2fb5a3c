"""The S3 for finished segments: what the environment says of it, and a trial of it in plain words."""

import http.client
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

from lantian.kernel.bucket import Bucket, BucketAway, BucketError, BucketPlace, BucketRefused, s3_prefix, s3_secret
from runtime.words import Problem, say

PUBLIC = "streams"  # as lantian.content.media calls it
NEEDED = ("LANTIAN_S3_ENDPOINT", "LANTIAN_S3_BUCKET", "LANTIAN_S3_KEY", "LANTIAN_S3_SECRET")
WRONG_KEY = {"SignatureDoesNotMatch", "InvalidAccessKeyId", "AccessDenied", "Forbidden"}
SECONDS = 6.0
PLAIN = re.compile(r"[A-Za-z0-9._/-]*")


def read_place(env: Mapping[str, str], home: Path) -> BucketPlace | None:
    """None: no S3. Raises Problem for one that is told by half."""
    try:
        secret = s3_secret(env, home)
    except OSError as error:
        raise Problem(f"{error.filename}: {error.strerror}") from error
    told = {name: env.get(name, "").strip() for name in NEEDED} | {NEEDED[3]: secret}
    endpoint = told[NEEDED[0]].rstrip("/")
    if not endpoint:
        return None
    missing = [name for name in NEEDED if not told[name]]
    if missing:
        names = " ".join(missing)
        raise Problem(
            say(f"设了 LANTIAN_S3_ENDPOINT，还需要：{names}", f"with LANTIAN_S3_ENDPOINT these are needed too: {names}")
        )
    parts = urlsplit(endpoint)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query or parts.username:
        raise Problem(
            say(
                f"LANTIAN_S3_ENDPOINT 应为 https://主机，现为“{endpoint}”",
                f"LANTIAN_S3_ENDPOINT must be https://host, not '{endpoint}'",
            )
        )
    for name in ("LANTIAN_S3_BUCKET", "LANTIAN_S3_PREFIX"):
        if not PLAIN.fullmatch(env.get(name, "").strip()):
            raise Problem(
                say(f"{name} 只能用字母、数字和 . _ - /", f"{name} may hold letters, digits and . _ - / only")
            )
    region = env.get("LANTIAN_S3_REGION", "").strip() or "us-east-1"
    return BucketPlace(endpoint, told[NEEDED[1]], told[NEEDED[2]], secret, s3_prefix(env), region)


def try_place(place: BucketPlace) -> str:
    """Keep an object, read it as a stranger does and delete it; make the bucket when there is none. One line of what was found.

    Raises Problem when it will not do, BucketAway when it does not answer (which may pass).
    """
    bucket, name = Bucket(place, answer_s=SECONDS), f"{PUBLIC}/.trial-{secrets.token_hex(8)}"
    try:
        made = bucket.check(public=PUBLIC)
        bucket.put(name, b"trial", kind="text/plain", keep="no-store")
        try:
            open_to_all = _stranger(place, name)
        finally:
            bucket.delete([name])
    except BucketAway:
        raise
    except BucketError as error:
        raise Problem(_why(place, error)) from error
    if not open_to_all:
        raise Problem(
            say(
                f"存储桶 {place.bucket} 中 {place.prefix}{PUBLIC}/ 须允许匿名读取（见 docs/operations.md）",
                f"anybody must be able to read {place.prefix}{PUBLIC}/ of the bucket {place.bucket} (see docs/operations.md)",
            )
        )
    if made:
        return say(f"已建立存储桶 {place.bucket}", f"made the bucket {place.bucket}")
    return say(f"存储桶 {place.bucket} 可用", f"the bucket {place.bucket} is fine")


def _why(place: BucketPlace, error: BucketError) -> str:
    code = error.code or str(error.status) if isinstance(error, BucketRefused) else str(error)
    if code in WRONG_KEY:
        return say(
            f"对象存储 {place.endpoint} 不接受 LANTIAN_S3_KEY 与 LANTIAN_S3_SECRET（{code}）",
            f"the S3 at {place.endpoint} does not take LANTIAN_S3_KEY and LANTIAN_S3_SECRET ({code})",
        )
    return say(f"对象存储 {place.endpoint} 不可用：{code}", f"the S3 at {place.endpoint} will not do: {code}")


def away(place: BucketPlace, error: BucketAway) -> str:
    """What to say when it does not answer."""
    return say(
        f"对象存储 {place.endpoint} 没有应答（{error}）",
        f"the S3 at {place.endpoint} does not answer ({error})",
    )


def _stranger(place: BucketPlace, name: str) -> bool:
    parts = urlsplit(place.endpoint)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=SECONDS)
    try:
        connection.request("GET", place.root + quote(place.prefix + name))
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException) as error:
        raise BucketAway(f"{type(error).__name__}: {error}") from error
    finally:
        connection.close()


def say_how_it_is(place: BucketPlace | None) -> int:
    """The command `lantian s3`. Raises Problem."""
    if place is None:
        print(say("没有设对象存储：课堂录像只在本机磁盘。", "No S3 is set: lessons are kept on this disk alone."))
        return 3
    try:
        print(try_place(place))
    except BucketAway as error:
        raise Problem(away(place, error)) from error
    return 0
