"""The demonstration's old platform that was imported, with faults to see, and a neighbour region whose resources are here."""
# i18n: data file

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.utils import timezone

from lantian.content.resources import services as making
from lantian.content.sharing import services
from lantian.content.sharing.engine import protocol, writing
from lantian.kernel.demo import DemoContext
from lantian.kernel.rules import SYSTEM, Actor
from lantian.people.roster import queries as roster

if TYPE_CHECKING:
    from lantian.people.roster.demo import Region

HEADS = ("资源编号", "资源名称", "文件路径", "简介", "学科", "学段", "年级", "类型", "使用许可", "权利人", "上传时间")
OLD = (
    ("一元一次方程应用题归类", "数学", "初中", "七年级", "习题"),
    ("有理数的乘方口诀", "数学", "初中", "七年级", "素材"),
    ("《济南的冬天》批注版", "语文", "初中", "七年级", "阅读"),
    ("木兰诗分角色朗读稿", "语文", "初中", "七年级", "素材"),
    ("小数除法易错题", "数学", "小学", "五年级", "习题"),
    ("圆柱的表面积学具图纸", "数学", "小学", "六年级", "素材"),
    ("三峡（第二课时）", "语文", "初中", "八年级", "教案"),
    ("平行线的判定练习", "数学", "初中", "七年级", "习题"),
)
THERE = (
    ("剑门蜀道与唐诗", "语文", "junior"),
    ("昭化古城的河流阶地", "地理", "junior"),
    ("川北皮影戏进课堂", "音乐", "primary"),
    ("皇泽寺石刻里的几何", "数学", "junior"),
    ("翠云廊古柏的年轮", "科学", "primary"),
)
COURSE = (
    ("开口和顶点", "先看二次项系数，再配方找顶点。"),
    ("最值问题", "定义域在顶点的哪一边，要先想清楚。"),
    ("与一元二次方程", "图象和横轴的交点，就是方程的根。"),
)
NEIGHBOUR = "广元市教育资源平台"


def seed(context: DemoContext) -> None:
    """An import that is done, one that waits to be looked at, and a region that was asked yesterday."""
    region: Region | None = context.things.get("region")
    officer = _officer(region) if region is not None else None
    if officer is None or officer.grant is None:
        return
    unit = roster.organizations_known([officer.grant.organization_id]).get()
    if settings.LANTIAN_IMPORT_ROOT:
        sheet = _old_platform(Path(settings.LANTIAN_IMPORT_ROOT) / unit.name)
        run = services.begin_import(sheet=f"{unit.name}/{sheet}", organization=unit, source="老资源库", by=officer)
        services.start_import(run, by=officer)
        services.proceed_import(run.pk)
        services.begin_import(sheet=f"{unit.name}/补录.csv", organization=unit, source="老资源库", by=officer)
    _neighbour(unit, officer)
    _course()
    context.say(
        "  an old platform imported, a neighbour region harvested, a course of another platform to be taken apart"
    )


def _course() -> None:
    """A course that the story's teacher brought from the platform of another school, to be taken apart."""
    account = apps.get_model("identity", "Account").objects.filter(username="teacher").first()
    teacher = roster.actor_of_account(account) if account is not None else None
    if teacher is None or teacher.grant is None:
        return
    data = _cartridge()
    upload = making.begin_upload(name="二次函数复习.imscc", size=len(data), by=teacher)
    making.write_piece(upload, offset=0, read=io.BytesIO(data).read, by=teacher)
    making.take_in(upload.pk)
    upload.refresh_from_db()
    made = making.create_resource(upload=upload, facts={"reach": "private"}, by=teacher)
    course = services.open_cartridge(made.versions.select_related("blob", "resource").get(), by=teacher)
    services.proceed_cartridge(course.pk)


