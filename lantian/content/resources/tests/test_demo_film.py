"""The demonstration's film: what a newcomer sees of the film player is there, and is what a teacher's own would be."""

import io
import itertools
import json
import re

import pytest
from django.test import Client

from lantian.content.media.engine.rungs import rungs_of
from lantian.content.media.engine.rungs_film import Source
from lantian.content.resources import queries
from lantian.content.resources.demo import film
from lantian.content.resources.engine import subtitles
from lantian.kernel import jobs


@pytest.fixture(scope="module")
def data() -> bytes:
    return film.film()


def test_it_is_passed_through_and_made_smaller_twice(data: bytes) -> None:
    known = Source(io.BytesIO(data))
    assert known.seconds == pytest.approx(film.LASTS, abs=0.2)
    assert known.sound is not None
    shape = Source(io.BytesIO(data)).shape()
    assert (shape.width, shape.height, shape.passes) == (*film.SIZE, True)
    cover = Source(io.BytesIO(data))
    cover.container.seek(1_000_000 * film.LASTS // 10)
    assert float(next(cover.container.decode(cover.picture)).time or 0) == film.COVER_AT, "something can be seen on it"
    assert [one.name for one in rungs_of(shape.width, shape.height, passes=True)] == ["720p", "540p", "360p"]


def test_it_moves_while_the_ball_flies_and_is_still_while_one_reads() -> None:
    numbers = [number for number, _picture in film._pictures()]
    moving = [number for number in numbers if film.FLIES[0] <= number / film.RATE < film.FLIES[1]]
    assert len(moving) == (film.FLIES[1] - film.FLIES[0]) * film.RATE
    assert len(numbers) < 100, "so that `lantian up --demo` does not wait for it"
    assert [film.shown(at).chapter for at, _title in film.CHAPTERS] == [0, 1, 2, 3]
    last = film.shown(film.LASTS - 0.1)
    assert (last.dots, last.vertex, last.axis, last.lines) == (film.DOTS, True, True, 2)


def test_its_subtitles_stand_in_its_chapters() -> None:
    begins = [at for at, _title in film.CHAPTERS]
    for written in film.subtitles().values():
        cues = subtitles.read(written)
        assert len(cues) == len(film.SAID)
        for cue in cues:
            assert 0 <= cue.start < cue.end <= film.LASTS * 1000
            assert not [at for at in begins if cue.start < at * 1000 < cue.end], cue.text
        assert all(before.end <= after.start for before, after in itertools.pairwise(cues))


@pytest.mark.django_db
def test_it_is_published_with_all_that_a_film_can_have(
    shelf, as_, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(jobs, "enqueue", lambda name, **_more: bool(asked.append(name)))
    monkeypatch.setattr(film, "film", lambda: data)
    made = film.show(shelf.acting("teacher"))
    assert (made.state, made.kind, made.licence, made.author) == ("published", "video", "cc-by", shelf.teacher)
    assert "resources.make_film" in asked, "before anybody opens it"
    version = made.current
    assert version is not None
    assert version.blob is not None
    seen = version.blob.facts
    assert (seen["width"], seen["height"], seen["codec"], seen["sound"]) == (*film.SIZE, "h264", "aac")
    (said,) = queries.KIND.documents([made.pk])
    assert film.SAID[4][2] in said.body, "found by what is said in it"
    assert film.CHAPTERS[2][1] in said.body

    for browser in (as_("pupil"), Client()):  # whoever it is, signed in or not
        page = browser.get(f"/resources/{made.pk}/").content.decode()
        (config,) = re.findall(r'<script id="film-config" type="application/json">(.*?)</script>', page)
        shown = json.loads(config)
        assert [one["language"] for one in shown["subtitles"]] == ["zh-CN", "en"]
        assert [one["at"] for one in shown["chapters"]] == [at for at, _title in film.CHAPTERS]
        for one in shown["subtitles"]:
            assert browser.get(one["url"]).content.decode().startswith("WEBVTT")
