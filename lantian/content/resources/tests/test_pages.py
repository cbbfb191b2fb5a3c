"""The pages of resources: finding, looking, sending, saying what it is, handing in; and what strangers get of a file."""

import contextlib
import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lantian.content.resources import queries, services
from lantian.content.resources.models import Blob, Resource
from lantian.content.resources.services import Brought, storing
from lantian.content.resources.tests import files
from lantian.content.resources.tests.shelf import FACTS
from lantian.content.taxonomy import services as taxonomy
from lantian.kernel.errors import Refusal
from lantian.kernel.rules import SYSTEM, Denied
from lantian.people.roster.tests.factories import acting_as

pytestmark = pytest.mark.django_db


def text(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


FORM = {
    "title": "一次函数",
    "purpose": "courseware",
    "subject": "maths",
    "stage": "junior",
    "grade": "8",
    "words": "从描点开始讲",
    "keywords": "直线 斜率",
    "language": "zh-CN",
    "reach": "public",
    "audience": "all",
    "licence": "cc-by",
    "rights_holder": "双板小学",
    "source": "",
    "edition": "1",
    "upload": "",
}


def test_a_teacher_says_what_it_is_keeps_a_draft_and_hands_it_in(shelf, as_):
    client = as_("teacher")
    upload = shelf.send(files.pdf(), "函数.pdf")
    assert "做成资源" in text(client, "/resources/mine/")
    answer = client.post("/resources/new/", {"upload": str(upload.pk)})
    version = Resource.objects.get().versions.get()
    edit = f"/resources/versions/{version.pk}/edit/"
    assert answer.headers["Location"] == edit
    assert "函数.pdf" in text(client, edit)
    wrong = client.post(edit, FORM | {"title": "", "licence": ""})
    assert wrong.context["form"].errors["title"]
    missing = client.post(edit, FORM | {"licence": "", "act": "submit"})
    assert missing.context["form"].errors["licence"]
    assert Resource.objects.get().title == "一次函数", "what was written is kept"
    assert 'name="edition" value="2"' in missing.content.decode()
    stale = client.post(edit, FORM)
    assert "有人改过" in str(stale.context["form"].errors)
    assert 'name="edition" value="2"' in stale.content.decode()
    assert client.post(edit, FORM | {"edition": "2"}).headers["Location"] == edit
    done = client.post(edit, FORM | {"edition": "3", "act": "submit"})
    page = f"/resources/{version.resource_id}/"
    assert done.headers["Location"] == page
    assert "正在审核" in text(client, page)
    assert "审核中" in text(client, "/resources/mine/")
    assert client.get(edit).status_code == 403
    assert as_("colleague").get(page).status_code == 404
    head = as_("head")
    assert "第 1 版" in text(head, f"/resources/versions/{version.pk}/")
    client.post(f"/resources/versions/{version.pk}/act/", {"act": "back"})
    version.refresh_from_db()
    assert version.state == "draft"
    client.post(f"/resources/versions/{version.pk}/act/", {"act": "discard"})
    assert not Resource.objects.exists()


def test_a_link_and_what_lies_unused(shelf, as_):
    client = as_("teacher")
    assert client.post("/resources/new/", {"title": "x", "url": "javascript:alert(1)"}).context["form"].errors["url"]
    client.post("/resources/new/", {"title": "国家平台", "url": "https://basic.smartedu.cn/"})
    version = Resource.objects.get().versions.get()
    page = text(client, f"/resources/versions/{version.pk}/")
    assert 'href="https://basic.smartedu.cn/" rel="noopener noreferrer nofollow"' in page
    refused = shelf.send(b"MZ\x90\0" + b"\0" * 99, "a.exe")
    assert "程序不能上传" in text(client, "/resources/new/")
    again = client.post("/resources/new/", {"upload": str(refused.pk)}, headers={"X-Requested-With": "fetch"})
    assert again.status_code == 409
    assert as_("pupil").get("/resources/new/").status_code == 403


def test_everybody_finds_it_by_words_and_facets_and_takes_it_away(shelf, as_):
    made = shelf.publish(data=files.picture(), name="图象.png", keywords="直线")
    hidden = shelf.publish("colleague", reach="school", title="只给本校")
    stranger = Client()
    for query, there in (
        ("", True),
        ("?q=函数", True),
        ("?q=双板", True),
        ("?q=直线", True),
        ("?q=诗词", False),
        ("?subject=maths&stage=junior&grade=8&kind=image", True),
        ("?grade=7", False),
        ("?mark=marked", False),
        ("?sort=-downloads&page=9", True),
        ("?sort=score", True),
    ):
        page = text(stranger, f"/resources/{query}")
        assert ("一次函数" in page) is there, query
        assert "只给本校" not in page
    assert "只给本校" in text(as_("pupil"), "/resources/")
    assert stranger.get(f"/resources/{hidden.pk}/").status_code == 404
    assert stranger.get(f"/resources/versions/{hidden.current_id}/file/").status_code == 404
    assert stranger.get("/resources/?export=csv").status_code == 200
    page = text(stranger, f"/resources/{made.pk}/")
    facts = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1])
    assert (facts["name"], facts["license"], facts["educationalLevel"]) == (
        "一次函数",
        "https://creativecommons.org/licenses/by/4.0/",
        "8",
    )
    shown = stranger.get(f"/resources/versions/{made.current_id}/file/")
    assert (shown.headers["Content-Type"], "attachment" in shown.get("Content-Disposition", "")) == ("image/png", False)
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    taken = stranger.get(f"/resources/versions/{made.current_id}/file/?take=1")
    assert "attachment" in taken.headers["Content-Disposition"]
    made.refresh_from_db()
    assert made.downloads == 1
    front = stranger.get(
        f"/resources/versions/{made.current_id}/file/", headers={"X-Sendfile-Type": "X-Accel-Redirect"}
    )
    assert front.headers["X-Accel-Redirect"].endswith(made.current.blob_id)
    assert front.headers["X-Accel-Redirect"].startswith("/.resources/blobs/")
    Blob.objects.update(scan="infected")
    assert stranger.get(f"/resources/versions/{made.current_id}/file/").status_code == 404
    Blob.objects.update(scan="clean")
    storing.path_of(made.current.blob_id).unlink()
    assert stranger.get(f"/resources/versions/{made.current_id}/file/").status_code == 404


