"""The pages of the synthetic lessons, drawn once each and kept as YUV planes; here grade 8 physics, the refraction of light."""
# i18n: data file

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from lantian.content.media.engine.lesson.fonts import font, speaks_chinese

PAPER, INK, SOFT, BLUE, TEAL, AMBER, RED = "#fbfaf5", "#1d2b3a", "#5b6b7b", "#1f5fa8", "#12806a", "#c77b0a", "#c0392b"
WATER, LINE = "#d7ebf7", "#c9d3dc"
Plane = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Page:
    """A page as 4:2:0 planes."""

    y: Plane
    u: Plane
    v: Plane


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Chinese and, for machines without a Chinese font, in English."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh if speaks_chinese() else self.en


SUBJECT = Text("八年级物理 · 第四章", "Physics, grade 8 · chapter 4")
TITLE = Text("光的折射", "Refraction of light")
FOOT = Text("同步课堂 演示课", "Shared classroom · demonstration lesson")

_AIMS = (
    Text("认识光的折射现象，会画折射光路图", "See refraction, and draw the path of a ray"),
    Text("通过实验探究折射角与入射角的关系", "Find by experiment how the angles depend on each other"),
    Text("用折射解释“池水变浅”“筷子弯折”", "Explain the shallow pool and the bent chopstick"),
)
_LAW = (
    Text("① 折射光线、入射光线和法线在同一平面内", "1  Both rays and the normal lie in one plane"),
    Text("② 折射光线和入射光线分居法线两侧", "2  The rays lie on either side of the normal"),
    Text("③ 光从空气斜射入水中，折射角小于入射角", "3  From air into water the ray bends to the normal"),
    Text("④ 垂直入射时，传播方向不改变", "4  At right angles it goes straight on"),
)
_TASK = (
    Text("例题  一束光以 45° 的入射角从空气射入水中，", "Example  A ray in air meets water at 45°."),
    Text("折射角可能是下列哪一个？", "Which can be the angle of refraction?"),
    Text("A. 60°      B. 45°      C. 32°      D. 0°", "A. 60°      B. 45°      C. 32°      D. 0°"),
)
_WORK = (
    Text("1. 画出光从水中斜射入空气的光路图", "1. Draw a ray that leaves water"),
    Text("2. 小组讨论：叉鱼为什么要瞄准鱼的下方？", "2. Discuss: why does one aim below the fish?"),
    Text("3. 完成导学案第 3 题，两分钟后请班级代表发言", "3. Do task 3; classes answer in two minutes"),
)


class Canvas:
    """A page under the pencil; sizes are given for a page 480 high."""

    def __init__(self, width: int, height: int, subject: Text, number: int, total: int) -> None:
        self.image = Image.new("RGB", (width, height), PAPER)
        self.draw = ImageDraw.Draw(self.image)
        self.width, self.height, self.unit = width, height, height / 480
        self.draw.rectangle((0, 0, width, self.px(46)), fill=BLUE)
        self.text(24, 9, str(subject), 20, "white")
        self.text(24, 420, f"{FOOT}    {number} / {total}", 14, SOFT)

    def px(self, value: float) -> int:
        return round(value * self.unit)

    def text(self, x: float, y: float, words: str, size: int, fill: str = INK, anchor: str = "la") -> None:
        chosen = font(max(8, self.px(size)))
        self.draw.text((self.px(x), self.px(y)), words, fill=fill, font=chosen, anchor=anchor)

    def heading(self, words: Text) -> None:
        self.draw.rectangle((self.px(24), self.px(72), self.px(30), self.px(104)), fill=AMBER)
        self.text(42, 68, str(words), 28, BLUE)

    def line(self, points: list[tuple[float, float]], fill: str, width: float = 3) -> None:
        self.draw.line([(self.px(x), self.px(y)) for x, y in points], fill=fill, width=max(1, self.px(width)))

    def box(self, left: float, top: float, right: float, bottom: float, fill: str) -> None:
        self.draw.rectangle((self.px(left), self.px(top), self.px(right), self.px(bottom)), fill=fill)


def _cover(page: Canvas) -> None:
    page.text(60, 130, str(TITLE), 64, BLUE)
    page.text(64, 228, str(Text("4.4  从一根“折断”的筷子说起", "4.4  The chopstick that seems broken")), 24, SOFT)
    page.box(560, 250, 760, 380, WATER)
    page.line([(620, 120), (660, 250)], INK, 7)
    page.line([(660, 250), (740, 370)], SOFT, 7)
    page.line([(560, 180), (560, 380), (760, 380), (760, 180)], BLUE, 4)