def _cartridge() -> bytes:
    """As other platforms export them: pages, a file, a link, a quiz."""
    pages = {f"wiki_content/{at}.html": f"<h1>{title}</h1><p>{words}</p>" for at, (title, words) in enumerate(COURSE)}
    resources = "".join(
        f'<resource identifier="p{at}" type="webcontent" href="{name}"><file href="{name}"/></resource>'
        for at, name in enumerate(pages)
    )
    resources += (
        '<resource identifier="sheet" type="webcontent" href="web_resources/复习提纲.txt"/>'
        '<resource identifier="site" type="imswl_xmlv1p3"><file href="site.xml"/></resource>'
        '<resource identifier="quiz" type="imsqti_xmlv1p2/imscc_xmlv1p3/assessment"><file href="quiz.xml"/></resource>'
    )
    named = [(f"p{at}", title) for at, (title, _words) in enumerate(COURSE)]
    named += [("sheet", "复习提纲"), ("site", "在线画图"), ("quiz", "单元小测")]
    items = "".join(
        f'<item identifier="i-{key}" identifierref="{key}"><title>{words}</title></item>' for key, words in named
    )
    tree = (
        '<organization identifier="o" structure="rooted-hierarchy"><item identifier="root"><item identifier="m">'
        f"<title>二次函数复习</title>{items}</item></item></organization>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest identifier="demo-course" '
        'xmlns="http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1"><metadata><schema>IMS Common Cartridge</schema>'
        '<schemaversion>1.3.0</schemaversion><lom xmlns="http://ltsc.ieee.org/xsd/imsccv1p3/LOM/manifest"><general><title>'
        "<string>二次函数复习</string></title><description><string>三节复习课和一份提纲</string></description>"
        "<keyword><string>数学</string></keyword></general></lom></metadata>"
        f"<organizations>{tree}</organizations><resources>{resources}</resources></manifest>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in {"imsmanifest.xml": manifest, **pages}.items():
            archive.writestr(name, text)
        archive.writestr("web_resources/复习提纲.txt", "\n".join(f"{title}：{words}" for title, words in COURSE) * 3)
        archive.writestr(
            "site.xml", '<webLink><title>GeoGebra</title><url href="https://www.geogebra.org/"/></webLink>'
        )
        archive.writestr("quiz.xml", "<questestinterop/>")
    return out.getvalue()


def _officer(region: Any) -> Actor | None:
    county = roster.ancestors_of(region.far_school().organization)[-1]
    grants = roster.grants_visible_to(SYSTEM).filter(organization=county, role="officer").select_related("person")
    grant = grants.first()
    return roster.actor_of_person(grant.person, grant.pk) if grant else None


def _written(rows: Sequence[Sequence[str]], encoding: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([HEADS, *rows])
    return out.getvalue().encode(encoding)


def _old_platform(folder: Path) -> str:
    """What an old platform's export looks like: GB 18030, a file that is missing, a program, a word that nobody knows."""
    (folder / "files").mkdir(parents=True, exist_ok=True)
    rows = []
    for number, (title, subject, stage, grade, kind) in enumerate(OLD, start=1):
        name = f"files/{number:03}.txt"
        lines = "\n".join(f"{step}. {title}：第 {step * number} 题，先自己做，再和同桌对。" for step in range(1, 9))
        (folder / name).write_text(f"{title}\n\n{lines}\n", encoding="utf-8")
        words = f"老平台上用得最多的一份：{title}。"
        said = (
            f"R{number:05}",
            title,
            name,
            words,
            subject,
            stage,
            grade,
            kind,
            "CC BY-NC 4.0",
            "县教研室",
            "2019-03-12",
        )
        rows.append(said)
    (folder / "files" / "setup.exe").write_bytes(b"MZ\x90\0" + b"\0" * 200)
    tail = ("CC BY-NC 4.0", "县教研室", "2018-09-01")
    rows += [
        ("R00901", "几何画板安装包", "files/setup.exe", "软件", "数学", "初中", "八年级", "素材", *tail),
        ("R00902", "背影课堂实录", "files/gone.mp4", "录像", "语文", "初中", "八年级", "视频", *tail),
        ("R00903", "奥数竞赛卷", "files/001.txt", "试卷", "奥数", "小学", "六年级", "试题", *tail),
    ]
    (folder / "资源目录.csv").write_bytes(_written(rows, "gb18030"))
    (folder / "补录.csv").write_bytes(_written([rows[0], rows[-1]], "utf-8-sig"))
    return "资源目录.csv"


def _neighbour(unit: Any, officer: Actor) -> None:
    made = services.add_neighbour(
        organization=unit,
        name=NEIGHBOUR,
        url="https://oai.guangyuan.example/oai",
        every=0,
        show="shown",
        by=officer,
    )
    harvest = services.start_harvest(made, by=officer)
    services.proceed_harvest(harvest.pk, ask=_answer)


def _answer(url: str, said: Mapping[str, str]) -> bytes:
    """What the neighbour's repository would say: it is of the demonstration's making, and nobody answers at its address."""
    xml, now = writing.Writer(), timezone.now()
    stamp = protocol.stamp(now - timedelta(days=3))
    with writing.envelope(xml, base=url, now=protocol.stamp(now), arguments=said), xml.inside("ListRecords"):
        for number, (title, subject, stage) in enumerate(THERE, start=1):
            name = f"oai:oai.guangyuan.example:{number}"
            with xml.inside("record"):
                writing.write_header(xml, identifier=name, stamp=stamp, sets=[], gone=False)
                with xml.inside("metadata"):
                    writing.write_dc(xml, _told(number, title, subject, stage))
    return xml.bytes()


def _told(number: int, title: str, subject: str, stage: str) -> writing.Told:
    return writing.Told(
        id=str(number),
        url=f"https://oai.guangyuan.example/r/{number}",
        title=title,
        words=f"广元的老师做的：{title}。",
        language="zh-CN",
        keywords=(),
        kind="document",
        purpose="reading",
        subject="",
        subject_words=subject,
        stage=stage,
        stage_words={"junior": "初中", "primary": "小学"}[stage],
        grade=None,
        licence="cc-by",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        licence_words="",
        rights_holder="广元市教科所",
        author="",
        publisher=NEIGHBOUR,
        source="",
        mime="",
        size=None,
        seconds=None,
        date="2026-09-01",
        mark="",
    )
