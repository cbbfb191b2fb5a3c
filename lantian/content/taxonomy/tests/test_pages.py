"""The pages: anybody looks, an officer keeps; and none costs more with more in it."""

import io
import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lantian.content.taxonomy import queries, services
from lantian.content.taxonomy.enums import LinkKind
from lantian.content.taxonomy.models import Framework, Link, Node
from lantian.content.taxonomy.queries import COUNTERS, NODE_PANELS, Counter, Panel
from lantian.content.taxonomy.tests.shelf import Shelf
from lantian.kernel.rules import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    """An office's roles are asked for one; the demonstration's are not."""
    settings.LANTIAN_DEMO = True


def signed_in(shelf: Shelf, who: str) -> Client:
    client = Client()
    client.force_login(shelf.accounts[who])
    return client


def text(client, url, status=200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return answer.content.decode()


def sent(client, url, **data) -> str:
    """Posts a form that is in order; where it led to."""
    answer = client.post(url, data)
    assert answer.status_code == 302, re.findall(
        r"field-error.*?</p>|form-errors.*?</div>", answer.content.decode(), re.DOTALL
    )
    return str(answer["Location"])


def test_one_walks_from_the_stage_down_to_a_chapter_and_its_points(shelf: Shelf) -> None:
    head = signed_in(shelf, "head")
    page = text(head, "/taxonomy/")
    for words in ("小学", "数学", "甲版", "一年级上册", "认数与计算", "十几减九", "退位减法"):
        assert words in page
    assert "新建目录" not in page
    second = text(head, f"/taxonomy/?book={shelf.book.pk}&volume={shelf.nodes['V2'].pk}")
    assert "两位数加两位数" in second
    assert "十几减九" not in second
    assert "甲版" in text(head, "/taxonomy/?stage=junior&subject=art&book=x&volume=y")
    chapter = text(head, f"/taxonomy/nodes/{shelf.nodes['V1-1-2'].pk}/")
    assert "退位减法" in chapter
    assert "撤销" not in chapter
    point = text(head, f"/taxonomy/nodes/{shelf.nodes['N2'].pk}/")
    for words in ("不进位加法", "两位数加两位数", "<svg", "相关的知识点"):
        assert words in point
    assert "退位减法" in text(head, "/taxonomy/points/maths/")
    assert "数学知识点" in text(head, f"/taxonomy/frameworks/{shelf.points.pk}/")
    text(head, "/taxonomy/points/chinese/", 404)
    text(head, "/taxonomy/coverage/chinese/", 404)
    assert Client().get("/taxonomy/").status_code == 302


def test_lists_are_searched_filtered_and_exported(shelf: Shelf) -> None:
    client = signed_in(shelf, "officer")
    assert "十几减九" in text(client, "/taxonomy/nodes/?q=sjjj&kind=chapter&grade=1&term=1&subject=maths")
    assert "没有符合条件" in text(client, "/taxonomy/nodes/?q=zzz")
    draft = services.begin_revision(shelf.book, valid_from=2024, by=SYSTEM)
    services.publish_framework(draft, by=SYSTEM)
    assert text(client, "/taxonomy/nodes/?q=V1-1-2").count("row-link") == 1
    assert text(client, "/taxonomy/nodes/?q=V1-1-2&version=all").count("row-link") == 2
    page = text(client, "/taxonomy/frameworks/?state=superseded")
    assert "2022–2023" in page
    area = shelf.nodes["N"].pk
    assert "共 3 个" in text(client, f"/taxonomy/points/maths/?area={area}")
    answer = client.get("/taxonomy/points/maths/?export=csv")
    assert "退位减法" in b"".join(answer).decode()


def test_pages_cost_the_same_with_more_in_them(shelf: Shelf) -> None:
    client = signed_in(shelf, "officer")
    urls = (
        "/taxonomy/",
        "/taxonomy/frameworks/",
        "/taxonomy/nodes/",
        "/taxonomy/points/maths/",
        f"/taxonomy/frameworks/{shelf.book.pk}/",
        f"/taxonomy/nodes/{shelf.nodes['V1'].pk}/",
        f"/taxonomy/nodes/{shelf.nodes['N2'].pk}/",
        f"/taxonomy/nodes/{shelf.nodes['V1-1-1'].pk}/move/",
    )

    def costs() -> list[int]:
        found = []
        for url in urls:
            with CaptureQueriesContext(connection) as context:
                text(client, url)
            found.append(len(context))
        return found

    text(client, urls[0])
    before = costs()
    unit = shelf.node("V1-1")
    for number in range(5):
        chapter = services.add_node(shelf.book, kind="chapter", title=f"课{number}", parent=unit, by=SYSTEM)
        point = services.add_node(shelf.points, kind="point", title=f"点{number}", parent=shelf.node("N"), by=SYSTEM)
        services.link_nodes(chapter, point, kind=LinkKind.COVERS, by=SYSTEM)
        services.link_nodes(shelf.nodes["N2"], point, kind=LinkKind.PRECEDES, by=SYSTEM)
    assert costs() == before
    assert max(before) <= 24


def test_an_officer_makes_a_textbook_from_nothing(shelf: Shelf) -> None:
    client = signed_in(shelf, "officer")
    assert "新建目录" in text(client, "/taxonomy/frameworks/")
    wrong = client.post(
        "/taxonomy/frameworks/new/",
        {"kind": "textbook", "subject": "art", "stage": "every", "name": "美术", "valid_from": 2026},
    )
    assert "教材要选一个学段" in wrong.content.decode()
    facts = {"kind": "textbook", "subject": "art", "stage": "primary", "name": "美术甲版", "valid_from": 2026}
    page = sent(client, "/taxonomy/frameworks/new/", **facts)
    assert "还没有内容" in text(client, page)
    assert "还没有内容，不能发布" in client.post(page, {"act": "publish"}, follow=True).content.decode()
    volume = sent(client, f"{page}nodes/new/", kind="volume", title="一年级上册", grade=1, term=1)
    found = Framework.objects.get(name="美术甲版")
    again = client.post(f"{page}nodes/new/", {"kind": "volume", "title": "又一册", "grade": 1, "term": 1})
    assert "这一册已经有了" in again.content.decode()
    top = Node.objects.get(framework=found)
    assert sent(client, f"{page}nodes/new/?parent={top.pk}", kind="unit", title="色彩", code="U1") == volume
    assert (
        "编码里不能有"
        in client.post(
            f"{page}nodes/new/?parent={top.pk}", {"kind": "unit", "title": "线", "code": "a b"}
        ).content.decode()
    )
    sent(client, f"{page}edit/", name="美术乙版", code="art-b", valid_from=2026, valid_to=2030)
    sent(client, page, act="publish")
    assert "美术乙版" in text(signed_in(shelf, "head"), page)
    revised = sent(client, f"{page}revise/", valid_from=2028, name="美术乙版（新）")
    assert "正在修订新版" in text(client, page)
    assert "正在修订新版" not in text(signed_in(shelf, "foreign"), page)
    text(signed_in(shelf, "foreign"), revised, 404)
    assert sent(client, revised, act="discard") == "/taxonomy/frameworks/"
    sent(client, page, act="retire")
    found.refresh_from_db()
    assert found.state == "retired"
    assert "已停用" in text(client, page)


def test_an_officer_moves_renames_merges_splits_retires_and_takes_it_back(shelf: Shelf) -> None:
    client = signed_in(shelf, "researcher")
    chapter, unit = f"/taxonomy/nodes/{shelf.nodes['V1-1-2'].pk}/", f"/taxonomy/nodes/{shelf.nodes['V1-1'].pk}/"
    assert "两位数加减法" in text(client, f"{chapter}move/")
    sent(client, f"{chapter}move/", parent=shelf.nodes["V2-1"].pk, position=1)
    assert [one.code for one in queries.children_of(shelf.node("V2-1"))] == ["V1-1-2", "V2-1-1"]
    sent(client, f"{chapter}edit/", kind="chapter", title="十几减几", code="V1-1-2", words="破十法")
    page = text(client, chapter)
    assert "原来叫“十几减九”" in page
    which = re.search(r'name="which" value="(\d+)"', page)[1]
    sent(client, chapter, act="undo", which=which)
    assert shelf.node("V1-1-2").title == "十几减九"
    assert "不能撤销" in client.post(chapter, {"act": "undo", "which": which}, follow=True).content.decode()
    assert client.post(chapter, {"act": "undo", "which": "999999"}).status_code == 404
    sent(client, f"{unit}merge/", node=shelf.nodes["V2-1"].pk)
    assert "现在在这里" in text(client, unit)
    sent(client, unit, act="restore")
    sent(client, f"{unit}retire/", node="")
    assert "没有接替它的" in text(client, unit)
    sent(client, unit, act="restore")
    wrong = client.post(f"{unit}split/", {"titles": "一个"})
    assert "2 到 20 行" in wrong.content.decode()
    sent(client, f"{unit}split/", titles="认数\n计算")
    history = text(client, f"/taxonomy/frameworks/{shelf.book.pk}/history/")
    assert "认数" in history
    assert "拆分 · " not in history, "the act has a column of its own"
    assert "拆分" in history


def test_an_officer_ties_chapters_and_points(shelf: Shelf) -> None:
    client = signed_in(shelf, "officer")
    chapter, point = f"/taxonomy/nodes/{shelf.nodes['V1-1-1'].pk}/", f"/taxonomy/nodes/{shelf.nodes['N3'].pk}/"
    sent(client, f"{chapter}link/", kind="covers", node=shelf.nodes["N1"].pk)
    sent(client, f"{point}link/", kind="before", node=shelf.nodes["N2"].pk)
    assert [one.code for one in queries.required_for(shelf.node("N3"))] == ["N2"]
    circle = client.post(f"{point}link/", {"kind": "after", "node": shelf.nodes["N1"].pk})
    assert "绕成一个圈" in circle.content.decode()
    link = Link.objects.get(kind=LinkKind.RELATED)
    assert "取消这个关联" in text(client, point)
    sent(client, point, act="unlink", which=link.pk)
    assert not Link.objects.filter(pk=link.pk).exists()
    assert client.post(point, {"act": "unlink", "which": link.pk}).status_code == 404
    text(client, f"/taxonomy/nodes/{shelf.nodes['N'].pk}/link/", 404)
    text(client, f"/taxonomy/frameworks/{shelf.book.pk}/nodes/new/?parent={shelf.nodes['N'].pk}", 404)


def test_a_file_is_looked_at_before_it_changes_anything(shelf: Shelf) -> None:
    client = signed_in(shelf, "officer")
    base = f"/taxonomy/frameworks/{shelf.book.pk}/"
    data = client.get(f"{base}file.csv").content
    changed = data.replace("十几减九".encode(), "十几减几".encode())
    page = sent(client, f"{base}import/", form="csv", file=io.BytesIO(changed))
    preview = text(client, page)
    assert "十几减九 → 十几减几" in preview
    assert shelf.node("V1-1-2").title == "十几减九"
    text(signed_in(shelf, "foreign"), page, 404)
    assert sent(client, page) == base
    assert shelf.node("V1-1-2").title == "十几减几"
    assert "已经导入过" in client.post(page, follow=True).content.decode()
    faulty = sent(client, f"{base}import/", form="csv", file=io.BytesIO("编码,类型,名称\nX1,篇,无\n".encode()))
    assert "没有“篇”这一类" in text(client, faulty)
    assert "还有错误" in client.post(faulty, follow=True).content.decode()
    none = client.post(f"{base}import/", {"form": "case", "file": io.BytesIO(b"{}")})
    assert "CFPackage" in none.content.decode()
    package = client.get(f"{base}case.json")
    assert package["Content-Type"] == "application/json"
    same = sent(client, f"{base}import/", form="case", file=io.BytesIO(package.content))
    assert "和现在的一样" in text(client, same)
    outdated = sent(client, f"{base}import/", form="csv", file=io.BytesIO(data), retires_missing="on")
    services.change_node(shelf.node("V1-2"), title="图形", by=SYSTEM)
    assert "又有改动" in text(client, outdated)


def test_nobody_else_comes_to_the_pages_for_keeping(shelf: Shelf) -> None:
    foreign, head = signed_in(shelf, "foreign"), signed_in(shelf, "head")
    for path in ("edit/", "revise/", "history/", "nodes/new/", "import/"):
        text(foreign, f"/taxonomy/frameworks/{shelf.book.pk}/{path}", 403)
    for path in ("edit/", "move/", "retire/", "merge/", "split/", "link/"):
        text(head, f"/taxonomy/nodes/{shelf.nodes['V1-1'].pk}/{path}", 403)
    text(head, "/taxonomy/frameworks/new/", 403)
    for data in ({"act": "publish"}, {"act": "retire"}):
        assert foreign.post(f"/taxonomy/frameworks/{shelf.book.pk}/", data).status_code == 403
    assert head.post(f"/taxonomy/nodes/{shelf.nodes['V1-1'].pk}/", {"act": "restore"}).status_code == 403


# What apps above add -------------------------------------------------------------------------------------------------------


@pytest.fixture
def counter(shelf: Shelf, monkeypatch):
    """Three slides on an old chapter's node, one film on a point."""
    held = {(shelf.nodes["V1-1-1"].pk, "slides"): 3, (shelf.nodes["N3"].pk, "film"): 1}

    def count(_actor, ids):
        return {key: number for key, number in held.items() if key[0] in set(ids)}

    kinds = (("slides", "课件"), ("film", "微课"))
    monkeypatch.setattr(COUNTERS, "_entries", {"tests": Counter("资源", lambda: kinds, count)})  # and no app's own


def test_points_are_covered_by_what_stands_on_them_and_on_chapters_of_any_version(
    shelf: Shelf, counter, django_assert_num_queries
) -> None:
    draft = services.begin_revision(shelf.book, valid_from=2024, by=SYSTEM)
    services.publish_framework(draft, by=SYSTEM)
    Link.objects.filter(origin=shelf.nodes["V1-1-1"], kind=LinkKind.COVERS).delete()  # only the new chapter covers it
    with django_assert_num_queries(2):
        plain = queries.coverage_of(SYSTEM, shelf.points)
    assert {row.point.code: row.counts for row in plain.rows} == {"N1": (0, 0), "N2": (0, 0), "N3": (0, 1)}
    whole = queries.coverage_of(SYSTEM, shelf.points, through_chapters=True)
    assert {row.point.code: row.counts for row in whole.rows} == {"N1": (0, 0), "N2": (3, 0), "N3": (0, 1)}
    assert [row.point.code for row in whole.gaps] == ["N1"]
    assert [row.point.code for row in whole.lacking(0)] == ["N1", "N3"]
    assert whole.covered == 2
    client = signed_in(shelf, "head")
    page = text(client, "/taxonomy/coverage/maths/")
    assert "3 个知识点里 1 个有内容，还差 2 个" in page
    page = text(client, f"/taxonomy/coverage/maths/?through=chapters&area={shelf.nodes['N'].pk}")
    assert "3 个知识点里 2 个有内容" in page


def test_without_a_counter_the_page_says_that_there_is_nothing_to_count(shelf: Shelf, monkeypatch) -> None:
    monkeypatch.setattr(COUNTERS, "_entries", {})
    assert "还没有可以统计的内容" in text(signed_in(shelf, "head"), "/taxonomy/coverage/maths/")


def test_an_app_above_shows_what_stands_on_a_node_and_on_what_it_replaced(shelf: Shelf, monkeypatch) -> None:
    seen = []

    def panel(_actor, node, ids):
        seen.append((node, ids))
        return Panel("资源", "taxonomy/_list.html", {}) if node.code == "V1-1" else None

    monkeypatch.setitem(NODE_PANELS._entries, "tests", panel)
    draft = services.begin_revision(shelf.book, valid_from=2024, by=SYSTEM)
    services.publish_framework(draft, by=SYSTEM)
    new = Node.objects.get(framework=draft, code="V1-1")
    assert "资源" in text(signed_in(shelf, "head"), f"/taxonomy/nodes/{new.pk}/")
    assert shelf.nodes["V1-1-1"].pk in seen[0][1]


# CASE ----------------------------------------------------------------------------------------------------------------------


def test_software_reads_what_was_published_at_the_standards_addresses(shelf: Shelf) -> None:
    client = Client()

    def read(path: str, status: int = 200):
        answer = client.get(f"/ims/case/v1p0/{path}")
        assert answer.status_code == status, path
        return answer.json()

    draft = services.begin_revision(shelf.book, valid_from=2024, by=SYSTEM)
    listed = client.get("/ims/case/v1p0/CFDocuments?limit=1&offset=1&sort=title&orderBy=desc&fields=identifier,title")
    assert listed["X-Total-Count"] == "2"
    assert set(listed.json()["CFDocuments"][0]) == {"identifier", "title"}
    document = read(f"CFDocuments/{shelf.book.pk}")
    assert document["title"] == "甲版"
    assert document["adoptionStatus"] == "Adopted"
    assert document["subject"] == ["数学"]
    package = read(f"CFPackages/{shelf.book.pk}")
    assert len(package["CFItems"]) == 8
    for one in ("identifier", "uri", "fullStatement", "lastChangeDateTime"):
        assert all(one in item for item in package["CFItems"])
    kinds = [one["associationType"] for one in package["CFAssociations"]]
    assert (kinds.count("isChildOf"), kinds.count("isRelatedTo"), kinds.count("replacedBy")) == (8, 3, 0)
    for one in package["CFAssociations"]:
        same = read(f"CFAssociations/{one['identifier']}")
        assert same["originNodeURI"] == one["originNodeURI"]
        assert same["destinationNodeURI"] == one["destinationNodeURI"]
    item = read(f"CFItems/{shelf.nodes['V1'].pk}")
    assert (item["CFItemType"], item["educationLevel"], item["alternativeLabel"]) == ("Volume", ["01"], "上册")
    around = read(f"CFItemAssociations/{shelf.nodes['N2'].pk}")
    assert {one["associationType"] for one in around["CFAssociations"]} == {"isChildOf", "isRelatedTo", "precedes"}
    for path in (f"CFDocuments/{draft.pk}", f"CFPackages/{draft.pk}", f"CFItems/{draft.pk}", "CFAssociations/x"):
        assert read(path, 404)["imsx_codeMajor"] == "failure"
    hidden = Node.objects.filter(framework=draft)[0]
    read(f"CFItems/{hidden.pk}", 404)
    for wrong in ("limit=0", "limit=x", "sort=no", "orderBy=up"):
        read(f"CFDocuments?{wrong}", 400)
    assert client.post("/ims/case/v1p0/CFDocuments").status_code == 405
    services.publish_framework(draft, by=SYSTEM)
    kinds = [one["associationType"] for one in read(f"CFPackages/{shelf.book.pk}")["CFAssociations"]]
    assert kinds.count("replacedBy") == 8


def test_a_package_that_was_read_over_the_interface_builds_the_same_framework_elsewhere(shelf: Shelf) -> None:
    package = Client().get(f"/ims/case/v1p0/CFPackages/{shelf.points.pk}").json()
    before = [(row.code, row.title, row.parent, row.requires, row.related) for row in queries.rows_of(shelf.points)]
    fresh = {
        one["identifier"]: f"00000000-0000-4000-8000-{number:012}" for number, one in enumerate(package["CFItems"])
    }
    data = json.dumps(package)
    for old, new in fresh.items():
        data = data.replace(old, new)
    facts = {"kind": "points", "subject": "maths", "name": "另一套", "valid_from": 2026}
    other = services.create_framework(organization=shelf.county, by=SYSTEM, **facts)
    upload = services.read_upload(other, data.encode(), form="case", title="x.json", by=SYSTEM)
    assert upload.faults == []
    services.apply_upload(upload, by=SYSTEM)
    after = [(row.code, row.title, row.parent, row.requires, row.related) for row in queries.rows_of(other)]
    related = {frozenset((row[0], one)) for row in before for one in row[4]}
    assert {frozenset((row[0], one)) for row in after for one in row[4]} == related
    assert [row[:4] for row in after] == [row[:4] for row in before]
