"""Films as parts of several renditions: made by the worker's child, handed out to whoever sees the version."""

import fcntl
import json
import math
import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from lantian.content.media.engine.rungs import rungs_of
from lantian.content.resources import queries, services
from lantian.content.resources.events import ResourcePublished
from lantian.content.resources.models import Blob, Film, Rendition, Resource
from lantian.content.resources.receivers import film_published
from lantian.content.resources.services import film_said, filming, storing
from lantian.content.resources.services.children import Fallen
from lantian.content.resources.services.film_work import Work
from lantian.content.resources.tests.films import FLASH_S, Played, film
from lantian.content.resources.tests.shelf import Shelf

pytestmark = pytest.mark.django_db
SOON = timedelta(seconds=-5)


@pytest.fixture(scope="module")
def lecture() -> bytes:
    """High enough for two renditions, and passed through; nine seconds, a picture that begins anew in each."""
    chapters = [(0.0, "导入"), (4.0, "例题")]
    return film(seconds=9, size=(768, 432), rate=5, gop=5, channels=2, chapters=chapters)


def filmed(shelf: Shelf, data: bytes, name: str = "微课.mp4", **facts: Any) -> tuple[Resource, Film]:
    """A film of which the worker has made what it can."""
    made = shelf.make(data=data, name=name, **facts)
    blob = shelf.version(made).blob
    assert blob is not None
    services.ask_film(blob)
    found = services.make_film(blob.pk)
    assert found is not None
    return made, found


def played(film: Film) -> list[Played]:
    return [Played(storing.path_of(one.file_id).read_bytes()) for one in queries.renditions_of(film)]


@pytest.mark.parametrize(
    ("size", "passes", "names"),
    [
        ((1920, 1080), True, ["1080p", "720p", "540p", "360p"]),
        ((1920, 1080), False, ["720p", "540p", "360p"]),
        ((720, 1280), True, ["720p", "540p", "360p"]),
        ((640, 480), False, ["480p", "360p"]),
        ((640, 360), True, ["360p"]),
        ((160, 96), False, ["96p"]),
    ],
)
def test_no_rendition_is_larger_than_the_film(size: tuple[int, int], passes: bool, names: list[str]) -> None:
    found = rungs_of(*size, passes=passes)
    assert [one.name for one in found] == names
    assert all(one.width <= size[0] and one.height <= size[1] for one in found)
    assert all(one.width % 2 == one.height % 2 == 0 for one in found)
    assert [one.ceiling == 0 for one in found] == [passes, *[False] * (len(found) - 1)]


def test_a_film_that_browsers_play_is_passed_through_and_made_smaller(shelf: Shelf, lecture: bytes) -> None:
    _made, found = filmed(shelf, lecture)
    assert (found.state, found.why) == ("ready", "")
    assert found.chapters == [[0.0, "导入"], [4.0, "例题"]]
    large, small = queries.renditions_of(found)
    assert [(one.name, one.width, one.height) for one in (large, small)] == [("432p", 768, 432), ("360p", 640, 360)]
    assert large.codecs.startswith("avc1.")
    assert large.codecs.endswith(",mp4a.40.2")
    assert len(found.spans) == len(large.sizes) == len(small.sizes) > 1
    assert sum(found.spans) / 90_000 == pytest.approx(9, abs=0.3)
    for one in (large, small):
        assert one.head + sum(one.sizes) == one.file.size
    original = Played(lecture)
    for each in played(found):
        assert each.codecs == ["h264", "aac"]
        assert [at for at, *_rest in each.pictures] == pytest.approx([at for at, *_rest in original.pictures], abs=0.02)
        assert each.flash == pytest.approx(FLASH_S, abs=0.02)
        assert each.loud[0] == pytest.approx(FLASH_S, abs=0.03)
        assert each.heard_s >= 8.9, "sound to the end, so that no player waits for it"


@pytest.mark.parametrize(
    ("how", "name"),
    [
        ({"container": "webm", "picture": "libvpx", "sound": "libopus", "gop": 100}, "a.webm"),
        ({"container": "avi", "picture": "mpeg4", "sound": "mp2"}, "b.avi"),
        ({"container": "mp4", "gop": 300, "sound": None, "seconds": 14}, "c.mp4"),
    ],
    ids=["webm", "avi", "seldom-anew"],
)
def test_what_browsers_do_not_play_is_encoded(shelf: Shelf, how: dict[str, Any], name: str) -> None:
    _made, found = filmed(shelf, film(**how), name)
    assert (found.state, found.why) == ("ready", "")
    (each,) = played(found)
    assert each.codecs == (["h264", "aac"] if how["sound"] else ["h264"])
    assert each.size == (160, 96)
    assert each.flash == pytest.approx(FLASH_S, abs=0.11), "within a picture"
    if how["sound"]:
        assert each.loud[0] == pytest.approx(FLASH_S, abs=0.06)
    assert found.seconds == pytest.approx(how.get("seconds", 3), abs=0.3)