def test_what_could_run_is_only_taken_away_and_words_of_others_end_no_script(shelf):
    made = shelf.publish(data=files.pages(), name="a.zip", title="</script><script>alert(1)</script>")
    stranger = Client()
    page = text(stranger, f"/resources/{made.pk}/")
    assert "<script>alert(1)" not in page
    answer = stranger.get(f"/resources/versions/{made.current_id}/file/")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("name", "data", "mark"),
    [
        ("a.pdf", files.pdf(), "reader-config"),
        ("a.png", files.picture(), "resource-image"),
        ("a.mp4", files.film(), "resource-film"),
        ("a.wav", files.sound(), "resource-sound"),
        ("a.txt", "春眠不觉晓<b>".encode() * 9, "春眠不觉晓&lt;b&gt;"),
        ("a.docx", files.docx(), "不能在网页里看"),
        ("a.zip", files.packed({"a.txt": "x"}), "不能在网页里看"),
    ],
)
def test_each_kind_is_shown_its_way(shelf, as_, name, data, mark):
    made = services.create_resource(upload=shelf.send(data, name), by=shelf.acting("teacher"))
    assert mark in text(as_("teacher"), f"/resources/{made.pk}/")


def test_it_is_used_from_its_page(shelf, as_):
    made = shelf.publish()
    page, act = f"/resources/{made.pk}/", f"/resources/{made.pk}/act/"
    far = as_("far")
    for form in (
        {"act": "keep"},
        {"act": "rate", "stars": "5", "words": "好用"},
        {"act": "rate", "stars": "x"},
        {"act": "report", "kind": "wrong", "words": "第二页"},
        {"act": "withdraw", "words": "不是我的"},
        {"act": "mark", "mark": "自封"},
        {"act": "nonsense"},
    ):
        assert far.post(act, form).headers["Location"] == page
    made.refresh_from_db()
    assert (made.rated, made.favourites.count(), made.state, made.mark) == (1, 1, "published", "")
    assert "好用" in text(far, page)
    assert "不再收藏" in text(far, page)
    far.post(act, {"act": "drop"})
    author = as_("teacher")
    assert "第二页" in text(author, page)
    fault = made.faults.get()
    assert far.post(f"/resources/faults/{fault.pk}/act/", {"act": "mended"}).status_code == 403
    author.post(f"/resources/faults/{fault.pk}/act/", {"act": "open"})
    author.post(f"/resources/faults/{fault.pk}/act/", {"act": "mended", "words": "改了"})
    assert "第二页" not in text(author, page)
    officer = as_("officer")
    officer.post(act, {"act": "mark", "mark": "县优质课"})
    assert "县优质课" in text(Client(), "/resources/?mark=marked")
    answer = author.post(act, {"act": "version"})
    assert answer.headers["Location"] == f"/resources/versions/{made.versions.get(number=2).pk}/edit/"
    assert "这一版的改动" in text(author, answer.headers["Location"])
    officer.post(act, {"act": "withdraw", "words": "图有版权"})
    assert Client().get(page).status_code == 404
    assert "图有版权" in text(author, page)


