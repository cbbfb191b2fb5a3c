"""Courses from other platforms: what is in one, what comes out of it, twice, newer, cut, too much, and for whom."""

import io
import zipfile

import pytest
from django.test import Client

from lantian.content.interactive import services as interactive
from lantian.content.packs.models import Pack, PackItem
from lantian.content.packs.queries import lines_of
from lantian.content.packs.rules import may_gather
from lantian.content.resources.models import Resource
from lantian.content.resources.services import storing
from lantian.content.resources.tests import files
from lantian.content.resources.tests.shelf import Shelf
from lantian.content.sharing import queries, services
from lantian.content.sharing.errors import NotReady
from lantian.content.sharing.models import Cartridge, CartridgePart
from lantian.content.sharing.rules import may_open_cartridge, may_view_cartridge
from lantian.content.sharing.services import cartridges
from lantian.content.sharing.tests import courses
from lantian.kernel.rules import Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.roster.tests.factories import with_account

pytestmark = pytest.mark.django_db
SAID = {"reach": "private", "audience": "all"}
FOR_ALL = {
    "reach": "public", "audience": "all", "licence": "cc-by-sa", "rights_holder": "剑门中学", "subject": "maths",
    "stage": "junior", "purpose": "courseware", "words": "整套课程",
}  # fmt: skip


def opened(shelf: Shelf, data: bytes, who: str = "teacher") -> Cartridge:
    made = shelf.make(who, data, "课程.imscc", reach="private")
    found = services.open_cartridge(shelf.version(made), by=shelf.acting(who))
    services.proceed_cartridge(found.pk)
    found.refresh_from_db()
    return found


def taken(shelf: Shelf, data: bytes, who: str = "teacher", **said: object) -> Cartridge:
    found = opened(shelf, data, who)
    assert found.state == "mapping", found.fault
    return gone_on(shelf, found, who, **said)


def gone_on(shelf: Shelf, found: Cartridge, who: str = "teacher", hand_in: bool = True, **said: object) -> Cartridge:
    lines = set(found.parts.values_list("line", flat=True))
    services.start_cartridge(found, usual=SAID | said, wanted=lines, hand_in=hand_in, by=shelf.acting(who))
    services.proceed_cartridge(found.pk)
    found.refresh_from_db()
    assert found.state == "done", found.fault
    return found


def became(found: Cartridge) -> dict[str, tuple[str, str]]:
    return {part.title: (part.kind, part.state) for part in found.parts.all()}


def package(made: Resource) -> zipfile.ZipFile:
    version = made.versions.order_by("-number").first()
    assert version is not None
    return zipfile.ZipFile(io.BytesIO(storing.path_of(str(version.blob_id)).read_bytes()))


def test_what_is_in_a_cartridge_is_seen_before_anything_is_imported(shelf: Shelf) -> None:
    found = opened(shelf, courses.course())
    assert (found.state, found.standard, found.title, found.course) == ("mapping", "1.3", "一次函数课程", "c1")
    assert found.facts == {
        "words": "从描点到解析式", "keywords": "数学", "language": "zh-CN", "licence": "cc-by-sa",
        "rights_holder": "剑门中学", "stage": "junior", "subject": "maths",
    }  # fmt: skip
    assert became(found) == {
        "描点画图": ("pages", "waiting"),
        "讲义": ("file", "waiting"),
        "网上工具": ("link", "waiting"),
        "小测": ("assessment", "kept"),
        "讨论": ("discussion", "kept"),
        "几何画板": ("lti", "kept"),
        "教案": ("file", "waiting"),
        "丢了的": ("missing", "refused"),
        "求解析式": ("pages", "waiting"),
        "图 1.png": ("inside", "inside"),
        "task.html": ("assignment", "kept"),
        "canvas_export.txt": ("associated", "kept"),
    }
    assert Resource.objects.count() == 1, "the cartridge itself"
    assert found.parts.get(title="教案").path == ["第二单元", "练习"]


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_older_cartridges_are_read_too(shelf: Shelf, version: str) -> None:
    said = courses.RESOURCES.replace("v1p3", "v" + version.replace(".", "p"))
    found = opened(shelf, courses.course(version, resources=said))
    assert found.standard == version
    assert became(found)["网上工具"] == ("link", "waiting")
    assert became(found)["小测"] == ("assessment", "kept")