def test_a_film_from_a_phone_stands_upright(shelf: Shelf) -> None:
    _made, found = filmed(shelf, film(seconds=1.5, turned=-90))
    (each,) = played(found)
    assert each.size == (96, 160)
    original = Played(film(seconds=1.5))
    assert original.pictures[0][2] > 150, "light in the upper left corner"
    assert each.pictures[0][2] < 120, "which is turned away"


def test_whoever_is_killed_goes_on_and_makes_the_same(shelf: Shelf, lecture: bytes) -> None:
    _made, whole = filmed(shelf, lecture)
    wanted = [(one.sizes, one.head) for one in queries.renditions_of(whole)], whole.spans
    before = played(whole)
    Film.objects.all().delete()
    blob = Blob.objects.get(pk=whole.pk)
    services.ask_film(blob)
    found = services.make_film(blob.pk, turn_s=0)
    assert found is not None
    assert (found.state, len(queries.renditions_of(found))) == ("making", 0)
    assert 0 < found.made_s < found.seconds
    folder = filming.folder_of(blob.pk)
    with (folder / "1.mp4").open("ab") as torn:  # killed in the middle of the next part
        torn.write(b"half a pie")
    with (folder / "parts").open("ab") as torn:
        torn.write(b'{"at": 1, "sp')
    turns = 0
    while found is not None and found.state == "making":
        found = services.make_film(blob.pk, turn_s=0)
        turns += 1
    assert found is not None
    assert turns >= 1
    assert found.spans == wanted[1]
    assert queries.renditions_of(found)[0].sizes == wanted[0][0][0], "what is passed through is the same"
    for each, once in zip(played(found), before, strict=True):
        assert [at for at, *_rest in each.pictures] == [at for at, *_rest in once.pictures]
        assert each.heard_s == once.heard_s
    assert not folder.exists()
    assert services.make_film(blob.pk) == found, "and it is not made again"