def test_pages_cost_the_same_whatever_is_in_them(shelf, as_):
    made = shelf.publish()

    def cost(url):
        with CaptureQueriesContext(connection) as seen:
            text(Client(), url)
        return len(seen)

    one, few = cost(f"/resources/{made.pk}/"), cost("/resources/")
    for n in range(5):
        more = Resource.objects.get(pk=made.pk)
        version, blob = more.current, more.current.blob
        more.pk = version.pk = None
        more._state.adding = version._state.adding = True
        more.id, version.id, more.current, more.state = Resource().pk, type(version)().pk, None, "draft"
        more.save()
        version.resource, version.blob = more, blob
        version.save()
        more.current, more.state, more.title = version, "published", f"资源{n}"
        more.save()
        services.rate_resource(made, stars=5, words="好", by=acting_as((shelf.far, shelf.colleague)[n % 2]))
    assert Resource.objects.count() == 6
    assert cost("/resources/") == few <= 4
    assert cost(f"/resources/{made.pk}/") == one <= 10


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("-downloads", [f"R{n:02}" for n in reversed(range(23))]),
        ("title", [f"R{n:02}" for n in range(23)]),
        ("-score", [f"R{n:02}" for n in (*range(4, 23, 5), *range(3, 23, 5), *range(2, 23, 5), *range(1, 23, 5))]),
    ],
)
def test_a_list_in_any_order_reads_of_those_on_its_page_alone_what_they_are_shown_by(
    shelf, as_, sort: str, expected: list[str]
) -> None:
    items = [Brought(facts=FACTS | {"title": f"R{n:02}"}, url=f"https://example.cn/{n}") for n in range(23)]
    services.bring_resources(items, organization=shelf.county, origin="测试", by=SYSTEM)
    for made in Resource.objects.all():
        number = int(made.title[1:])
        said = {"downloads": 10 * number, "rated": 1 if number % 5 else 0, "stars": number % 5}
        Resource.objects.filter(pk=made.pk).update(**said)
    with CaptureQueriesContext(connection) as asked:
        pages = [as_("teacher").get(f"/resources/?sort={sort}&page={page}").context["page"].objects for page in (1, 2)]
    if sort == "-score":  # those that nobody rated stand at one end, the rest in the order of their ids among equals
        shown = [row for rows in pages for row in rows]
        means = [row.score for row in shown if row.score is not None]
        assert means == sorted(means, reverse=True)
        assert {row.title for row in shown if row.score is not None} == set(expected)
    else:
        assert [row.title for rows in pages for row in rows] == expected
    lists = [one["sql"] for one in asked if "beginning" in one["sql"]]
    assert [sql.count("LIMIT 20") for sql in lists] == [1, 1]
    assert all(sql.index("LIMIT 20") > sql.index(" IN (SELECT ") for sql in lists), "which are shown is found first"
    counted = [one["sql"] for one in asked if "COUNT(*)" in one["sql"] and 'FROM "resources_resource"' in one["sql"]]
    assert counted
    assert not any("resources_blob" in sql for sql in counted)