def test_things_become_resources_in_a_pack_and_what_is_not_taken_is_said(shelf: Shelf) -> None:
    found = taken(shelf, courses.course())
    results = {str(state): n for state, n in queries.results_in(found)}
    assert results == {"imported": 5, "inside": 1, "kept": 5, "refused": 1}
    made = {one.title: one for one in Resource.objects.exclude(pk=found.version.resource_id)}
    assert {title: one.kind for title, one in made.items()} == {
        "描点画图": "interactive", "讲义": "document", "网上工具": "link", "教案": "document", "求解析式": "interactive",
    }  # fmt: skip
    assert {one.state for one in made.values()} == {"published"}, "for oneself alone nobody has to look"
    assert {one.author_id for one in made.values()} == {shelf.teacher.pk}
    assert (made["教案"].purpose, made["教案"].audience) == ("lesson_plan", "staff")
    assert made["教案"].source == "一次函数课程 › 第二单元 › 练习"
    assert made["网上工具"].current.url == "https://example.cn/geogebra"
    pack = Pack.objects.get()
    assert (pack.title, pack.owner_id, pack.reach, found.packs) == (
        "一次函数课程", shelf.teacher.pk, "private", [str(pack.pk)],
    )  # fmt: skip
    shown = lines_of([pack], shelf.acting("teacher"))[pack.pk]
    assert [line.title for line in shown] == ["描点画图", "讲义", "网上工具", "教案"]
    assert shown[3].item.note == "第二单元 › 练习"
    assert found.parts.get(title="描点画图").why == "网页里有 2 处链接指向课程里别的地方，已经不能点"
    _page_shows_its_pictures_and_leads_nowhere_else(made["描点画图"])


def _page_shows_its_pictures_and_leads_nowhere_else(made: Resource) -> None:
    archive = package(made)
    assert archive.namelist() == ["index.html", "files/web_resources/图 1.png"]
    page = archive.read("index.html").decode()
    assert 'src="files/web_resources/%E5%9B%BE%201.png"' in page
    assert '<meta charset="utf-8">' in page
    assert page.count('href="#"') == 2
    assert 'href="https://example.cn/more"' in page
    assert "$" not in page
    version = made.current
    interactive.ask_package(version.blob_id, version.blob.kind)
    unpacked = interactive.unpack(version.blob_id)
    assert unpacked is not None
    assert (unpacked.state, unpacked.start) == ("ready", "index.html")


def test_addresses_of_other_platforms_and_styles_are_written_anew(shelf: Shelf) -> None:
    page = (
        "<p style=\"background:url('$IMS-CC-FILEBASE$../pix/a.png')\"><img src='%24IMS-CC-FILEBASE%24/b.png'>"
        '<link href="../s.css#x" rel="stylesheet"><img src=../pix/none.png><a href="mailto:a@b.cn">信</a></p>'
    )
    more = {
        "pix/a.png": files.picture(), "b.png": files.picture(shade=1), "pix/bg.png": files.picture(shade=2),
        "s.css": "p { background: url(pix/bg.png) }",
    }  # fmt: skip
    found = taken(shelf, courses.small(("one/页.html", page), more=more))
    archive = package(Resource.objects.get(title="页.html"))
    assert archive.namelist() == ["index.html", "files/b.png", "files/pix/a.png", "files/pix/bg.png", "files/s.css"]
    written = archive.read("index.html").decode()
    assert written.startswith("<!doctype html><meta")
    for words in ("url(files/pix/a.png)", 'src="files/b.png"', 'href="files/s.css#x"', "mailto:a@b.cn", 'src="#"'):
        assert words in written, words
    assert archive.read("files/s.css") == b"p { background: url(pix/bg.png) }"
    assert "1 处链接" in found.parts.get(line=0).why


def test_twice_is_nothing_twice(shelf: Shelf) -> None:
    data = courses.course()
    first = taken(shelf, data)
    before = Resource.objects.count()
    second = taken(shelf, data)
    assert {str(state): n for state, n in queries.results_in(second)}["same"] == 5
    assert Resource.objects.count() == before + 1, "the second cartridge alone"
    assert (Pack.objects.count(), PackItem.objects.count()) == (1, 4)
    assert second.packs == first.packs
    _a_newer_export_makes_new_versions_and_what_is_new_comes_to_the_packs_end(shelf)


