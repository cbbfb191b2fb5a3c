"""The region's shelf: thousands of resources by its teachers and offices, on nearly all chapters and points, of two school years.

Planned first, with a chance of its own (so that parts that come after are drawn as before), then kept and brought unit by unit.
"""
# i18n: data file

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from lantian.content.resources import services
from lantian.content.resources.demo.composing import Composer, Topic, phrases
from lantian.content.resources.demo.files import MAKERS, Written
from lantian.content.resources.enums import Audience, Licence, Purpose, Reach
from lantian.content.resources.services import Brought, Known, Said
from lantian.content.taxonomy import queries as taxonomy
from lantian.kernel.demo import DemoContext
from lantian.kernel.rules import SYSTEM

if TYPE_CHECKING:
    from lantian.people.roster.demo import Region, School
    from lantian.people.roster.models import Organization, Person

MANY, MANY_IN_A_CITY = 2700, 12_000
BARE = 0.1  # of the points: nothing stands on them, so that there is something to call for
OTHERS = 0.14  # of the resources: subjects without textbooks here
BY_OFFICES = 0.06
P = Purpose
FIRST = (P.LESSON_PLAN, P.COURSEWARE, P.EXERCISE)  # what a chapter has before all else
PURPOSES = {
    P.LESSON_PLAN: 20, P.COURSEWARE: 15, P.EXERCISE: 22, P.MATERIAL: 17, P.READING: 9, P.MICRO_LESSON: 9, P.PAPER: 6,
    P.EXPERIMENT: 4, P.OTHER: 2,
}  # fmt: skip
# In which form each of them comes, by weight.
FORMS: dict[str, dict[str, int]] = {
    P.LESSON_PLAN: {"docx": 56, "txt": 30, "pdf": 14},
    P.COURSEWARE: {"pptx": 72, "pdf": 12, "pages": 8, "scorm": 3, "link": 5},
    P.EXERCISE: {"docx": 42, "txt": 28, "pdf": 20, "xlsx": 5, "pages": 5},
    P.MATERIAL: {"image": 38, "txt": 18, "docx": 12, "audio": 11, "xlsx": 7, "zip": 8, "link": 6},
    P.READING: {"txt": 55, "docx": 20, "pdf": 14, "link": 11},
    P.MICRO_LESSON: {"film": 82, "link": 18},
    P.PAPER: {"pdf": 50, "docx": 50},
    P.EXPERIMENT: {"docx": 50, "txt": 30, "image": 20},
    P.OTHER: {"docx": 45, "txt": 45, "xlsx": 10},
}
# What is dear to make, or to open, is used by several: so many of each for a manner of teaching, and what stands on them.
SHARED = {"image": 8, "film": 4, "pages": 2, "scorm": 1}
SHARED_WORDS = {
    "maths": "数学画图", "chinese": "语文插图", "english": "Look and say", "science": "观察与记录", "arts": "看一看，做一做",
}  # fmt: skip
REACHES = {Reach.PUBLIC: 72, Reach.REGION: 12, Reach.SCHOOL: 14, Reach.PRIVATE: 2}
LICENCES = {
    Licence.CC_BY: 34, Licence.CC_BY_SA: 18, Licence.CC_BY_NC: 22, Licence.CC_BY_NC_SA: 10, Licence.CC0: 3,
    Licence.SCHOOL_USE: 13,
}  # fmt: skip
AT_HOME = {Licence.SCHOOL_USE: 60, Licence.ALL_RIGHTS: 25, Licence.CC_BY_NC: 15}
MAIN = (
    "maths",
    "chinese",
    "english",
)  # of the teachers who have a class, in the order in which the roster deals them out
HOURS = ((7, 1), (9, 3), (12, 4), (15, 4), (17, 5), (20, 8), (21, 7), (22, 3))
MARKED = 0.025


def _drawn(weights: dict[Any, int], chance: random.Random) -> Any:
    return chance.choices(list(weights), list(weights.values()))[0]


