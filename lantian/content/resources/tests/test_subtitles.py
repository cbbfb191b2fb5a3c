"""Subtitles and chapters of films: what people send, read line by line; part of what is reviewed."""

import io
from typing import Any

import pytest
from django.test import Client

from lantian.content.resources import queries, services
from lantian.content.resources.engine import chapters, subtitles
from lantian.content.resources.engine.subtitles import Cue, SubtitleFault
from lantian.content.resources.errors import SubtitleUnfit
from lantian.content.resources.queries import finding
from lantian.content.resources.tests.films import film
from lantian.content.resources.tests.shelf import Shelf
from lantian.kernel.rules import Denied

SRT = """1
00:00:01,000 --> 00:00:02,500
先描<i>两个</i>点

2
00:01:02,250 --> 00:01:05,000
{\\an8}再连成 &lt;直线&gt;
第二行
"""
READ = [Cue(1000, 2500, "先描两个点"), Cue(62_250, 65_000, "再连成 <直线>\n第二行")]


@pytest.mark.parametrize(
    "data",
    [
        SRT.encode(),
        SRT.encode("utf-8-sig"),
        SRT.encode("utf-16"),
        SRT.encode("utf-16-le"),
        SRT.encode("utf-16-be"),
        SRT.encode("gb18030"),
        SRT.replace("\n", "\r\n").encode(),
        (
            "WEBVTT 题\n\nNOTE\nx --> y\n\nSTYLE\n::cue{}\n\n" + SRT.replace(",", ".").replace("00:00:0", "00:0")
        ).encode(),
    ],
    ids=["utf-8", "bom", "utf-16", "le", "be", "gb18030", "windows", "webvtt"],
)
def test_what_people_have_is_read(data: bytes) -> None:
    found = subtitles.read(data)
    assert found == READ
    text = subtitles.to_vtt(found)
    assert text.startswith("WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n先描两个点\n\n00:01:02.250 --> ")
    assert "再连成 &lt;直线&gt;\n第二行" in text
    assert subtitles.read(text.encode()) == READ, "what is written is read again"


def cues(count: int) -> str:
    return "\n".join(f"00:00:01.000 --> 00:00:02.000\n{number}\n" for number in range(count))


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "empty", 0),
        ("WEBVTT\n\n", "empty", 0),
        ("1\n00:00:01 --> 00:00:02\nx", "times", 2),
        ("1\n00:00:01,000 --> 00:00:02,000\nx\n\n2\nno times\nx", "number", 6),
        ("1\n00:00:01,000 --> 00:00:02,000\nx\n\nleft over", "number", 5),
        ("1\n00:00:05,000 --> 00:00:02,000\nx", "backwards", 2),
        ("1\n00:70:01,000 --> 00:80:02,000\nx", "times", 2),
        ("00:01.000 --> 00:02.000\n" + "x" * 401, "long", 1),
        ("00:01.000 --> 00:02.000\n" + "x\n" * 7, "long", 1),
        (cues(5001), "many", 15_001),
        ("x" * (subtitles.BYTES_MOST + 1), "large", 0),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, code: str, line: int) -> None:
    with pytest.raises(SubtitleFault) as told:
        subtitles.read(text.encode())
    assert (told.value.code, told.value.line) == (code, line)


def test_nothing_of_a_hostile_file_comes_through() -> None:
    hostile = (
        "00:01.000 --> 00:02.000 line:0 position:0%\n<script>alert(1)</script><c.x>a</c>\u202eb\x07\n"
        "&lt;img src=x onerror=1&gt; --&gt; \ufeff<b\n\n00:03.000 --> 00:04.000\n<v Teacher>\n"
    )
    (one,) = subtitles.read(hostile.encode())
    assert one.text == "alert(1)ab\n<img src=x onerror=1> --> <b"
    text = subtitles.to_vtt([one])
    assert text.count("-->") == 1
    assert "<" not in text
    with pytest.raises(SubtitleFault):
        subtitles.read(b"\x89PNG\r\n\x1a\n" + bytes(range(128, 256)) * 9)


def test_no_text_takes_long() -> None:
    """Patterns over a stranger's text: what could make them go back over it again and again."""
    for text in (
        "<" * 900_000,
        "{\\" * 450_000,
        "1" * 900_000 + " -->",
        "00:00:01.000 --> 00:00:02.000" + " " * 900_000 + "x",
    ):
        with pytest.raises(SubtitleFault):
            subtitles.read(text.encode())


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("00:00 导入\n02:30　例题 一\n1:00:00 小结", [(0, "导入"), (150, "例题 一"), (3600, "小结")]),
        ("0：05 全角的冒号", [(5, "全角的冒号")]),
        ("\n\n00:01 x\n\n", [(1, "x")]),
        ("75:00 x", [(4500, "x")]),
        ("", []),
    ],
)
def test_chapters_are_read(text: str, wanted: list[Any]) -> None:
    found = chapters.read(text, 7200)
    assert found == wanted
    assert chapters.read(chapters.written(found), 7200) == wanted


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("导入 00:00", "line", 1),
        ("00:00 a\n00:75 b", "line", 2),
        ("00:10", "line", 1),
        ("00:10 a\n00:10 b", "rising", 2),
        ("00:10 a\n02:00:00 b", "beyond", 2),
        ("00:10 " + "a" * 81, "long", 1),
        ("\n".join(f"{n // 60}:{n % 60:02} a" for n in range(101)), "many", 101),
    ],
)
def test_what_is_wrong_with_chapters_is_said_with_its_line(text: str, code: str, line: int) -> None:
    with pytest.raises(chapters.ChapterFault) as told:
        chapters.read(text, 7200)
    assert (told.value.code, told.value.line) == (code, line)