def _a_newer_export_makes_new_versions_and_what_is_new_comes_to_the_packs_end(shelf: Shelf) -> None:
    tree = courses.TREE.replace("<title>描点画图</title></item>", "<title>描点画图</title></item>"
                                '<item identifier="i9" identifierref="next"><title>求解析式</title></item>')  # fmt: skip
    newer = taken(
        shelf,
        courses.course(tree=tree, more={"web_resources/Uploaded Media/notes.txt": "另一版讲义，从描点讲到解析式。"}),
    )
    assert became(newer)["讲义"] == ("file", "changed")
    paper = Resource.objects.get(title="讲义")
    assert (paper.current.number, paper.current.changes) == (2, "从“一次函数课程”再次导入")
    pack = Pack.objects.get()
    assert [line.title for line in lines_of([pack], shelf.acting("teacher"))[pack.pk]][-1] == "求解析式"


def test_for_others_it_goes_the_way_of_every_resource(shelf: Shelf) -> None:
    found = taken(shelf, courses.course(), **FOR_ALL)
    paper = Resource.objects.get(title="讲义")
    version = shelf.version(paper)
    assert (paper.state, version.state, version.licence, version.rights_holder) == (
        "draft", "review", "cc-by-sa", "剑门中学",
    )  # fmt: skip
    pack = Pack.objects.get()
    assert {line.gone for line in lines_of([pack], shelf.acting("teacher"))[pack.pk]} == {"还没有发布，别人看不到"}
    Pack.objects.update(reach="public")
    pack.refresh_from_db()
    assert lines_of([pack], shelf.acting("colleague"))[pack.pk] == []
    shelf.decide(version, "head")
    shelf.decide(version, "officer")
    assert [line.title for line in lines_of([pack], shelf.acting("colleague"))[pack.pk]] == ["讲义"]
    assert found.parts.get(title="讲义").why == ""


def test_what_lacks_something_stays_a_draft_and_says_why(shelf: Shelf) -> None:
    found = taken(shelf, courses.small(("a.html", "<p>a</p>")), **FOR_ALL | {"purpose": "", "stage": ""})
    part = found.parts.get()
    assert (part.state, part.why) == ("imported", "留作草稿：请选择它是什么，如教案、课件")
    drafts = taken(shelf, courses.small(("b.html", "<p>b</p>"), course="c3"), hand_in=False, **FOR_ALL)
    assert shelf.version(drafts.parts.get().resource).state == "draft"


def test_only_what_was_chosen_comes_and_the_rest_may_come_later(shelf: Shelf) -> None:
    found = opened(shelf, courses.course())
    line = found.parts.get(title="讲义").line
    services.start_cartridge(found, usual=SAID, wanted={line}, hand_in=True, by=shelf.acting("teacher"))
    with pytest.raises(NotReady):
        services.start_cartridge(found, usual=SAID, wanted={line}, hand_in=True, by=shelf.acting("teacher"))
    services.proceed_cartridge(found.pk)
    assert became(found)["描点画图"] == ("pages", "left")
    assert became(found)["讲义"] == ("file", "imported")
    found.refresh_from_db()
    gone_on(shelf, found)
    assert became(found)["描点画图"] == ("pages", "imported")


def test_a_unit_keeps_no_more_than_it_may(shelf: Shelf, settings) -> None:
    found = opened(shelf, courses.course())
    settings.LANTIAN_RESOURCES_UNIT_BYTES = found.version.blob.size + 100
    found = gone_on(shelf, found)
    paper = found.parts.get(title="讲义")
    assert (paper.state, "空间用完了" in paper.why) == ("refused", True)
    assert became(found)["网上工具"] == ("link", "imported"), "an address takes no room"
    settings.LANTIAN_RESOURCES_UNIT_BYTES = 1 << 30
    gone_on(shelf, found)
    assert became(found)["讲义"] == ("file", "imported")


