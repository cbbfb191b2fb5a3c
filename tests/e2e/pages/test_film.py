"""A film of a resource in a browser: its parts through the front door, captions, chapters, where one stopped."""

import base64
import time
from typing import Any

import pytest
from playwright import sync_api as playwright

from lantian.content.resources.tests.films import film
from tests.e2e.conftest import Instance
from tests.e2e.pages.conftest import Enter
from tests.e2e.pages.test_roster_story import fits
from tests.e2e.pages.walk import DESK, PHONE

expect = playwright.expect
SAID = "WEBVTT\n\n00:00.500 --> 00:03.000\n先描两个点\n\n00:20.000 --> 00:27.000\n<b>再</b>连成直线\n"
MAKE = """
import base64, time
from lantian.content.interactive.demo import publish
from lantian.content.resources import queries
from lantian.content.resources.models import ResourceVersion, Subtitle
from lantian.content.resources.engine import subtitles
from lantian.people.identity.models import Account
from lantian.people.roster import queries as roster
by = roster.actor_of_account(Account.objects.get(username="teacher"))
facts = {{"title": "一次函数的图象（微课）", "rights_holder": by.name}}
version = publish(base64.b64decode({data!r}), "微课.mp4", facts, by)
version.chapters = [[0, "导入"], [20, "连线"]]
version.save()
cues = subtitles.read({said!r}.encode())
Subtitle.objects.get_or_create(version=version, language="zh-CN", defaults={{"name": "a.vtt", "cues": len(cues),
    "text": subtitles.to_vtt(cues), "words": subtitles.spoken(cues)}})
for _wait in range(1200):  # the worker was told when it was published, and makes the demonstration's film before it
    film = queries.film_known(version.blob_id)
    if film is not None and film.state == "ready":
        break
    time.sleep(0.1)
print("made", version.pk, version.resource_id)
"""


@pytest.fixture(scope="module")
def made(instance: Instance) -> tuple[str, str]:
    """A film of half a minute in two sizes: the ids of its version and its resource."""
    data = base64.b64encode(film(seconds=30, size=(768, 432), rate=5, gop=25)).decode()
    said = instance.shell(MAKE.format(data=data, said=SAID), 150)
    _made, version, resource = next(line for line in said.splitlines() if line.startswith("made ")).split()
    return version, resource


def until(page: Any, what: str) -> None:
    """What is asked of the page's own policy would have to be evaluated by the page: it is asked from here."""
    end = time.monotonic() + 20
    while not page.evaluate(what):
        assert time.monotonic() < end, what
        page.wait_for_timeout(100)


def test_a_film_plays_by_parts_with_captions_and_chapters(enter: Enter, made: tuple[str, str]) -> None:
    version, resource = made
    page = enter("student", DESK)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/resources/{resource}/")
    film_ = page.locator(".film")
    begin = film_.get_by_role("button", name="开始播放", exact=True)
    expect(begin).to_be_visible()
    assert not [url for url in asked if f"{version}/film" in url or f"{version}/file" in url], (
        "nothing before it is wanted"
    )
    fits(page, looked_at=True)
    begin.focus()
    page.keyboard.press("Enter")
    until(page, "document.querySelector('.film video').currentTime > 0.8")
    page.keyboard.press("k")  # the button is gone, its focus stays in the film
    until(page, "document.querySelector('.film video').paused")
    page.keyboard.press(" ")
    until(page, "!document.querySelector('.film video').paused")
    assert [url for url in asked if url.endswith("/film/film.m3u8")]
    assert not [url for url in asked if f"{version}/file/" in url], "not the file as it came"
    assert film_.get_by_label("清晰度").locator("option").all_inner_texts() == ["清晰度：自动", "432p", "360p"]

    film_.get_by_label("字幕").select_option("中文")
    expect(film_.locator(".film-captions")).to_have_text("先描两个点")
    chapter = film_.get_by_role("button", name="连线")
    chapter.focus()
    page.keyboard.press("Enter")
    until(page, "document.querySelector('.film video').currentTime > 20.3")
    expect(film_.locator(".film-captions")).to_have_text("再连成直线")
    expect(chapter).to_have_attribute("aria-current", "true")
    expect(film_.locator(".film-mark")).to_have_count(1)
    page.keyboard.press("ArrowLeft")
    until(page, "document.querySelector('.film video').currentTime < 14")
    film_.get_by_label("清晰度").select_option("360p")
    until(page, "document.querySelector('.film video').videoHeight === 360")
    film_.get_by_label("播放速度").select_option("2×")
    assert page.evaluate("document.querySelector('.film video').playbackRate") == 2
    fits(page, looked_at=True)


def test_on_a_phone_it_goes_on_where_one_stopped(enter: Enter, made: tuple[str, str]) -> None:
    version, resource = made
    page = enter("student", PHONE)
    page.goto(f"/resources/{resource}/")
    page.evaluate(f"localStorage.setItem('lantian-replay-film-{version}', '22')")
    page.locator(".film").get_by_role("button", name="开始播放", exact=True).click()
    until(page, "document.querySelector('.film video').currentTime > 22.2")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    picture, bar = (page.locator(f".film {one}").bounding_box() for one in (".film-stage", ".lw-controls"))
    assert picture["y"] + picture["height"] <= bar["y"] + 1, "subtitles and picture are not covered"
