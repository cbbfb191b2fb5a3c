"""What a teacher writes for a chapter: title, a line about it, and the text itself, from phrases (`data/phrases.toml`)."""
# i18n: data file

import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from lantian.content.resources.demo.files import Written
from lantian.content.resources.enums import Purpose

PHRASES = Path(__file__).parents[1] / "data" / "phrases.toml"
_MANNERS = {"maths": "maths", "chinese": "chinese", "history": "chinese", "morality": "chinese", "english": "english"}
_ARTS = ("music", "art", "pe", "labour")
_HALF = {1: "上册", 2: "下册"}
_GRADES = "一二三四五六七八九"


@cache
def phrases() -> dict[str, Any]:
    """All of them. Read once."""
    with PHRASES.open("rb") as source:
        return tomllib.load(source)


@dataclass(frozen=True, slots=True)
class Topic:
    """What a resource may be about: a chapter in one or several editions, or a theme of a subject without textbooks here.

    `when`: how far into its half year it is taught, 0 to 1.
    """

    subject: str
    stage: str
    grade: int
    term: int
    title: str
    unit: str
    points: tuple[tuple[UUID | None, str], ...] = ()
    chapters: tuple[UUID, ...] = ()
    when: float = field(default=0.5)

    @property
    def volume(self) -> str:
        return f"{_GRADES[self.grade - 1]}年级{_HALF.get(self.term, '')}"


class Composer:
    """One teacher's way of writing about a topic: the same words for the same things from title to text."""

    def __init__(self, topic: Topic, purpose: str, chance: random.Random) -> None:
        self.topic, self.purpose, self.chance = topic, purpose, chance
        named = [words for _pk, words in topic.points] or [topic.title]
        first = chance.randrange(len(named))
        self.of_point = topic.points[first][0] if topic.points else None
        self.said = {
            "t": topic.title,
            "p": named[first],
            "q": named[(first + 1) % len(named)] if len(named) > 1 else topic.unit,
            "u": topic.unit,
            "g": topic.volume,
            "place": chance.choice(phrases()["places"]),
        }

    def one(self, name: str, key: str = "") -> str:
        """One of the phrases of a list, filled in."""
        found = phrases()[name]
        return str(self.chance.choice(found[key] if key else found)).format_map(self.said)

    def some(self, name: str, most: int, key: str = "") -> list[str]:
        """Several of them, no two the same."""
        found = phrases()[name]
        listed = found[key] if key else found
        return [one.format_map(self.said) for one in self.chance.sample(listed, min(most, len(listed)))]

    def title(self) -> str:
        return self.one("titles", self.purpose)[:120]

    def words(self) -> str:
        return self.one("opening") + self.one("tips")

    def keywords(self) -> str:
        named = [self.said["t"], self.said["p"], self.said["u"]]
        return " ".join(dict.fromkeys(word.replace(" ", "") for word in named))[:200]

    def written(self, title: str) -> Written:
        """The text, by what it is for."""
        make = {
            Purpose.LESSON_PLAN: self._plan,
            Purpose.COURSEWARE: self._shown,
            Purpose.EXERCISE: self._tasks,
            Purpose.PAPER: self._tasks,
            Purpose.READING: self._reading,
            Purpose.EXPERIMENT: self._done,
        }.get(Purpose(self.purpose), self._sheet)
        return Written(title, make(), self.chance.randrange(10_000))

    @property
    def manner(self) -> str:
        """How a subject is taught: which of the phrases fit it."""
        return "arts" if self.topic.subject in _ARTS else _MANNERS.get(self.topic.subject, "science")

    def _timed(self, lines: Sequence[str]) -> list[str]:
        return [f"{n}. {line}（{self.chance.randint(3, 12)} 分钟）" for n, line in enumerate(lines, start=1)]

    def _plan(self) -> list[tuple[str, list[str]]]:
        return [
            ("教学目标", self.some("aims", 3)),
            ("重点和难点", self.some("hard", 2)),
            ("教学过程", self._timed(self.some("steps", self.chance.randint(4, 6), self.manner))),
            ("作业", self.some("homework", 2)),
            ("课后", [self.one("after")]),
        ]

    def _shown(self) -> list[tuple[str, list[str]]]:
        steps = self.some("steps", 5, self.manner)
        return [
            ("这节课学什么", self.some("aims", 2)),
            (self.said["p"], steps[:2]),
            ("试一试", [*steps[2:4], self._task()]),
            ("想一想", [*steps[4:], *self.some("hard", 1)]),
            ("作业", [self.one("homework")]),
        ]

    def _task(self) -> str:
        if self.topic.subject == "maths":
            return _sum(self.topic.grade, self.chance)
        return self.one("tasks", self.topic.subject if self.topic.subject in phrases()["tasks"] else "other")

    def _tasks(self) -> list[tuple[str, list[str]]]:
        maths = self.topic.subject == "maths"
        key = self.topic.subject if self.topic.subject in phrases()["tasks"] else "other"
        count = self.chance.randint(4, 6)
        listed = (
            [_sum(self.topic.grade, self.chance) for _n in range(count)] if maths else self.some("tasks", count, key)
        )
        asked = [f"{n}. {line}" for n, line in enumerate(listed, start=1)]
        more = self.some("tasks", 2, "other" if maths else key)
        return [
            (f"一、{self.said['p']}", asked),
            (f"二、和{self.said['q']}放在一起想", [f"{n}. {line}" for n, line in enumerate(more, start=count + 1)]),
            ("订正", ["错在哪里：", "正确的做法："]),
        ]

    def _reading(self) -> list[tuple[str, list[str]]]:
        lines = self.some("readings", 6)
        return [(self.said["p"], lines[:3]), (self.said["q"], lines[3:]), ("读完以后", [self.one("homework")])]

    def _done(self) -> list[tuple[str, list[str]]]:
        steps = self._timed(self.some("steps", 5, self.manner))
        return [
            ("要用的东西", [self.one("places"), "记录单、铅笔、尺子"]),
            ("步骤", steps),
            ("说一说", self.some("hard", 2)),
        ]

    def _sheet(self) -> list[tuple[str, list[str]]]:
        return [
            (self.said["p"], [*self.some("aims", 2), self._task()]),
            ("记一记", self.some("hard", 2)),
            ("带回家", [self.one("homework")]),
        ]


def _sum(grade: int, chance: random.Random) -> str:
    """Something to reckon that fits a grade."""
    a, b, c = chance.randint(2, 9), chance.randint(11, 98), chance.randint(2, 9)
    if grade <= 2:
        return f"{b} + {a} = ____，{b + a} − {c} = ____"
    if grade <= 4:
        return f"{b} × {a} = ____，验算：{b * a} ÷ {a} = ____"
    if grade <= 6:
        return f"{a}/{a + c} + {c}/{a + c} = ____；{b} 的 {a * 10}% 是 ____"
    if grade == 7:
        return f"解方程：{a}x + {b} = {a * c + b}"
    if grade == 8:
        return f"直线 y = {a}x − {b} 和 x 轴交于哪一点？画出草图。"
    return f"抛物线 y = {a}(x − {c})² + {b} 的顶点在哪里？x 取 {c + 1} 时 y 是多少？"