def test_what_cannot_be_made_says_why(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, settings, as_) -> None:
    whole = film(seconds=2)
    made, _found = filmed(shelf, whole)
    page, teacher = f"/resources/{made.pk}/", as_("teacher")
    blob = Blob.objects.get(pk=shelf.version(made).blob_id)

    Film.objects.all().delete()
    monkeypatch.setattr(filming, "MOST_S", 1)
    services.ask_film(blob)
    assert services.make_film(blob.pk).state == "broken"
    assert "分段没有做成" in teacher.get(page).content.decode()
    monkeypatch.undo()

    Film.objects.all().delete()
    settings.LANTIAN_DISK_RESERVE_BYTES = 1 << 60
    services.ask_film(blob)
    waits = services.make_film(blob.pk)
    assert (waits.state, "空间" in waits.why) == ("waiting", True)
    settings.LANTIAN_DISK_RESERVE_BYTES = 0
    assert services.ask_waiting_films() in (0, 1), "the job of it may still wait"
    assert services.make_film(blob.pk).state == "ready"

    Film.objects.all().delete()
    path = storing.path_of(blob.pk)
    path.chmod(0o640)
    path.write_bytes(whole[: len(whole) // 3])
    services.ask_film(blob)
    broken = services.make_film(blob.pk)
    assert broken.state == "broken"
    assert "读不出来" in broken.why
    assert not filming.folder_of(blob.pk).exists()
    path.write_bytes(whole)
    again = f"/resources/versions/{shelf.version(made).pk}/act/"
    assert as_("colleague").post(again, {"act": "film"}).status_code in (403, 404)
    teacher.post(again, {"act": "film"})
    assert services.make_film(blob.pk).state == "ready"


def child_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str) -> None:
    """In place of the one that makes films."""
    child = tmp_path / "child.py"
    child.write_text(f"import json, os, sys\n{does}\n")
    monkeypatch.setattr(filming, "CHILD", child)


RUNG: dict[str, Any] = {"name": "96p", "width": 160, "height": 96, "codecs": "avc1.42C00B", "bytes": 3}
HEAD: dict[str, Any] = {"seconds": 1.0, "chapters": [], "rungs": [RUNG]}
PART: dict[str, Any] = {"at": 0, "span": 90_000, "sound": 0, "bytes": [4]}


@pytest.mark.parametrize(
    ("head", "part"),
    [
        ({"rungs": [{**RUNG, "bytes": 99_999_999_999}]}, {}),
        ({"rungs": [{**RUNG, "bytes": -1}]}, {}),
        ({"rungs": [{**RUNG, "bytes": True}]}, {}),
        ({"rungs": []}, {}),
        ({"rungs": [{"bytes": 3}]}, {}),
        ({"rungs": [{**RUNG, "codecs": 'avc1"\n#EXT-X-ENDLIST'}]}, {}),
        ({"rungs": [{**RUNG, "name": "<b>"}]}, {}),
        ({"seconds": math.nan}, {}),
        ({"seconds": "1"}, {}),
        ({"chapters": [[0]]}, {}),
        ({"chapters": None}, {}),
        ({}, {"bytes": [-1]}),
        ({}, {"bytes": [1 << 40]}),
        ({}, {"bytes": [4, 4]}),
        ({}, {"bytes": 4}),
        ({}, {"span": 0}),
        ({}, {"at": 1.5}),
        ({}, {"span": 1 << 62}),
    ],
)
def test_a_child_that_says_nonsense_breaks_only_its_film(head: dict[str, Any], part: dict[str, Any]) -> None:
    most = filming.MOST_PIECE
    assert film_said.head_of(HEAD, most) == HEAD
    assert film_said.part_of(PART, 1, most) == PART
    with pytest.raises(Fallen):
        film_said.part_of(PART | part, len(film_said.head_of(HEAD | head, most)["rungs"]), most)


def test_what_a_film_calls_its_chapters_can_be_kept() -> None:
    said = film_said.head_of(HEAD | {"chapters": [[0, "a\0b"], [1.5, "\udcba"]]}, 9)
    assert said["chapters"] == [[0.0, "ab"], [1.5, "?"]]


def test_a_child_that_offers_more_than_it_may_is_not_read(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = json.dumps(HEAD) + "\nabc" + json.dumps(PART | {"bytes": [-1]}) + "\n"
    child_that(tmp_path, monkeypatch, f"sys.stdout.write({lines!r})\nwhile True: sys.stdout.write('x' * 65536)")
    _made, found = filmed(shelf, film(seconds=1))
    assert (found.state, "读不出来" in found.why) == ("broken", True)
    assert not Rendition.objects.exists()


def test_a_child_that_was_ended_is_tried_again_a_few_times(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = filming.CHILD
    child_that(tmp_path, monkeypatch, "os.kill(os.getpid(), 9)")
    _made, found = filmed(shelf, film(seconds=1))
    assert (found.state, "内存" in found.why) == ("waiting", True)
    monkeypatch.setattr(filming, "CHILD", own)
    assert services.ask_waiting_films() in (0, 1), "the job of it may still wait"
    again = services.make_film(found.pk)
    assert again is not None
    assert (again.state, again.why) == ("ready", "")

    Film.objects.all().delete()
    services.ask_film(Blob.objects.get(pk=found.pk))
    child_that(tmp_path, monkeypatch, "os.kill(os.getpid(), 9)")
    states = [services.make_film(found.pk).state for _turn in range(filming.FALLS)]
    assert states == ["waiting"] * (filming.FALLS - 1) + ["broken"]
    assert not filming.folder_of(found.pk).exists()
    assert "内存" in Film.objects.get().why


def test_a_child_that_gets_on_between_its_ends_is_not_given_up(tmp_path: Path) -> None:
    work = Work.found(tmp_path / "a")
    work.begin(HEAD, [b"abc"])
    assert [work.fell(), work.fell()] == [1, 2]
    work.add(PART, [b"abcd"])
    assert [Work.found(tmp_path / "a").fell(), Work.found(tmp_path / "a").fell()] == [1, 2]


def test_a_film_too_large_for_the_memory_says_so(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filming, "MEMORY", 300 << 20)
    _made, found = filmed(shelf, film(seconds=1, size=(3840, 2160), rate=2, sound=None))
    assert (found.state, "内存" in found.why) == ("broken", True)


@pytest.mark.parametrize(("container", "picture", "sound"), [("mp4", "libx264", "aac"), ("avi", "mpeg4", "mp2")])
def test_titles_of_older_chinese_programs_are_read(shelf: Shelf, container: str, picture: str, sound: str) -> None:
    chapters = [(0.0, "QQQQQQQQ"), (1.0, "QQQQQQQQ")] if container == "mp4" else None
    data = film(seconds=2, container=container, picture=picture, sound=sound, chapters=chapters, title="QQQQQQQQ")
    assert b"QQQQQQQQ" in data
    data = data.replace(b"QQQQQQQQ", "函数图象".encode("gbk"))
    _made, found = filmed(shelf, data, f"a.{container}")
    assert (found.state, found.why) == ("ready", "")
    assert found.chapters == ([[0.0, "函数图象"], [1.0, "函数图象"]] if chapters else [])
    assert services.draw_covers()
    assert Blob.objects.get(pk=found.pk).cover_id


def test_a_lock_that_was_taken_away_meanwhile_is_none(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = storing.root() / "film-locks" / "a"

    def flock(handle: Any, how: int) -> None:
        lock.unlink()  # the one who had it ended between our opening and this
        fcntl.flock(handle, how)

    with filming._alone("a") as first, filming._alone("a") as second:
        assert (first, second) == (True, False)
    monkeypatch.setattr(filming, "fcntl", SimpleNamespace(flock=flock, LOCK_EX=fcntl.LOCK_EX, LOCK_NB=fcntl.LOCK_NB))
    with filming._alone("a") as alone:
        assert not alone


def part_of(text: str, kind: str) -> list[str]:
    return re.findall(rf"^(?!#)(.*{kind}.*)$", text, re.MULTILINE)


def test_parts_are_for_those_who_see_the_version(shelf: Shelf, as_) -> None:
    resource = shelf.publish(data=film(seconds=1), name="a.mp4", reach="school")
    version = shelf.version(resource)
    base = f"/resources/versions/{version.pk}/film/"
    colleague, teacher = as_("colleague"), as_("teacher")
    assert colleague.get(base + "film.m3u8").status_code == 404, "not made yet"
    published = {"object_id": resource.pk, "organization_id": resource.organization_id}
    film_published([ResourcePublished(**published)] * 11)
    assert not Film.objects.exists(), "of many at once none"
    film_published([ResourcePublished(**published)])
    assert Film.objects.get().state == "waiting", "asked for before anybody opens it"
    services.make_film(version.blob_id)

    rungs = colleague.get(base + "film.m3u8")
    assert rungs.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    assert part_of(rungs.content.decode(), "m3u8") == ["0.m3u8"]
    listed = colleague.get(base + "0.m3u8").content.decode()
    assert listed.rstrip().endswith("#EXT-X-ENDLIST")
    one = Rendition.objects.get()
    assert f'BYTERANGE="{one.head}@0"' in listed
    (uri,) = {*part_of(listed, "mp4")}
    front = {"X-Sendfile-Type": "X-Accel-Redirect"}
    handed = colleague.get(base + uri, headers=front)
    assert handed.headers["X-Accel-Redirect"].endswith(one.file_id)
    assert handed.headers["Content-Type"] == "video/mp4"
    assert colleague.get(base + "7.mp4").status_code == 404

    for stranger in (as_("far"), Client()):
        for address in ("film.m3u8", "0.m3u8", "0.mp4", "state/"):
            assert stranger.get(base + address, headers=front).status_code in (302, 404), address
            assert "X-Accel-Redirect" not in stranger.get(base + address, headers=front).headers
    assert colleague.get(base + "state/").status_code == 403
    assert "分段做好了" in teacher.get(base + "state/").content.decode()

    services.withdraw_resource(resource, words="有错", by=shelf.acting("teacher"))
    assert colleague.get(base + uri, headers=front).status_code == 404
    Blob.objects.filter(pk=version.blob_id).update(scan="infected")
    assert teacher.get(base + uri, headers=front).status_code == 404


def test_the_page_plays_the_parts_once_they_are_there(shelf: Shelf, as_) -> None:
    resource = shelf.publish(data=film(seconds=1), name="a.mp4", reach="school")
    teacher, page = as_("teacher"), f"/resources/{resource.pk}/"
    said = teacher.get(page).content.decode()
    assert '"master": ""' in said
    assert "排队等着做" in said
    assert "film-state" not in as_("colleague").get(page).content.decode(), "for those who manage it"
    services.make_film(shelf.version(resource).blob_id)
    assert f'"master": "/resources/versions/{resource.current_id}/film/film.m3u8"' in teacher.get(page).content.decode()


def test_what_no_browser_plays_is_shown_when_it_is_made(shelf: Shelf, as_) -> None:
    resource = shelf.publish(data=film(container="matroska"), name="a.mkv", reach="school")
    page, colleague = f"/resources/{resource.pk}/", as_("colleague")
    assert "正在做预览" in colleague.get(page).content.decode()
    services.make_film(shelf.version(resource).blob_id)
    assert 'data-island="film"' in colleague.get(page).content.decode()


def test_renditions_take_space_and_go_with_their_film(shelf: Shelf) -> None:
    made, found = filmed(shelf, film(seconds=1))
    (one,) = queries.renditions_of(found)
    version = shelf.version(made)
    assert version.blob is not None
    assert queries.bytes_of(shelf.school.pk) == version.blob.size + one.file.size
    assert services.sweep_blobs(older=SOON) == 0, "it is in use"
    half = filming.folder_of("0" * 64)
    half.mkdir(parents=True)
    assert services.sweep_films() == 1
    services.discard_version(version, by=shelf.acting("teacher"))
    assert services.sweep_blobs(older=SOON) == 1
    assert services.sweep_blobs(older=SOON) == 1, "the next time those that only it had"
    assert not storing.path_of(one.file_id).exists()
    assert not half.exists()