def test_a_worker_that_dies_is_followed_by_one_that_goes_on(shelf: Shelf, monkeypatch) -> None:
    found = opened(shelf, courses.course())
    lines = set(found.parts.values_list("line", flat=True))
    services.start_cartridge(found, usual=SAID, wanted=lines, hand_in=True, by=shelf.acting("teacher"))
    really, turns = cartridges._hand_in, []

    class Killed(BaseException):
        pass

    def dying(*args):
        turns.append(1)
        if len(turns) == 2:
            raise Killed  # in the middle of a part: what was made of it is in no committed transaction
        return really(*args)

    monkeypatch.setattr(cartridges, "_hand_in", dying)
    with pytest.raises(Killed):
        services.proceed_cartridge(found.pk)
    assert found.parts.filter(state="imported").count() == 1
    assert services.resume_cartridges() == 1
    services.proceed_cartridge(found.pk)
    assert {str(state): n for state, n in queries.results_in(found)}["imported"] == 5
    assert Resource.objects.count() == 6
    assert not list((storing.root() / "uploads").iterdir()), "no files are left behind"


def test_a_broken_part_stops_no_other(shelf: Shelf) -> None:
    data = bytearray(courses.small(("a.html", "<p>a</p>"), ("b.html", "<p>bbbbbbbb</p>"), ("c.html", "<p>c</p>")))
    info = zipfile.ZipFile(io.BytesIO(bytes(data))).getinfo("b.html")
    data[info.header_offset + 30 + len("b.html") + 3] ^= 0xFF
    found = opened(shelf, bytes(data))
    gone_on(shelf, found)
    assert [part.state for part in found.parts.order_by("line")] == ["imported", "refused", "imported"]
    assert "已经损坏" in found.parts.get(line=1).why


def test_stopped_it_keeps_what_came_and_is_gone_on_with(shelf: Shelf, monkeypatch) -> None:
    monkeypatch.setattr(cartridges, "BATCH", 1)
    found, by = opened(shelf, courses.small(("a.html", "<p>a</p>"), ("b.html", "<p>b</p>"))), shelf.acting("teacher")
    services.start_cartridge(found, usual=SAID, wanted={0, 1}, hand_in=True, by=by)
    really = cartridges._settle

    def stopping(*args):
        really(*args)
        services.cancel_cartridge(found, by=by)

    monkeypatch.setattr(cartridges, "_settle", stopping)
    services.proceed_cartridge(found.pk)
    found.refresh_from_db()
    assert (found.state, [part.state for part in found.parts.order_by("line")]) == (
        "cancelled",
        ["imported", "waiting"],
    )
    monkeypatch.setattr(cartridges, "_settle", really)
    gone_on(shelf, found)
    assert [part.state for part in found.parts.order_by("line")] == ["imported", "imported"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: files.packed({"imsmanifest.xml": "<manifest", "a.html": "x"}), "imsmanifest.xml"),
        (
            lambda: files.packed(
                {"imsmanifest.xml": '<!DOCTYPE m [<!ENTITY a "aaaa">]><manifest>&a;</manifest>', "a": "x"}
            ),
            "imsmanifest.xml",
        ),
        (lambda: courses.course(more={"../out.txt": "x"}), "外面"),
        (lambda: courses.course(more={"run.exe": b"MZ"}), "程序"),
        (lambda: courses.course(more={"zeros.txt": b"\0" * (70 << 20)}), "大得不正常"),
        (files.locked_zip, "密码"),
    ],
)
def test_broken_and_hostile_cartridges_are_refused_in_words(shelf: Shelf, make, words: str) -> None:
    upload = shelf.send(make(), "课程.imscc")
    assert upload.state == "refused"
    assert words in upload.why


def test_a_cartridge_that_wants_a_key_or_has_too_much_says_so(shelf: Shelf) -> None:
    key = courses.LOM + '<authorizations access="cartridge" import="true"/>'
    locked = opened(shelf, courses.course(lom=key))
    assert (locked.state, "授权码" in locked.fault) == ("failed", True)
    with pytest.raises(NotReady):
        services.start_cartridge(locked, usual=SAID, wanted={0}, hand_in=True, by=shelf.acting("teacher"))
    many = "".join(f'<item identifier="x{n}" identifierref="n{n}"/>' for n in range(3001))
    full = opened(shelf, courses.course(tree=f'<organization identifier="o">{many}</organization>'))
    assert (full.state, "分成几个" in full.fault) == ("failed", True)