def _aims(page: Canvas) -> None:
    page.heading(Text("学习目标", "What we are after"))
    for index, words in enumerate(_AIMS):
        page.box(44, 140 + 76 * index, 84, 180 + 76 * index, TEAL)
        page.text(64, 160 + 76 * index, str(index + 1), 24, "white", "mm")
        page.text(104, 142 + 76 * index, str(words), 24)


def _rays(page: Canvas, x: float, top: float, size: float) -> None:
    middle = top + size / 2
    page.box(x - size / 2, middle, x + size / 2, top + size, WATER)
    page.line([(x - size / 2, middle), (x + size / 2, middle)], BLUE, 3)
    for step in range(12):
        start = top + size * step / 12
        page.line([(x, start), (x, start + size / 24)], SOFT, 2)
    page.line([(x - size * 0.42, top + size * 0.08), (x, middle)], RED, 4)
    page.line([(x, middle), (x + size * 0.26, top + size * 0.96)], RED, 4)
    page.text(x - size * 0.20, top + size * 0.13, "i", 22, RED)
    page.text(x + size * 0.05, top + size * 0.78, "r", 22, RED)


def _experiment(page: Canvas) -> None:
    page.heading(Text("实验探究：光从空气射入水中", "Experiment: from air into water"))
    _rays(page, 230, 120, 280)
    rows = (("i", "15°", "30°", "45°", "60°"), ("r", "11°", "22°", "32°", "41°"))
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            left, top = 440 + 78 * column, 150 + 56 * row
            page.box(left, top, left + 74, top + 52, LINE if column == 0 else "#ffffff")
            page.text(left + 37, top + 26, cell, 22, INK, "mm")
    page.text(440, 290, str(Text("观察：入射角增大，折射角怎样变化？", "As i grows, how does r change?")), 22, TEAL)


def listing(heading: Text, lines: tuple[Text, ...], colour: str) -> Callable[[Canvas], None]:
    def draw(page: Canvas) -> None:
        page.heading(heading)
        for index, words in enumerate(lines):
            page.text(56, 146 + 60 * index, str(words), 24, INK if index else colour)

    return draw


@dataclass(frozen=True, slots=True)
class Deck:
    """What a synthetic lesson shows: its subject, on every page, and how each page is drawn."""

    subject: Text
    pages: tuple[Callable[[Canvas], None], ...]


REFRACTION = Deck(
    SUBJECT,
    (
        _cover,
        _aims,
        _experiment,
        listing(Text("光的折射规律", "The law of refraction"), _LAW, INK),
        listing(Text("随堂练习", "Exercise"), _TASK, BLUE),
        listing(Text("小组活动", "Group work"), _WORK, TEAL),
    ),
)


def draw_pages(width: int, height: int, deck: Deck = REFRACTION) -> list[Page]:
    """All pages in this size (both even)."""
    pages = []
    for number, draw in enumerate(deck.pages, 1):
        canvas = Canvas(width, height, deck.subject, number, len(deck.pages))
        draw(canvas)
        pages.append(_planes(canvas.image))
    return pages


def _planes(image: Image.Image) -> Page:
    """BT.601 limited-range 4:2:0."""
    rgb = np.asarray(image, np.float32)
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    y = 16 + 0.257 * red + 0.504 * green + 0.098 * blue
    u = 128 - 0.148 * red - 0.291 * green + 0.439 * blue
    v = 128 + 0.439 * red - 0.368 * green - 0.071 * blue
    return Page(_byte(y), _byte(_halved(u)), _byte(_halved(v)))


def _halved(plane: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    height, width = plane.shape
    return np.asarray(plane.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3)), np.float32)


def _byte(plane: npt.NDArray[np.float32]) -> Plane:
    return np.asarray(plane.round().clip(0, 255), np.uint8)


def digit_tiles(height: int) -> dict[str, Plane]:
    """Luma tiles of the digits and signs of a wall clock, white on dark blue, all `height` pixels high."""
    tiles = {}
    for sign in "0123456789:.":
        wide = height * (5 if sign.isdigit() else 3) // 8 // 2 * 2
        tile = Image.new("L", (wide, height), 40)
        ImageDraw.Draw(tile).text((wide / 2, height / 2), sign, fill=235, font=font(int(height * 0.86)), anchor="mm")
        tiles[sign] = np.asarray(tile, np.uint8)
    return tiles
