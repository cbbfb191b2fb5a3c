"""Seconds to the first page, picture or sound of a resource in a browser, for each kind; a film as its file and by its parts.

`make bench B=preview` starts a demonstration instance of its own (or takes LANTIAN_E2E_URL and LANTIAN_E2E_HOME), shares a file
of each kind and opens each page `--rounds` times (5) in a browser that keeps nothing, on a free line and on one of 2 Mbit/s with
100 ms. One operation is one page opened; the yardstick is a picture on the free line.
"""

import base64
import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.run import Options, Result, Usage
from tests.chromium import launch
from tests.e2e.conftest import Instance, running_instance

LINES = {"free": None, "weak": {"latency": 100, "downloadThroughput": 250_000, "uploadThroughput": 125_000}}
PATIENCE_MS = 90_000
PLAYED_S = 10
SHARE = """
import base64, json, time
from lantian.content.interactive.demo import publish
from lantian.content.resources import queries, services
from lantian.content.resources.models import Film
from lantian.people.identity.models import Account
from lantian.people.roster import queries as roster
by = roster.actor_of_account(Account.objects.get(username="teacher"))
made = {{"converter": queries.converter() is not None}}
for kind, (name, data) in json.loads({files!r}).items():
    version = publish(base64.b64decode(data), name, {{"title": "bench " + kind, "rights_holder": by.name}}, by)
    if kind.startswith("film"):
        began = time.monotonic()
        while (film := Film.objects.filter(pk=version.blob_id).first()) is None or film.state != "ready":
            assert time.monotonic() - began < 600 and getattr(film, "state", "") != "broken", film
            time.sleep(0.2)
        made["seconds to make " + kind] = round(time.monotonic() - began, 1)
    if kind == "film as its file":  # as before there are any
        Film.objects.filter(pk=version.blob_id).update(state="broken")
    if kind == "office" and made["converter"]:
        began = time.monotonic()
        assert services.make_preview(version.blob_id) is not None, version.blob.preview_why
        made["seconds to make office"] = round(time.monotonic() - began, 1)
    made[kind] = str(version.resource_id)
print("made " + json.dumps(made))
"""
# Each answers once what is wanted is there, seconds after the beginning of the page (`at`) or of its own.
READY = {
    "pdf": "!!document.querySelector('.reader canvas')",
    "office": "!!document.querySelector('.reader canvas')",
    "picture": "document.querySelector('.resource-image')?.complete === true",
    "text": "(document.querySelector('.resource-text')?.textContent.length ?? 0) > 100",
    "sound": "(document.querySelector('audio')?.readyState ?? 0) >= 2",
    "film as its file": "(document.querySelector('.film video')?.currentTime ?? 0) > 0",
    "film by parts": "(document.querySelector('.film video')?.currentTime ?? 0) > 0",
}


