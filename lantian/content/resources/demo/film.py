"""The demonstration's micro-lesson by the story's teacher: a film of half a minute, drawn and sounded here, with subtitles in two
languages and chapters. The worker makes its renditions afterwards, as of every film that is published.

A picture is drawn where something changes, and once a second where nothing does: 38 seconds are a hundred pictures.
"""
# i18n: data file

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any
from uuid import UUID

from PIL import Image, ImageDraw

from lantian.content.media.engine.lesson.fonts import font
from lantian.content.resources import services
from lantian.content.resources.enums import Licence, Purpose, Reach, SubtitleLanguage
from lantian.content.resources.models import Resource
from lantian.content.taxonomy import queries as taxonomy
from lantian.kernel.rules import SYSTEM, Actor

TITLE = "抛物线的最高点（微课）"
WORDS = "从扔出去的一个球看抛物线：描点、找顶点、看对称轴。三十八秒，有中英文字幕和章节。"
ABOUT = "二次函数的图象与性质"  # a knowledge point
# When each chapter begins, and what is said in it: from, to, in Chinese, in English (seconds).
CHAPTERS = ((0, "导入：扔一个球"), (9, "描点"), (19, "最高点和对称轴"), (29, "小结"))
SAID = (
    (0.5, 4.5, "把一个球扔出去，它先升后降。", "Throw a ball: it rises, then it falls."),
    (5.0, 8.5, "它走过的路，是一条抛物线。", "The way that it takes is a parabola."),
    (9.5, 13.5, "每隔一样长的时间，描一个点。", "Mark a point after each equal stretch of time."),
    (14.0, 18.5, "看一看：左右两边的点，一样高。", "Look: the points left and right are equally high."),
    (20.0, 23.5, "中间最高的这一点，叫顶点。", "The highest point, in the middle, is the vertex."),
    (24.0, 28.5, "过顶点竖着画一条线，就是对称轴。", "The upright line through it is the axis of symmetry."),
    (29.5, 33.0, "先找对称轴，再看顶点在哪里。", "Find the axis first, then see where the vertex is."),
    (33.5, 37.5, "y = a(x − h)² + k 的顶点，是 (h, k)。", "The vertex of y = a(x − h)² + k is (h, k)."),
)  # fmt: skip
LASTS, RATE = 38, 10  # seconds; at most so many pictures in one
COVER_AT = 3  # of whole pictures the last before a tenth of the film: the ball is at its highest
SIZE = (1280, 720)
SOUND_RATE, FRAME = 32_000, 1024
FLIES, DOTS, DOTS_FROM, DOT_EACH = (1.0, 5.0), 13, 9.6, 0.6
VERTEX_AT, AXIS_AT, LINES_AT = 20.0, 24.0, (29.5, 33.5)
# Blue, green, red: from that order the way to a film's colours is three times as fast.
PAPER, GRID, INK, RED, GREY = (253, 249, 246), (242, 233, 226), (80, 48, 24), (32, 62, 196), (186, 166, 150)
_LEFT, _RIGHT, _GROUND, _HIGH = 120, 1160, 600, 400


@dataclass(frozen=True, slots=True)
class Shown:
    """What can be seen at one moment."""

    chapter: int
    ball: float | None  # how far it flew, 0 to 1
    dots: int
    vertex: bool
    axis: bool
    lines: int


def shown(at: float) -> Shown:
    """At so many seconds."""
    flown = (at - FLIES[0]) / (FLIES[1] - FLIES[0])
    return Shown(
        sum(begins <= at for begins, _title in CHAPTERS) - 1,
        min(1.0, flown) if flown >= 0 and at < CHAPTERS[1][0] else None,
        max(0, min(DOTS, 1 + math.floor((at - DOTS_FROM) / DOT_EACH + 1e-6))),
        at >= VERTEX_AT,
        at >= AXIS_AT,
        sum(at >= one for one in LINES_AT),
    )