def test_a_scorm_package_stays_one(shelf: Shelf) -> None:
    upload = shelf.send(files.scorm(), "互动.zip")
    assert upload.blob is not None
    assert upload.blob.kind == "application/x.scorm"


def test_only_who_sent_it_opens_it(shelf: Shelf) -> None:
    made = shelf.make("teacher", courses.small(("a.html", "<p>a</p>")), "课程.imscc", reach="private")
    version = shelf.version(made)
    assert_allowed(may_open_cartridge, shelf.acting("teacher"), version)
    for who in ("colleague", "head", "pupil", "officer"):
        assert_refused(may_open_cartridge, shelf.acting(who), version)
    assert_refused(may_open_cartridge, shelf.acting("teacher"), shelf.version(shelf.make()))
    with pytest.raises(Denied):
        services.open_cartridge(version, by=shelf.acting("colleague"))
    found = services.open_cartridge(version, by=shelf.acting("teacher"))
    assert_allowed(may_view_cartridge, shelf.acting("teacher"), found)
    assert_refused(may_view_cartridge, shelf.acting("head"), found)
    assert_allowed(may_gather, shelf.acting("teacher"), made)
    assert_refused(may_gather, shelf.acting("colleague"), made)
    with pytest.raises(Denied):
        services.cancel_cartridge(found, by=shelf.acting("head"))


def test_who_has_left_imports_no_more(shelf: Shelf) -> None:
    found = opened(shelf, courses.small(("a.html", "<p>a</p>")))
    services.start_cartridge(found, usual=SAID, wanted={0}, hand_in=True, by=shelf.acting("teacher"))
    shelf.teacher.memberships.all().delete()
    services.proceed_cartridge(found.pk)
    found.refresh_from_db()
    assert (found.state, found.fault) == ("failed", "开始导入的人已经没有这项权限")


def test_a_teacher_takes_a_course_apart_by_the_pages(shelf: Shelf) -> None:
    client, other = Client(), Client()
    client.force_login(with_account(shelf.teacher))
    other.force_login(with_account(shelf.colleague))
    upload = shelf.send(courses.course(), "课程.imscc")
    page = client.post("/resources/new/", {"upload": str(upload.pk)}).headers["Location"]
    found = Cartridge.objects.get()
    assert client.post(f"/sharing/cartridges/open/{found.version_id}/").headers["Location"] == page
    assert other.post(f"/sharing/cartridges/open/{found.version_id}/").status_code == 404
    assert page == f"/sharing/cartridges/{found.pk}/"
    assert "正在看里面有什么" in client.get(page).content.decode()
    assert other.get(page).status_code == 404
    services.proceed_cartridge(found.pk)
    shown = client.get(page).content.decode()
    for words in (
        "第二单元",
        "描点画图",
        "外部工具（LTI）",
        "还不能导入",
        'value="cc-by-sa" selected',
        "目录里没有列的",
    ):
        assert words in shown, words
    lines = [str(n) for n in CartridgePart.objects.filter(state="waiting").values_list("line", flat=True)]
    said = {"reach": "school", "audience": "all", "then": "submit", "take": lines, "act": "start"}
    assert "给别人用的要填" in client.post(f"{page}act/", said).content.decode()
    said |= {"licence": "cc-by-sa", "rights_holder": "剑门中学", "subject": "maths", "stage": "junior"}
    said |= {"purpose": "courseware", "words": "整套"}
    assert client.post(f"{page}act/", said).status_code == 302
    assert "正在导入" in client.get(page).content.decode()
    services.proceed_cartridge(found.pk)
    shown = client.get(page).content.decode()
    assert "导入完了" in shown
    assert "一次函数课程" in shown
    assert "讲义" in client.get(f"{page}parts/?state=imported").content.decode()
    assert "没有这个文件" in client.get(f"{page}parts/?state=refused").content.decode()
    mine = client.get(f"/resources/{found.version.resource_id}/").content.decode()
    assert f'href="{page}"' in mine