@dataclass(slots=True)
class Planned:
    """A resource before it is kept: whose, what is said, what is in it."""

    unit: "Organization"
    by: "Person | None"
    item: dict[str, Any]
    file: Known | None
    worth: float
    school: "School | None" = None
    id: UUID = field(default_factory=lambda: UUID(int=0))


def fill(context: DemoContext, region: "Region") -> int:
    """Plan and bring all of them. Returns how many."""
    chance = random.Random(f"{context.seed}:resources")  # noqa: S311 - deterministic on purpose, as the context's own
    many = MANY_IN_A_CITY if context.is_city else MANY
    topics = _spread(_chapters(chance), round(many * (1 - OTHERS)), chance)
    topics += _spread(_others(), many - len(topics), chance)
    shelf = _Shelf(context, region, chance)
    planned = [shelf.plan(topic, purpose) for topic, purpose in topics]
    _bring(region, planned)
    _credit(context, region, planned, chance)
    return len(planned)


# What there is to be about -----------------------------------------------------------------------------------------------------


def _chapters(chance: random.Random) -> list[Topic]:
    """Chapters of all textbooks in use, one of the same name in several editions once; but those of bare points."""
    found: dict[tuple[str, str, str], list[tuple[Any, Any, Any, float]]] = defaultdict(list)
    for book in taxonomy.frameworks_in_use():
        for volume in taxonomy.tree_of(book):
            listed = [(unit, one) for unit in volume.children for one in unit.children]
            for at, (unit, one) in enumerate(listed):
                found[book.subject, book.stage, one.node.title].append((volume, unit, one, at / len(listed)))
    points = taxonomy.points_by_node(one.node.pk for rows in found.values() for _v, _u, one, _at in rows)
    known = {point.pk: point for listed in points.values() for point in listed}
    coded = sorted(known.values(), key=lambda point: (point.framework_id, point.code))
    bare = {point.pk for point in chance.sample(coded, round(len(coded) * BARE))}
    topics = []
    for (subject, stage, title), rows in found.items():
        mine = {point.pk: point.title for *_rest, one, _at in rows for point in points.get(one.node.pk, ())}
        if bare.isdisjoint(mine):
            volume, unit, _one, when = rows[0]
            where = (volume.node.grade or 1, volume.node.term or 0)
            chapters = tuple(one.node.pk for _v, _u, one, _at in rows)
            topics.append(Topic(subject, stage, *where, title, unit.node.title, tuple(mine.items()), chapters, when))
    return topics


def _others() -> list[Topic]:
    topics = []
    for row in phrases()["others"]:
        grades = row.get("grades") or ((3, 4, 5, 6) if row["stage"] == "primary" else (7, 8, 9))
        for at, title in enumerate(row["topics"]):
            grade = grades[at % len(grades)]
            following = row["topics"][(at + 1) % len(row["topics"])]
            points = ((None, title), (None, following))
            topics.append(Topic(row["subject"], row["stage"], grade, 1 + at % 2, title, title, points, (), at % 7 / 7))
    return topics


