"""The demonstration's textbooks and knowledge points: maths and Chinese, grades 1-9, two editions each, in words of our own."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

from lantian.content.taxonomy import queries, services
from lantian.content.taxonomy.engine import outline
from lantian.content.taxonomy.engine.rows import Row
from lantian.content.taxonomy.models import Framework, Node
from lantian.kernel.demo import DemoContext
from lantian.kernel.rules import SYSTEM

if TYPE_CHECKING:
    from lantian.people.roster.demo import Region
    from lantian.people.roster.models import Organization

DATA = Path(__file__).with_name("data")
SUBJECTS = {"maths": "数学", "chinese": "语文"}
STAGES = {"primary": "小学", "junior": "初中"}
EDITIONS = ("甲版", "乙版")
POINTS_WORDS = "按义务教育课程标准的领域自编，先学关系供备课和诊断参考。"
BOOK_WORDS = "演示用的自编目录，不是任何出版社的教材。"


def seed(context: DemoContext) -> None:
    """Through the services, with ids made of the codes: drawing them by chance would change all parts that come after."""
    region: Region = context.things["region"]
    year = context.today.year if context.today.month >= 9 else context.today.year - 1
    made = [one for subject in SUBJECTS for one in _subject(subject, region.city, year)]
    context.things["taxonomy"] = made
    nodes = Node.objects.filter(framework__in=made).count()
    context.say(f"  {len(made)} textbooks and sets of points, {nodes} nodes")


def _subject(subject: str, unit: "Organization", year: int) -> list[Framework]:
    title = SUBJECTS[subject]
    rows = outline.points((DATA / f"points-{subject}.txt").read_text())
    points = _framework(unit, "points", subject, "", f"{title}知识点", f"{subject}-points", year - 4, rows)
    codes = {row.title: row.code for row in rows if row.kind == "point"}
    found = [points]
    for stage, words in STAGES.items():
        both = outline.textbooks((DATA / f"book-{subject}-{stage}.txt").read_text(), codes)
        for letter, edition, of_edition in zip("ab", EDITIONS, both, strict=True):
            code = f"{subject}-{stage}-{letter}"
            name = f"{words}{title}（{edition}）"
            found.append(_framework(unit, "textbook", subject, stage, name, code, year - 4, of_edition))
    if subject == "maths":
        found.append(_revised(found[1], year - 1))
    return found


def _id(code: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"urn:lantian:demo:taxonomy:{code}")


def _framework(
    unit: "Organization", kind: str, subject: str, stage: str, name: str, code: str, year: int, rows: list[Row]
) -> Framework:
    made = services.create_framework(
        id=_id(code),
        organization=unit,
        kind=kind,
        subject=subject,
        stage=stage,
        name=name,
        code=code,
        words=POINTS_WORDS if kind == "points" else BOOK_WORDS,
        valid_from=year,
        by=SYSTEM,
    )
    services.import_rows(made, [replace(row, ident=str(_id(f"{code}/{row.code}"))) for row in rows], by=SYSTEM)
    return services.publish_framework(made, by=SYSTEM)


def _revised(old: Framework, year: int) -> Framework:
    """The new version of one of them: a unit comes earlier, another has a new name."""
    draft = services.begin_revision(old, valid_from=year, code=f"{old.code}-new", by=SYSTEM)
    units = {node.title: node for node in Node.objects.filter(framework=draft, kind="unit")}
    volumes = {node.title: node for node in queries.volumes_of(draft)}
    services.move_node(units["年、月、日"], parent=volumes["三年级上册"], by=SYSTEM)
    services.change_node(units["小小商店"], title="欢乐购物", by=SYSTEM)
    return services.publish_framework(draft, by=SYSTEM)
