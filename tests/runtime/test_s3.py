"""A real S3 (SeaweedFS) as the supervisor and the front door meet it."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from lantian.kernel.bucket import Bucket, BucketPlace, signature
from runtime import caddy, up
from runtime.cli import main
from runtime.home import Instance, make_home, read_instance
from runtime.s3 import try_place
from runtime.words import Problem
from tests.runtime.platform import free_port, wait_for
from tests.seaweed import KEY, SECRET, Seaweed

TOKEN = "0f" * 16
SEGMENT, OTHER, INIT = "000007-0123456789abcdef.m4s", "000008-0123456789abcdef.m4s", "0123456789abcdef.mp4"


def test_a_request_is_signed_as_the_service_publishes_it() -> None:
    """The example of Amazon's own documentation (GET with a range)."""
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    request = (
        "GET\n/test.txt\n\nhost:examplebucket.s3.amazonaws.com\nrange:bytes=0-9\n"
        f"x-amz-content-sha256:{empty}\nx-amz-date:20130524T000000Z\n\n"
        f"host;range;x-amz-content-sha256;x-amz-date\n{empty}"
    )
    made = signature("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1", "20130524T000000Z", request)
    assert made == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"


def test_an_endpoint_that_begins_with_the_bucket_is_the_bucket_itself() -> None:
    assert BucketPlace("https://s3.example.cn", "lessons", "k", "s").root == "/lessons/"
    assert BucketPlace("https://lessons.oss.example.cn", "lessons", "k", "s").root == "/"


def told(place: BucketPlace, home: Path, **changed: str) -> dict[str, str]:
    return {
        "LANTIAN_HOME": str(home),
        "LANTIAN_S3_ENDPOINT": place.endpoint,
        "LANTIAN_S3_BUCKET": place.bucket,
        "LANTIAN_S3_KEY": place.key,
        "LANTIAN_S3_SECRET": place.secret,
        **changed,
    }