def _spread(topics: Sequence[Topic], many: int, chance: random.Random) -> list[tuple[Topic, str]]:
    """Each topic has what a chapter has before all else, as far as it goes; some have much more."""
    counts = [min(2, many // len(topics))] * len(topics) if topics else []
    more = (
        chance.choices(range(len(topics)), [chance.paretovariate(2) for _topic in topics], k=many - sum(counts))
        if topics
        else []
    )
    for place in more:
        counts[place] += 1
    made = []
    for topic, count in zip(topics, counts, strict=True):
        first = chance.sample(FIRST, len(FIRST))[:count]
        made += [(topic, str(purpose)) for purpose in first]
        made += [(topic, str(_drawn(PURPOSES, chance))) for _n in range(count - len(first))]
    return made


# One of them -------------------------------------------------------------------------------------------------------------------


class _Shelf:
    """Whose resources they are, and what several of them share."""

    def __init__(self, context: DemoContext, region: "Region", chance: random.Random) -> None:
        self.context, self.region, self.chance = context, region, chance
        self.shared: dict[tuple[str, str, int], Known] = {}
        self.offices = [region.city, *region.counties.values()]
        self.schools: dict[str, tuple[list[School], list[float]]] = {}
        for stage in ("primary", "junior"):
            listed = [one for one in region.schools if len(one.teachers) > 3 and stage in one.plan.stages]
            self.schools[stage] = (
                listed,
                [(6 if one.plan.strong else 1) * chance.paretovariate(1.2) for one in listed],
            )
        today = context.today
        self.year = today.year if today.month >= 9 else today.year - 1

    def plan(self, topic: Topic, purpose: str) -> Planned:
        """Of a topic, for a purpose."""
        chance = self.chance
        writer = Composer(topic, purpose, chance)
        unit, school, author = self._whose(topic)
        reach = _drawn(REACHES, chance) if author is not None else Reach.PUBLIC
        licence = _drawn(AT_HOME if reach in (Reach.SCHOOL, Reach.PRIVATE) else LICENCES, chance)
        title, since = writer.title(), self._when(topic)
        form = _drawn(FORMS[purpose], chance)
        if form == "audio" and topic.subject not in ("chinese", "english", "music"):
            form = "image"
        facts = {
            "title": title,
            "words": writer.words(),
            "purpose": purpose,
            "subject": topic.subject,
            "stage": topic.stage,
            "grade": topic.grade,
            "keywords": writer.keywords(),
            "reach": reach,
            "region": self._region(school) if reach == Reach.REGION else None,
            "licence": licence,
            "rights_holder": author.name if author is not None and chance.random() < 0.5 else unit.name,
            "audience": self._audience(purpose),
        }
        worth = chance.gauss(4.2, 0.5)
        item: dict[str, Any] = {"facts": facts, "nodes": self._nodes(topic, writer), "published_at": since}
        item |= {"downloads": self._downloads(since, reach, worth), "author": author.pk if author else None}
        item["id"] = UUID(int=chance.getrandbits(128), version=4)
        file = None
        if form == "link":
            item["url"] = chance.choice(phrases()["links"])["url"]
        else:
            file = self._file(form, writer.manner, writer.written(title))
            item["file_name"] = title[:100]
        return Planned(unit, author, item, file, worth, school, item["id"])

    def _file(self, form: str, manner: str, text: Written) -> Known:
        if form not in SHARED:
            return MAKERS[form](text)
        slot = (form, manner, self.chance.randrange(SHARED[form]))
        if slot not in self.shared:
            self.shared[slot] = MAKERS[form](Written(f"{SHARED_WORDS[manner]} {slot[2] + 1}", text.parts, text.number))
        return self.shared[slot]

    def _whose(self, topic: Topic) -> "tuple[Organization, School | None, Person | None]":
        chance = self.chance
        if chance.random() < BY_OFFICES:
            return chance.choice(self.offices), None, None
        listed, weights = self.schools[topic.stage]
        school = chance.choices(listed, weights)[0]
        some = school.teachers[1:-2]  # the first is the story's; head and school IT have no time
        if topic.subject in MAIN:
            having = min(len(school.classes), len(school.teachers) - 2)
            some = [school.teachers[at] for at in range(1, having) if MAIN[at % 3] == topic.subject] or some
        return school.organization, school, some[int(len(some) * chance.random() ** 2.2)]

    def _region(self, school: "School | None") -> "Organization":
        if school is None or self.chance.random() < 0.5:
            return self.region.city
        return self.region.counties[school.plan.county.code]

    def _audience(self, purpose: str) -> str:
        kept = {P.LESSON_PLAN: 0.35, P.PAPER: 0.5, P.OTHER: 0.6}.get(Purpose(purpose), 0.03)
        return Audience.STAFF if self.chance.random() < kept else Audience.ALL

    def _nodes(self, topic: Topic, writer: Composer) -> list[UUID]:
        """The chapter, mostly in each edition that has it, and some of its points."""
        chapters = topic.chapters if self.chance.random() < 0.7 else topic.chapters[:1]
        points = [pk for pk, _words in topic.points if pk and (pk == writer.of_point or self.chance.random() < 0.4)]
        return [*chapters, *points][:8]

    def _when(self, topic: Topic) -> datetime:
        """About when it is taught: in one of the last school years, in the evening rather than in the morning."""
        chance, now = self.chance, self.context.now
        year = self.year - chance.choices((0, 1, 2), (3, 4, 3))[0]
        begins = date(year, 9, 1) if topic.term != 2 else date(year + 1, 2, 20)
        day = begins + timedelta(days=round(topic.when * 125) + chance.randint(-9, 14))
        hour = chance.choices([at for at, _weight in HOURS], [weight for _at, weight in HOURS])[0]
        found = datetime.combine(day, time(hour, chance.randrange(60), chance.randrange(60)), now.tzinfo)
        return found if found < now else found - timedelta(days=364)

    def _downloads(self, since: datetime, reach: str, worth: float) -> int:
        years = max(0.0, (self.context.now - since).days / 365)
        wide = {Reach.PUBLIC: 1.0, Reach.REGION: 0.5, Reach.SCHOOL: 0.12}.get(Reach(reach), 0.0)
        return int(min(4000.0, self.chance.paretovariate(0.9) * 5 * (0.2 + years) * worth / 4) * wide)


# All of them --------------------------------------------------------------------------------------------------------------------


def _bring(region: "Region", planned: Sequence[Planned]) -> None:
    blobs = iter(services.keep_made([one.file for one in planned if one.file is not None]))
    items = [Brought(blob=next(blobs) if one.file is not None else None, unit=one.unit, **one.item) for one in planned]
    services.bring_resources(items, organization=region.city, origin="演示区域的书架", by=SYSTEM)


def _credit(context: DemoContext, region: "Region", planned: Sequence[Planned], chance: random.Random) -> None:
    """What people said of them: much of few, nothing of most; and what offices marked."""
    everybody = [person for school in region.schools for person in school.teachers]
    near: dict[str, list[Person]] = defaultdict(list)
    for school in region.schools:
        near[school.plan.county.code] += school.teachers
    said, marks = [], {}
    for one in planned:
        downloads = one.item["downloads"]
        reach, who = one.item["facts"]["reach"], everybody
        if one.school is not None and reach != Reach.PUBLIC:
            who = one.school.teachers if reach == Reach.SCHOOL else near[one.school.plan.county.code]
        count = min(14, int(downloads / 30 + chance.random()))
        chosen = {person.pk for person in chance.choices(who, k=count)} - {one.by.pk if one.by else None}
        for person in sorted(chosen):
            stars = max(1, min(5, round(chance.gauss(one.worth, 0.7))))
            words = chance.choice(phrases()["rated"][str(stars)])
            if words or stars > 2:
                lasted = (context.now - one.item["published_at"]) * chance.random()
                said.append(Said(one.id, person, stars, words, one.item["published_at"] + lasted))
    services.bring_ratings(said, organization=region.city, by=SYSTEM)
    best = sorted(_markable(planned), key=lambda one: -one.worth * one.item["downloads"] ** 0.2)
    for one in best[: round(len(planned) * MARKED)]:
        marks[one.id] = chance.choice(phrases()["marks"])
    services.bring_marks(marks, organization=region.city, by=SYSTEM)


def _markable(planned: Sequence[Planned]) -> Iterable[Planned]:
    return (one for one in planned if one.school is not None and one.item["facts"]["reach"] == Reach.PUBLIC)