def _film(noise: int) -> bytes:
    """A minute of 720p as a telephone makes it: 4 Mbit/s, H.264, a picture that begins anew every two seconds."""
    import av
    import numpy as np

    chance = np.random.default_rng(noise)
    grain = chance.integers(0, 60, (4, 720, 1280, 3), dtype=np.uint8)
    folder = tempfile.TemporaryDirectory(prefix="lantian-bench-")
    path = Path(folder.name) / "film.mp4"  # a file: what is put first is read again when all is written
    with folder:
        made = av.open(str(path), "w", options={"movflags": "faststart"})
        options = {"preset": "ultrafast", "tune": "zerolatency"}
        moving: Any = made.add_stream("libx264", rate=25, options=options)
        moving.width, moving.height, moving.pix_fmt, moving.gop_size, moving.bit_rate = (
            1280,
            720,
            "yuv420p",
            50,
            4_000_000,
        )
        heard: Any = made.add_stream("aac", rate=48_000)
        heard.layout = "mono"
        for number in range(60 * 25):
            frame = av.VideoFrame.from_ndarray(np.roll(grain[number % 4], number * 3, axis=1), format="rgb24")
            made.mux(moving.encode(frame))
        made.mux(moving.encode(None))
        for number in range(60 * 48_000 // 1024):
            sound = av.AudioFrame.from_ndarray(
                chance.normal(0, 0.05, (1, 1024)).astype(np.float32), format="fltp", layout="mono"
            )
            sound.sample_rate, sound.pts = 48_000, number * 1024
            made.mux(heard.encode(sound))
        made.mux(heard.encode(None))
        made.close()
        return path.read_bytes()


def _files() -> dict[str, tuple[str, str]]:
    from lantian.content.resources.demo.files import Written, document
    from lantian.content.resources.tests import files

    stamp = int(time.time())
    made = {
        "pdf": ("a.pdf", files.pdf(f"bench {stamp}", pages=40)),
        "picture": ("b.jpg", files.picture("JPEG", shade=stamp % 200, size=(2400, 1600))),
        "text": ("c.txt", (files.WORDS * 40 + str(stamp)).encode()),
        "sound": ("d.wav", files.sound(60) + bytes(stamp % 7)),
        "office": ("e.docx", document(Written(f"bench {stamp}", [("", [files.WORDS] * 200)])).data),
        "film as its file": ("f.mp4", _film(stamp)),
        "film by parts": ("g.mp4", _film(stamp + 1)),
    }
    return {kind: (name, base64.b64encode(data).decode()) for kind, (name, data) in made.items()}


def run(options: Options) -> Result:
    """Medians in seconds."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from playwright.sync_api import sync_playwright

    django.setup()

    rounds = int(options.number("rounds", 5))
    with running_instance() as instance, sync_playwright() as tool:
        made = _shared(instance)
        browser = launch(tool)
        pages = [instance.pid(name) for name in ("web", "caddy")]
        with Usage(*pages) as usage:
            figures = {
                f"{kind}, {line}": _median(browser, instance, kind, made[kind], line, rounds)
                for kind in READY
                if kind in made
                for line in LINES
            }
        browser.close()
    return Result(
        work="resources' pages opened to the first page, picture or sound",
        count=rounds * len(figures),
        seconds=usage.seconds,
        cpu_seconds=usage.cpu_seconds,
        peak_mb=usage.peak_mb,
        ratio_to="a picture on the free line",
        ratio=figures["picture, free"]["p50_s"] / max(one["p50_s"] for one in figures.values()),
        more={
            "figures": figures,
            "libreoffice": made["converter"] == "True",
            "a_minute_made_in_s": float(made["seconds to make film by parts"]),
            "office_made_in_s": float(made.get("seconds to make office", "nan")),
        },
    )


def _shared(instance: Instance) -> dict[str, str]:
    """The resources by kind."""
    script = instance.home / "bench_files.json"
    script.write_text(json.dumps(_files()))
    asked = SHARE.replace("json.loads({files!r})", f"json.load(open({str(script)!r}))").format()
    said = instance.shell(asked, timeout=1500)
    found = json.loads(next(line for line in said.splitlines() if line.startswith("made ")).removeprefix("made "))
    if not found["converter"]:
        found.pop("office", None)
    return {kind: str(value) for kind, value in found.items()}


def _median(browser: Any, instance: Instance, kind: str, resource: str, line: str, rounds: int) -> dict[str, float]:
    found = [_opened(browser, instance, kind, resource, line) for _round in range(rounds)]
    first, played = [one[0] for one in found], [one[1] for one in found]
    said = {"p50_s": round(statistics.median(first), 2), "max_s": round(max(first), 2)}
    if any(played):
        said[f"first_{PLAYED_S}_s_take_s"] = round(statistics.median(played), 1)
    return said


def _opened(browser: Any, instance: Instance, kind: str, resource: str, line: str) -> tuple[float, float]:
    """Seconds to the first of it, and of a film how long its first ten seconds take from then on."""
    context = browser.new_context(base_url=instance.url, locale="zh-CN", service_workers="block")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    if (bounds := LINES[line]) is not None:
        session.send("Network.emulateNetworkConditions", {"offline": False, **bounds})
    begun = time.monotonic()
    page.goto(f"/resources/{resource}/", wait_until="commit")
    if kind.startswith("film"):
        page.locator(".film .film-begin").click(timeout=PATIENCE_MS)
    _until(page, READY[kind], f"{kind}, {line}")
    first = time.monotonic() - begun
    played = 0.0
    if kind.startswith("film"):
        _until(page, f"document.querySelector('.film video').currentTime > {PLAYED_S}", f"{kind}, {line}")
        played = time.monotonic() - begun - first
    context.close()
    return first, played


def _until(page: Any, what: str, whose: str) -> None:
    """The page's policy lets nothing be evaluated in it: asked from here, some fifty times a second."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not page.evaluate(what):
        assert time.monotonic() < end, f"{whose}: {what}; {page.inner_text('main')[:200]!r}"
        page.wait_for_timeout(20)