@pytest.fixture(scope="module")
def clip() -> bytes:
    return film(seconds=1)


@pytest.mark.django_db
def test_subtitles_change_while_the_version_may_be_changed(shelf: Shelf, clip: bytes, as_) -> None:
    made = shelf.make(data=clip, name="a.mp4")
    version, author = shelf.version(made), shelf.acting("teacher")
    services.put_subtitle(version, language="zh-CN", name="a.srt", data=SRT.encode(), by=author)
    services.put_subtitle(version, language="en", name="b.srt", data=SRT.encode(), by=author)
    services.put_subtitle(version, language="zh-CN", name="c.srt", data=SRT.encode("gb18030"), by=author)
    assert [(one.language, one.name, one.cues) for one in queries.subtitles_of(version)] == [
        ("zh-CN", "c.srt", 2),
        ("en", "b.srt", 2),
    ]
    assert services.drop_subtitle(version, language="en", by=author)
    with pytest.raises(SubtitleUnfit, match="第 1 行"):
        services.put_subtitle(version, language="bo", name="x", data=b"nothing", by=author)
    with pytest.raises(SubtitleUnfit):
        services.put_subtitle(version, language="xx", name="x", data=SRT.encode(), by=author)
    with pytest.raises(Denied):
        services.put_subtitle(version, language="en", name="x", data=SRT.encode(), by=shelf.acting("colleague"))

    shelf.submit(made)
    for refused in (
        lambda: services.put_subtitle(version, language="en", name="x", data=SRT.encode(), by=author),
        lambda: services.drop_subtitle(version, language="zh-CN", by=author),
    ):
        with pytest.raises(Denied, match="已经提交"):
            refused()
    shelf.decide(version, "head")
    shelf.decide(version, "officer")
    made.refresh_from_db()
    following = services.new_version(made, by=author)
    assert [one.language for one in queries.subtitles_of(following)] == ["zh-CN"], "the next one begins with them"
    services.drop_subtitle(following, language="zh-CN", by=author)
    assert queries.subtitles_of(version), "and the published one keeps its own"
    (document,) = finding.KIND.documents([made.pk])
    assert "再连成 <直线>" in document.body


@pytest.mark.django_db
def test_only_films_have_subtitles(shelf: Shelf) -> None:
    made = shelf.make()
    with pytest.raises(SubtitleUnfit, match="只有视频"):
        services.put_subtitle(
            shelf.version(made), language="en", name="x", data=SRT.encode(), by=shelf.acting("teacher")
        )


@pytest.mark.django_db
def test_the_form_takes_subtitles_and_chapters(shelf: Shelf, clip: bytes, as_) -> None:
    made = shelf.make(data=film(seconds=3), name="a.mp4")
    version, teacher = shelf.version(made), as_("teacher")
    edit, put = f"/resources/versions/{version.pk}/edit/", f"/resources/versions/{version.pk}/subtitles/"
    sent = {"act": "put", "language": "zh-CN", "file": io.BytesIO(SRT.encode())}
    assert "2 条" in teacher.post(put, sent, follow=True).content.decode()
    wrong = {"act": "put", "language": "en", "file": io.BytesIO(b"1\nx")}
    assert "第 2 行" in teacher.post(put, wrong, follow=True).content.decode()
    assert "请选择字幕文件" in teacher.post(put, {"act": "put", "language": "en"}, follow=True).content.decode()
    said = {
        "title": "微课",
        "language": "zh-CN",
        "reach": "public",
        "audience": "all",
        "edition": version.edition,
        "chapters": "00:00 导入\n00:02 例题",
    }
    late = teacher.post(edit, said | {"chapters": "09:00 太晚"})
    assert "第 1 行：时间超出了视频的长度" in late.content.decode()
    assert teacher.post(edit, said).status_code == 302
    version.refresh_from_db()
    assert version.chapters == [[0.0, "导入"], [2.0, "例题"]]
    page = teacher.get(f"/resources/versions/{version.pk}/").content.decode()
    assert '"at": 2.0' in page
    assert "00:02 例题" in teacher.get(edit).content.decode()
    vtt = f"{put}zh-CN.vtt"
    answer = teacher.get(vtt)
    assert answer.headers["Content-Type"].startswith("text/vtt")
    assert answer.content.decode().startswith("WEBVTT")
    for stranger in (as_("colleague"), Client()):
        assert stranger.get(vtt).status_code == 404
        assert stranger.post(put, {"act": "drop", "language": "zh-CN"}).status_code in (302, 404)
    assert queries.subtitle_of(version, "zh-CN") is not None
    assert "字幕去掉了" in teacher.post(put, {"act": "drop", "language": "zh-CN"}, follow=True).content.decode()
    assert teacher.get(vtt).status_code == 404


@pytest.mark.django_db
def test_chapters_of_the_file_are_shown_where_the_author_says_none(shelf: Shelf, as_) -> None:
    made = shelf.make(data=film(seconds=2, chapters=[(0.0, "one"), (1.0, "two")]), name="a.mp4")
    version = shelf.version(made)
    assert version.blob is not None
    services.ask_film(version.blob)
    services.make_film(version.blob.pk)
    page, teacher = f"/resources/versions/{version.pk}/", as_("teacher")
    assert '"title": "two"' in teacher.get(page).content.decode()
    version.chapters = [[0, "mine"]]
    version.save()
    shown = teacher.get(page).content.decode()
    assert '"title": "mine"' in shown
    assert '"title": "two"' not in shown
