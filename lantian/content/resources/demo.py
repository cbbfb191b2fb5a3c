"""The demonstration's resources: lesson plans, slides, pictures, sounds, films and packages by the region's teachers, small and
real. Most are published; those of the story are in review, sent back and in draft.
"""
# i18n: data file

import io
import math
import struct
import wave
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from PIL import Image, ImageDraw

from lantian.commons.workflow import queries as workflow
from lantian.commons.workflow import services as deciding
from lantian.content.media.engine.lesson.fonts import font
from lantian.content.resources import queries, services
from lantian.content.resources.enums import Licence, Purpose, Reach
from lantian.content.resources.models import Resource
from lantian.content.taxonomy import queries as taxonomy
from lantian.kernel.demo import DemoContext
from lantian.kernel.rules import SYSTEM, Actor
from lantian.people.roster import queries as roster

if TYPE_CHECKING:
    from uuid import UUID

    from lantian.people.roster.demo import Region, School

MOST, MOST_IN_A_CITY = 90, 320
SURE = 0.5  # of a node that a topic may be about
TOPICS = {
    "maths": (
        "一次函数的图象",
        "分数的意义",
        "三角形的内角和",
        "植树问题",
        "方程怎么列",
        "圆的周长",
        "统计图怎么选",
        "勾股定理",
    ),
    "chinese": ("春望", "背影", "慢性子裁缝和急性子顾客", "古诗里的月亮", "怎样写好开头", "木兰诗", "口语交际：辩论"),
    "english": ("My family", "Weather report", "Past tense in stories", "At the farm", "A letter to a friend"),
    "physics": ("光的折射", "凸透镜成像", "浮力", "串联和并联", "大气压有多大"),
    "science": ("种子怎样发芽", "月相的变化", "杠杆", "水的循环", "声音怎样传播"),
    "music": ("川北灯戏的唱腔", "听辨乐器", "节奏游戏"),
    "geography": ("绵阳的河流", "等高线地形图", "一天里太阳的位置"),
}
WAYS = (
    (Purpose.LESSON_PLAN, "教案"),
    (Purpose.EXERCISE, "练习"),
    (Purpose.MATERIAL, "素材"),
    (Purpose.COURSEWARE, "课件"),
    (Purpose.READING, "阅读材料"),
)
OPENING = (
    "先让学生说说生活里在哪里见过，再给出名称。",
    "从上一课的作业里挑一道错得最多的题开始。",
    "不讲结论，先做一个两分钟的小实验。",
    "请两位同学上台，把他们的想法画出来。",
)
LICENCES = (Licence.CC_BY, Licence.CC_BY_SA, Licence.CC_BY_NC, Licence.SCHOOL_USE)
Made = tuple[bytes, str]


# Files ----------------------------------------------------------------------------------------------------------------------


def writing(topic: str, way: str, number: int) -> Made:
    """A plan as plain text; no two are the same."""
    lines = [f"{topic}（{way}，第 {number} 份）", "", OPENING[number % len(OPENING)]]
    lines += [
        f"{step + 1}. {topic}：第 {(number * 7 + step * 3) % 97 + 1} 组活动，时间 {5 + (number + step) % 9} 分钟。"
        for step in range(8)
    ]
    lines.append(f"作业：回家给家里人讲一遍“{topic}”，记下他们问的第 {number % 3 + 1} 个问题。")
    return "\n".join(lines).encode(), "txt"


def _drawn(topic: str, number: int, size: tuple[int, int] = (960, 540)) -> Image.Image:
    picture = Image.new("RGB", size, (236 - number % 40, 243, 250))
    draw = ImageDraw.Draw(picture)
    draw.line((60, size[1] - 60, size[0] - 60, size[1] - 60), fill=(30, 60, 90), width=4)
    draw.line((60, size[1] - 60, 60, 60), fill=(30, 60, 90), width=4)
    points = [
        (60 + x, size[1] - 70 - int((80 + number % 90) * (1 + math.sin(x / (60 + number % 50) + number))))
        for x in range(0, size[0] - 120, 6)
    ]
    draw.line(points, fill=(190, 60, 20 + number % 200), width=6)
    draw.text((90, 40), topic, font=font(48), fill=(20, 50, 90))
    return picture