def _place(share: float) -> tuple[float, float]:
    """Where the ball is after a share of its flight."""
    return _LEFT + (_RIGHT - _LEFT) * share, _GROUND - _HIGH * _height(share)


def _height(share: float) -> float:
    return 4 * share * (1 - share)


@cache
def _paper(chapter: int) -> Image.Image:
    picture = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(picture)
    for x in range(_LEFT, _RIGHT + 1, 80):
        draw.line((x, 120, x, _GROUND), fill=GRID)
    for y in range(120, _GROUND + 1, 80):
        draw.line((_LEFT, y, _RIGHT, y), fill=GRID)
    draw.line((_LEFT - 40, _GROUND, _RIGHT + 40, _GROUND), fill=INK, width=3)
    draw.text((56, 36), f"{chapter + 1}  {CHAPTERS[chapter][1]}", font=font(44), fill=INK)
    return picture


def _disc(draw: ImageDraw.ImageDraw, share: float, radius: int, colour: tuple[int, int, int]) -> None:
    x, y = _place(share)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def drawn(now: Shown) -> Image.Image:
    """The picture of it."""
    picture = _paper(now.chapter).copy()
    draw = ImageDraw.Draw(picture)
    if now.ball is not None:
        draw.line([_place(now.ball * step / 40) for step in range(41)], fill=GREY, width=4)
        _disc(draw, now.ball, 20, RED)
    if now.vertex:
        draw.line([_place(step / 80) for step in range(81)], fill=GREY, width=4)
    for number in range(now.dots):
        _disc(draw, number / (DOTS - 1), 8, INK)
    x, y = _place(0.5)
    if now.axis:
        for top in range(140, _GROUND, 24):
            draw.line((x, top, x, top + 14), fill=RED, width=3)
        draw.text((x + 16, _GROUND - 70), "对称轴", font=font(34), fill=RED)
    if now.vertex:
        _disc(draw, 0.5, 14, RED)
        draw.text((x + 24, y - 52), "顶点", font=font(38), fill=RED)
    for line in range(now.lines):
        words = ("先找对称轴，再看顶点", "y = a(x − h)² + k  →  (h, k)")[line]
        place = x, 370 + 84 * line
        draw.rectangle(draw.textbbox(place, words, font=font(46), anchor="mm"), fill=PAPER)
        draw.text(place, words, font=font(46), fill=INK, anchor="mm")
    return picture


def _pictures() -> Iterator[tuple[int, Image.Image]]:
    """Each with its number; those that would be the same as the one before are left out."""
    before = None
    for number in range(LASTS * RATE):
        now = shown(number / RATE)
        if now != before or number % RATE == 0 or number == LASTS * RATE - 1:
            yield number, drawn(now)
        before = now


def _sound() -> Any:
    """A tone as high as the ball is, a soft drop with each dot, two notes with the vertex; nobody speaks."""
    import numpy as np

    pcm = np.zeros(LASTS * SOUND_RATE, np.float32)
    share = np.linspace(0, 1, int((FLIES[1] - FLIES[0]) * SOUND_RATE), dtype=np.float32)
    turns = np.cumsum(220 + 220 * _height(share)) / SOUND_RATE  # type: ignore[arg-type] # the same of many numbers
    begins = int(FLIES[0] * SOUND_RATE)
    pcm[begins : begins + len(share)] = 0.08 * np.sin(2 * np.pi * turns) * np.minimum(1, 12 * share * (1 - share))
    fades = np.arange(SOUND_RATE, dtype=np.float32) / SOUND_RATE
    notes = [(DOTS_FROM + DOT_EACH * n, 330 + 330 * _height(n / (DOTS - 1)), 14.0) for n in range(DOTS)]
    notes += [(VERTEX_AT, 660.0, 4.0), (VERTEX_AT + 0.3, 880.0, 4.0)]
    for at, tone, fall in notes:
        begins = round(at * SOUND_RATE)
        note = 0.12 * np.sin(2 * np.pi * tone * fades) * np.exp(-fall * fades) * np.minimum(1, 200 * fades)
        pcm[begins : begins + SOUND_RATE] += note
    return pcm