def test_the_secret_may_lie_in_the_home_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    place = BucketPlace("https://s3.example.cn", "lessons", "k", "not-for-eyes", "mianyang/")
    env = told(place, tmp_path, LANTIAN_S3_SECRET="", LANTIAN_S3_PREFIX="/mianyang/")
    with pytest.raises(Problem, match="LANTIAN_S3_SECRET"):
        read_instance(env)
    (tmp_path / "keys").mkdir()
    path = tmp_path / "keys" / "s3.secret"
    path.write_text("not-for-eyes\n")
    path.chmod(0o644)
    with pytest.raises(Problem, match=r"s3\.secret"):
        read_instance(env)
    path.chmod(0o600)
    instance = read_instance(env)
    assert instance.s3 == place
    assert "not-for-eyes" not in repr(instance)
    assert read_instance({"LANTIAN_HOME": str(tmp_path)}).s3 is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LANTIAN_S3_ENDPOINT", "s3.example.cn"),
        ("LANTIAN_S3_ENDPOINT", "https://s3.example.cn/path"),
        ("LANTIAN_S3_BUCKET", ""),
        ("LANTIAN_S3_BUCKET", "a{b"),
        ("LANTIAN_S3_KEY", ""),
    ],
)
def test_half_an_s3_is_refused_plainly(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(Problem, match=name):
        read_instance(told(BucketPlace("https://s3.example.cn", "lessons", "k", "s"), tmp_path, **{name: value}))


def test_the_command_tries_it_and_says_one_line(
    seaweed: Seaweed, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = seaweed.place()

    def run(**changed: str) -> tuple[object, str]:
        for name, value in told(place, tmp_path, LANTIAN_LANG="en", **changed).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.argv", ["lantian", "s3"])
        with pytest.raises(SystemExit) as ended:
            main()
        heard = capsys.readouterr()
        return ended.value.code, heard.out + heard.err

    assert run() == (0, f"made the bucket {place.bucket}\n")
    assert run() == (0, f"the bucket {place.bucket} is fine\n")
    assert list(Bucket(place).names("")) == [], "it leaves nothing behind"
    for changed, words in (
        ({"LANTIAN_S3_SECRET": "wrong-wrong"}, "does not take LANTIAN_S3_KEY"),
        ({"LANTIAN_S3_ENDPOINT": "http://127.0.0.1:9"}, "does not answer"),
    ):
        code, line = run(**changed)
        assert code == 1
        assert words in line
        assert line.count("\n") == 1
        assert "wrong-wrong" not in line


def test_a_bucket_that_strangers_may_not_read_is_said(seaweed: Seaweed) -> None:
    place = seaweed.place()
    Bucket(place).check(public="somewhere-else")
    with pytest.raises(Problem, match="streams/"):
        try_place(place)


@dataclass
class Door:
    url: str
    home: Path
    bucket: Bucket

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(f"{self.url}/media/streams/{path}", headers=headers, trust_env=False)


@pytest.fixture(scope="module")
def door(seaweed: Seaweed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Caddy alone, before a bucket of which a folder is ours."""
    home = tmp_path_factory.mktemp("door") / "a home"
    place = replace(seaweed.place(), prefix="mian-yang/")
    bucket = Bucket(place)
    bucket.check(public="streams")
    instance = Instance(home, port=free_port(), bind="127.0.0.1", access_log=True, s3=place)
    make_home(home)
    path = caddy.write_caddyfile(instance)
    assert SECRET not in path.read_text()
    assert KEY not in path.read_text()
    process = subprocess.Popen(
        [caddy.caddy_binary(), "run", "--config", str(path), "--adapter", "caddyfile"],
        env=caddy.environment(instance),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{instance.port}"

    def answers() -> bool:
        try:
            return httpx.get(url + caddy.FRONT_PROBE, trust_env=False).status_code == 204
        except httpx.TransportError:
            return False

    wait_for(answers)
    yield Door(url, home, bucket)
    process.terminate()
    process.wait(10)


def test_what_the_disk_does_not_have_comes_from_the_bucket_with_the_same_headers(door: Door) -> None:
    folder = door.home / "media" / "streams" / TOKEN / "av"
    folder.mkdir(parents=True)
    (folder / SEGMENT).write_bytes(b"disk" * 500)
    door.bucket.put(f"streams/{TOKEN}/av/{SEGMENT}", b"bucket", kind="video/iso.segment")
    door.bucket.put(f"streams/{TOKEN}/av/{OTHER}", b"bucket" * 500, kind="text/html", keep="no-store")
    door.bucket.put(f"streams/{TOKEN}/av/{INIT}", b"init")
    door.bucket.put(f"streams/{TOKEN}/av/replay.m3u8", b"#EXTM3U\n" * 300)
    here, there = door.get(f"{TOKEN}/av/{SEGMENT}"), door.get(f"{TOKEN}/av/{OTHER}")
    assert here.content == b"disk" * 500, "the disk comes first"
    assert there.content == b"bucket" * 500
    for name in ("content-type", "cache-control", "cross-origin-resource-policy", "x-content-type-options"):
        assert there.headers.get_list(name) == here.headers.get_list(name), name
    assert not [name for name in there.headers if name.startswith(("x-amz", "seaweed", "access-control", "server"))]
    part = door.get(f"{TOKEN}/av/{OTHER}", Range="bytes=6-11")
    assert (part.status_code, part.content) == (206, b"bucket")
    assert door.get(f"{TOKEN}/av/{INIT}").headers["content-type"] == "video/mp4"
    listed = door.get(f"{TOKEN}/av/replay.m3u8")
    assert (listed.status_code, listed.headers["cache-control"]) == (200, "no-cache")
    assert listed.headers["content-type"] == "application/vnd.apple.mpegurl"


def test_what_neither_has_is_not_found(door: Door) -> None:
    answer = door.get(f"{'aa' * 16}/av/{SEGMENT}")
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    assert "<Error>" not in answer.text


@pytest.mark.parametrize(
    "name",
    [
        "av/index.jsonl",
        "av/other.m4s",
        "small/000007-0123456789abcdef.m4s",
        "av/../../../journals/x.m3u8",
        "ladder.m3u8",
        ".made/0123456789abcdef.mp4",
        "cut.json",
        f"av/{SEGMENT}/../x.mp4",
    ],
)
def test_only_what_is_sent_there_is_asked_of_the_bucket(door: Door, name: str) -> None:
    there = [f"streams/{TOKEN}/{name}"] if ".." not in name else ["journals/x.m3u8", f"streams/{TOKEN}/av/x.mp4"]
    for object_name in there:
        door.bucket.put(object_name, b"private")
    assert door.get(f"{TOKEN}/{name}").status_code == 404


def test_nothing_can_be_put_through_the_door(door: Door) -> None:
    at = f"{door.url}/media/streams/{TOKEN}/av/{'000009' + SEGMENT[6:]}"
    assert httpx.put(at, content=b"x", trust_env=False).status_code in {404, 405}
    assert httpx.delete(at, trust_env=False).status_code in {404, 405}
    assert door.get(f"{TOKEN}/av/{'000009' + SEGMENT[6:]}").status_code == 404


def test_an_s3_that_does_not_answer_keeps_the_platform_from_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    monkeypatch.setattr(up.Terminal, "write", heard.append)
    up.try_s3(read_instance(told(BucketPlace("http://127.0.0.1:9", "lessons", "k", "s"), tmp_path)))
    assert len(heard) == 1
    assert "http://127.0.0.1:9" in heard[0]


def test_the_platform_does_not_start_with_a_wrong_key(seaweed: Seaweed, tmp_path: Path) -> None:
    place = replace(seaweed.bucket().place, secret="wrong-wrong")
    env = {name: value for name, value in os.environ.items() if not name.startswith("LANTIAN_")}
    done = subprocess.run(
        [*_lantian(), "up"], env=env | told(place, tmp_path, LANTIAN_LANG="en", LANTIAN_PORT=str(free_port())),
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "does not take LANTIAN_S3_KEY" in done.stderr
    assert "Traceback" not in done.stderr
    assert "wrong-wrong" not in done.stderr + done.stdout


def _lantian() -> list[str]:
    import sys

    return [sys.executable, "-m", "runtime.cli"]