def test_an_office_document_is_shown_as_the_pdf_that_a_converter_makes_of_it(shelf, as_, monkeypatch, tmp_path):
    made, asked = tmp_path / "made.pdf", []

    @contextlib.contextmanager
    def as_pdf(path, kind):
        asked.append(kind)
        if made.stat().st_size < 9:
            raise Refusal
        yield made

    client = as_("teacher")
    resource = services.create_resource(upload=shelf.send(files.docx(), "a.docx"), by=shelf.acting("teacher"))
    page = f"/resources/{resource.pk}/"
    blob = shelf.version(resource).blob
    assert services.make_preview(blob.pk) is None, "there is no converter"
    monkeypatch.setitem(queries.CONVERTERS._entries, "fake", queries.Converter(lambda: True, as_pdf))
    assert "正在做预览" in text(client, page)
    assert services.ask_missing_previews() == 1
    made.write_bytes(files.pdf(pages=2))
    assert services.make_preview(blob.pk).facts["pages"] == 2
    assert services.make_preview(blob.pk) is None, "once"
    assert services.ask_missing_previews() == 0
    assert "reader-config" in text(client, page)
    shown = client.get(f"/resources/versions/{shelf.version(resource).pk}/preview/")
    assert shown.headers["Content-Type"] == "application/pdf"
    assert services.sweep_blobs(older=timedelta(seconds=-5)) == 0, "a preview is in use"
    made.write_bytes(b"")
    other = services.create_resource(upload=shelf.send(files.pptx(), "b.pptx"), by=shelf.acting("teacher"))
    assert services.make_preview(shelf.version(other).blob.pk) is None
    assert "预览没有做成" in text(client, f"/resources/{other.pk}/")
    assert [kind.rpartition(".")[2] for kind in asked] == ["document", "presentation"]


def test_it_is_put_where_it_belongs_in_the_textbook_and_is_found_there(shelf, as_):
    book = taxonomy.create_framework(
        organization=shelf.city,
        kind="textbook",
        subject="maths",
        stage="junior",
        name="甲版",
        valid_from=2025,
        by=SYSTEM,
    )
    volume = taxonomy.add_node(book, kind="volume", title="八年级上册", grade=8, term=1, by=SYSTEM)
    node = taxonomy.add_node(book, kind="chapter", title="一次函数", parent=volume, by=SYSTEM)
    taxonomy.publish_framework(book, by=SYSTEM)
    client, made = as_("teacher"), shelf.make()
    edit = f"/resources/versions/{shelf.version(made).pk}/edit/"
    assert "甲版 › 八年级上册 › 一次函数" in text(client, edit), "it is proposed by its title"
    client.post(edit, FORM | {"nodes": [str(node.pk)], "act": "submit"})
    assert queries.nodes_of(made)[0][0] == node.pk
    for who in ("head", "officer"):
        shelf.decide(shelf.version(made), who)
    assert "甲版 › 八年级上册 › 一次函数" in text(Client(), f"/resources/{made.pk}/")
    assert f"/resources/{made.pk}/" in text(as_("far"), f"/taxonomy/nodes/{node.pk}/")
    assert queries.COUNTER.count(shelf.acting("far"), [node.pk]) == {(node.pk, "courseware"): 1}
    services.place_resource(made, [], by=shelf.acting("teacher"))
    assert queries.nodes_of(made) == []
    with pytest.raises(Denied):
        services.place_resource(made, [node.pk], by=shelf.acting("far"))