def film() -> bytes:
    """The same whenever it is made. It begins anew with the first picture, that of the cover and each four seconds from there, so
    that it is passed through."""
    import av  # codecs: every process imports this module
    import numpy as np

    out, pcm = io.BytesIO(), _sound()
    with av.open(out, "w", format="mp4") as container:
        moving: Any = container.add_stream("libx264", rate=RATE)
        moving.options = {"preset": "ultrafast", "crf": "26", "forced-idr": "1"}
        moving.width, moving.height, moving.pix_fmt = *SIZE, "yuv420p"
        moving.codec_context.thread_count = 1  # with more the bytes would go by the machine
        heard: Any = container.add_stream("aac", rate=SOUND_RATE, layout="mono")
        heard.bit_rate = 48_000
        heard.options = {"aac_coder": "fast"}
        for number, picture in _pictures():
            frame = av.VideoFrame.from_ndarray(np.asarray(picture), format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            if number == 0 or number % (4 * RATE) == COVER_AT * RATE:
                frame.pict_type = 1
            container.mux(moving.encode(frame))
        container.mux(moving.encode())
        for begins in range(0, len(pcm) - FRAME + 1, FRAME):
            tone = av.AudioFrame.from_ndarray(pcm[None, begins : begins + FRAME], format="fltp", layout="mono")
            tone.sample_rate, tone.pts, tone.time_base = SOUND_RATE, begins, Fraction(1, SOUND_RATE)
            container.mux(heard.encode(tone))
        container.mux(heard.encode())
    return out.getvalue()


def _time(seconds: float) -> str:
    return f"00:00:{int(seconds):02},{round(seconds % 1 * 1000):03}"


def subtitles() -> dict[str, bytes]:
    """SRT by language, as a teacher would upload it."""
    found = {}
    for language, words in ((SubtitleLanguage.CHINESE, 2), (SubtitleLanguage.ENGLISH, 3)):
        cues = (f"{n}\n{_time(one[0])} --> {_time(one[1])}\n{one[words]}\n" for n, one in enumerate(SAID, start=1))
        found[str(language)] = "\n".join(cues).encode()
    return found


def _nodes() -> list[UUID]:
    """The knowledge point that it is about, and the chapters of it in each textbook."""
    framework = taxonomy.points_framework("maths")
    rows = taxonomy.points_in(framework).filter(title=ABOUT) if framework is not None else ()
    points = [row.pk for row in rows]
    return [*points, *taxonomy.nodes_of_point(points).values_list("pk", flat=True)]


def show(teacher: Actor) -> Resource:
    """Uploaded, written under, published, and its renditions asked for."""
    facts = {
        "title": TITLE,
        "words": WORDS,
        "purpose": Purpose.MICRO_LESSON,
        "subject": "maths",
        "stage": "junior",
        "grade": 9,
        "keywords": "抛物线 顶点 对称轴 二次函数",
        "licence": Licence.CC_BY,
        "rights_holder": teacher.name,
        "reach": Reach.PUBLIC,
    }
    data = film()
    upload = services.begin_upload(name=f"{TITLE}.mp4", size=len(data), by=teacher)
    services.write_piece(upload, offset=0, read=io.BytesIO(data).read, by=teacher)
    sent = services.take_in(upload.pk)
    assert sent is not None
    made = services.create_resource(upload=sent, facts=facts, by=teacher)
    version = made.versions.get()
    for language, written in subtitles().items():
        services.put_subtitle(version, language=language, name=f"字幕.{language}.srt", data=written, by=teacher)
    chapters = [(float(at), title) for at, title in CHAPTERS]
    version = services.save_version(version, edition=version.edition, facts=facts, chapters=chapters, by=teacher)
    services.place_resource(made, _nodes(), by=teacher)
    services.publish_version(version, by=SYSTEM)
    services.ask_films_of(made.pk)  # of what is published together with thousands the worker makes nothing by itself
    return Resource.objects.get(pk=made.pk)