def picture(topic: str, way: str, number: int) -> Made:
    """A figure for the board."""
    out = io.BytesIO()
    _drawn(topic, number).save(out, "PNG", optimize=True)
    return out.getvalue(), "png"


def paper(topic: str, way: str, number: int) -> Made:
    """Three pages to print."""
    out, pages = io.BytesIO(), [_drawn(f"{topic} {page + 1}", number + page, (620, 877)) for page in range(3)]
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:])
    return out.getvalue(), "pdf"


_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_TYPES = "http://schemas.openxmlformats.org/package/2006"


def document(topic: str, way: str, number: int) -> Made:
    """A text document as small as Word opens it."""
    data, _ending = writing(topic, way, number)
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in data.decode().splitlines())
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}/content-types"><Default Extension="rels" ContentType="application/'
        'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_TYPES}/relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body>{body}</w:body></w:document>",
    }
    return _packed(parts), "docx"


def _packed(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 9, 1, 8, 0, 0)), text)
    return out.getvalue()


def sound(topic: str, way: str, number: int) -> Made:
    """Three seconds of two tones."""
    out, rate = io.BytesIO(), 8000
    with wave.open(out, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(rate)
        tones = (220 + number % 60 * 4, 330 + number % 40 * 5)
        values = (int(9000 * math.sin(2 * math.pi * tones[at // rate % 2] * at / rate)) for at in range(3 * rate))
        written.writeframes(b"".join(struct.pack("<h", value) for value in values))
    return out.getvalue(), "wav"


def film(topic: str, way: str, number: int) -> Made:
    """Two seconds of a figure that moves."""
    import av  # codecs: every process imports this module
    import numpy as np

    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=5, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 480, 270, "yuv420p"
        for frame in range(10):
            drawn = _drawn(topic, number + frame * 3).resize((480, 270))
            shown = av.VideoFrame.from_ndarray(np.asarray(drawn), format="rgb24")
            container.mux(stream.encode(shown))
        container.mux(stream.encode())
    return out.getvalue(), "mp4"


def pages(topic: str, way: str, number: int) -> Made:
    """A package of pages to click through."""
    first = f"<!doctype html><meta charset=utf-8><title>{topic}</title><h1>{topic}</h1><p>{number}</p><a href=two.html>→</a>"
    return _packed({"index.html": first, "two.html": f"<!doctype html><meta charset=utf-8><p>{topic}</p>"}), "zip"


# How often each is made, by twenties: most of what teachers share is words.
ROTA: tuple[Callable[[str, str, int], Made], ...] = (
    *[writing] * 5, picture, *[writing] * 3, paper, *[writing] * 3, document, *[writing] * 2, sound, film, pages, picture,
)  # fmt: skip


# Resources ------------------------------------------------------------------------------------------------------------------


def seed(context: DemoContext) -> None:
    """Those of the region's teachers, then the story's."""
    region: Region = context.things["region"]
    taught = [school for school in region.schools if school.teachers]
    count = MOST_IN_A_CITY if context.is_city else MOST
    for number in range(count):
        _published(context, region, context.random.choice(taught), number)
    said = _rate(context, taught)
    story = _story(region)
    context.say(f"  {count + story} resources, {said} ratings")


def _facts(context: DemoContext, region: "Region", school: "School", number: int) -> dict[str, Any]:
    chance = context.random
    subject = chance.choice(list(TOPICS))
    topic, (purpose, way) = chance.choice(TOPICS[subject]), chance.choice(WAYS)
    reach = chance.choices((Reach.PUBLIC, Reach.REGION, Reach.SCHOOL), (8, 1, 1))[0]
    return {
        "title": f"{topic}·{way}",
        "words": f"{topic}这一课用的{way}，{OPENING[number % len(OPENING)]}",
        "purpose": purpose,
        "subject": subject,
        "stage": school.plan.stages[0],
        "grade": chance.randint(3, 9),
        "keywords": f"{topic} {way}",
        "reach": reach,
        "region": region.city if reach == Reach.REGION else None,
        "licence": chance.choice(LICENCES),
        "rights_holder": school.organization.name,
        "audience": "staff" if purpose == Purpose.LESSON_PLAN and number % 3 == 0 else "all",
    }


def _send(data: bytes, name: str, by: Actor) -> Any:
    upload = services.begin_upload(name=name, size=len(data), by=by)
    services.write_piece(upload, offset=0, read=io.BytesIO(data).read, by=by)
    found = services.take_in(upload.pk)
    assert found is not None
    return found


def _make(facts: dict[str, Any], made: Made, by: Actor) -> Resource:
    upload = _send(made[0], f"{facts['title']}.{made[1]}", by)
    return services.create_resource(upload=upload, facts=facts, by=by)


def _published(context: DemoContext, region: "Region", school: "School", number: int) -> None:
    by = roster.actor_of_person(context.random.choice(school.teachers))
    if by.grant is None:
        return
    facts = _facts(context, region, school, number)
    topic, _dot, way = facts["title"].partition("·")
    made = _make(facts, ROTA[number % len(ROTA)](topic, way, number), by)
    services.publish_version(made.versions.get(), by=SYSTEM)
    nodes = _nodes_of(context.things.setdefault("resource_nodes", {}), topic, facts["subject"])
    if nodes:
        services.place_resource(made, nodes, by=SYSTEM)


def _nodes_of(known: "dict[str, list[UUID]]", topic: str, subject: str) -> "list[UUID]":
    """Where a topic stands: the chapters that sound like it, and the points that they cover."""
    if topic not in known:
        chapters = [one.node.pk for one in taxonomy.suggested_nodes(topic, subject=subject, most=3) if one.score > SURE]
        points = taxonomy.points_of(chapters).values_list("pk", flat=True)[:4] if chapters else ()
        known[topic] = [*chapters, *points]
    return known[topic]


def _rate(context: DemoContext, schools: "list[School]") -> int:
    said, words = 0, ("拿来就能用", "例子贴近农村学生", "第二课时可以再细一点", "图很清楚")
    shown = list(Resource.objects.filter(reach=Reach.PUBLIC, state="published").order_by("title", "pk")[:24])
    for made in shown:
        by = roster.actor_of_person(context.random.choice(context.random.choice(schools).teachers))
        if by.person_id != made.author_id and by.grant is not None:
            services.rate_resource(made, stars=context.random.randint(3, 5), words=context.random.choice(words), by=by)
            said += 1
    return said


def _acting(login: str) -> Actor | None:
    account = apps.get_model("identity", "Account").objects.filter(username=login).first()
    return roster.actor_of_account(account) if account is not None else None


def _story(region: "Region") -> int:
    """What the story's teacher has: waiting for the head, for the county, sent back, refused, a draft, and one that is public."""
    teacher, head, county = _acting("teacher"), _acting("head"), _acting("county")
    if teacher is None or teacher.grant is None:
        return 0
    base = {
        "words": "自己班上用过两遍，例题换成了本地的。",
        "purpose": Purpose.COURSEWARE,
        "subject": "maths",
        "stage": "junior",
        "grade": 9,
        "licence": Licence.CC_BY,
        "rights_holder": teacher.name,
        "reach": Reach.PUBLIC,
    }
    titles = ("二次函数的图象（第一课时）", "二次函数的最值", "圆周角", "相似三角形的应用", "概率的小游戏")
    made = [_make({**base, "title": title}, paper(title, "课件", 900 + n), teacher) for n, title in enumerate(titles)]
    services.create_resource(
        url="https://basic.smartedu.cn/", facts={**base, "title": "国家平台上的一节示范课"}, by=teacher
    )
    for one in made[:4]:
        services.submit_version(one.versions.get(), by=teacher)
    if head is not None:
        _say(made[1], head, "approve", "")
        _say(made[2], head, "return", "第三页的图有水印，请换一张。")
        _say(made[3], head, "approve", "")
    if county is not None:
        _say(made[3], county, "approve", "")
    services.note_returned(made[2].versions.get().pk)
    return len(made) + 1


def _say(resource: Resource, by: Actor, verdict: str, words: str) -> None:
    """As far as it is this one's to say: a region of another shape has other units."""
    application = queries.application_of(resource.versions.get())
    task = workflow.open_task(application) if application else None
    if task is not None and workflow.may_do(by, task):
        deciding.decide(task, verdict=verdict, words=words, by=by)
