"""Sheets of a lesson: prepared beforehand, in the teacher's order; presentations; who sees a page."""

import contextlib
import io
import time
import tracemalloc
import zipfile
from pathlib import Path
from uuid import uuid4

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from lantian.kernel import files
from lantian.kernel.rules import ANONYMOUS
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.schedule.enums import LessonAccess
from lantian.teach.live import queries, rules, services
from lantian.teach.live.errors import BadUpload
from lantian.teach.live.models import LessonPage, PageUpload
from lantian.teach.live.services import office
from lantian.teach.live.tests.support import sign_in
from lantian.teach.live.tests.world import person

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def lesson(world):
    return world.plan()


@pytest.fixture
def teacher(client, world):
    return sign_in(client, world.teacher)


def pdf(pages):
    document, out = pypdfium2.PdfDocument.new(), io.BytesIO()
    for _ in range(pages):
        document.new_page(960, 540)
    document.save(out)
    return out.getvalue()


SPACES = " ".join(
    f'xmlns:{short}="http://schemas.openxmlformats.org/{long}/2006/{name}"'
    for short, long, name in (
        ("a", "drawingml", "main"),
        ("r", "officeDocument", "relationships"),
        ("p", "presentationml", "main"),
    )
)
PACKAGE, OFFICE = (f"http://schemas.openxmlformats.org/{name}" for name in ("package/2006", "officeDocument/2006"))
PARTS = "application/vnd.openxmlformats-officedocument.presentationml"
SLIDE = f"""<p:sld {SPACES}><p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>
<p:grpSpPr/><p:sp>
<p:nvSpPr><p:cNvPr id="2" name="t"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm>
<a:off x="900000" y="900000"/><a:ext cx="10000000" cy="2000000"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr><p:txBody>
<a:bodyPr/><a:p><a:r><a:rPr sz="6000"/><a:t>y = kx + b</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>"""


def deck(slides=2, relations=b"", extra=()):
    """A small .pptx that LibreOffice reads: a line of writing on each slide."""
    numbers, out = range(1, slides + 1), io.BytesIO()
    kinds = "".join(
        f'<Override PartName="/ppt/{name}.xml" ContentType="{PARTS}.{kind}+xml"/>'
        for name, kind in [("presentation", "presentation.main"), *((f"slides/slide{n}", "slide") for n in numbers)]
    )
    links = f'<Relationships xmlns="{PACKAGE}/relationships">%s</Relationships>'
    link = f'<Relationship Id="r%s" Type="{OFFICE}/relationships/%s" Target="%s"/>'
    slide_ids = "".join(f'<p:sldId id="{255 + n}" r:id="r{n}"/>' for n in numbers)
    files_of = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{kinds}</Types>',
        "_rels/.rels": links % (link % (1, "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"<p:presentation {SPACES}><p:sldIdLst>{slide_ids}</p:sldIdLst>"
        '<p:sldSz cx="12192000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": links
        % "".join(link % (n, "slide", f"slides/slide{n}.xml") for n in numbers),
        "ppt/slides/_rels/slide1.xml.rels": links % relations.decode(),
        **{f"ppt/slides/slide{n}.xml": SLIDE for n in numbers},
        **dict(extra),
    }
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files_of.items():
            archive.writestr(name, data)
    return out.getvalue()


def brought(lesson, by, data, name="课件.pdf"):
    return services.add_page_upload(lesson, upload=io.BytesIO(data), name=name, by=by)


def names(lesson):
    return [page.name or page.number for page in queries.pages_of(lesson)]


def test_a_teacher_prepares_files_and_boards_and_puts_them_in_order(teacher, world, lesson, run_jobs):
    address = reverse("live_prepare", args=[lesson.pk])
    assert address in teacher.get(reverse("live_lesson", args=[lesson.pk])).content.decode()
    assert "还没有讲义" in teacher.get(address).content.decode()
    sent = teacher.post(address, {"file": SimpleUploadedFile("一次函数.pdf", pdf(3))})
    assert sent.status_code == 302
    working = teacher.get(address, {"part": "working"}, headers=HTMX)
    assert "一次函数.pdf" in working.content.decode()
    assert "HX-Retarget" not in working
    run_jobs()
    done = teacher.get(address, {"part": "working"}, headers=HTMX)
    assert done["HX-Retarget"] == "#sheets"
    assert teacher.post(address, {"action": "board"}, headers=HTMX).status_code == 200
    assert names(lesson) == [1, 2, 3, "白板 1"]

    def change(page, **fields):
        answer = teacher.post(reverse("live_sheet", args=[page.pk]), fields, headers=HTMX)
        assert answer.status_code == 200
        return answer.content.decode()

    first, second, third, board = queries.pages_of(lesson)
    assert "例题" in change(first, action="rename", name=" 例题\n<b> ")
    change(board, action="earlier")
    assert names(lesson) == ["例题 <b>", 2, "白板 1", 3]
    change(first, action="later")
    assert names(lesson) == [2, "例题 <b>", "白板 1", 3]
    change(third, action="move", to="1")
    assert names(lesson) == [3, 2, "例题 <b>", "白板 1"]
    change(third, action="earlier")
    change(third, action="move", to="-7")
    change(board, action="later")
    assert names(lesson) == [3, 2, "例题 <b>", "白板 1"]
    change(second, action="remove")
    assert names(lesson) == [3, "例题 <b>", "白板 1"]
    config = teacher.get(reverse("live_pages", args=[lesson.pk])).json()
    assert [(sheet["form"], sheet["number"]) for sheet in config["sheets"]] == [
        ("page", 3),
        ("page", 1),
        ("board", None),
    ]


def test_the_page_of_many_sheets_costs_a_fixed_number_of_queries(
    teacher, world, lesson, run_jobs, django_assert_max_num_queries
):
    brought(lesson, world.teacher_actor, pdf(30))
    run_jobs()
    with django_assert_max_num_queries(12):
        page = teacher.get(reverse("live_prepare", args=[lesson.pk])).content.decode()
    assert page.count('class="card sheet"') == 30


def test_with_its_last_page_a_file_goes_too(world, lesson, run_jobs, django_capture_on_commit_callbacks):
    row = brought(lesson, world.teacher_actor, pdf(2))
    run_jobs()
    stored = [row.file, *row.pages.values_list("image", flat=True), *row.pages.values_list("thumb", flat=True)]
    with django_capture_on_commit_callbacks(execute=True):
        for page in queries.pages_of(lesson):
            services.remove_page(page, by=world.teacher_actor)
    assert not PageUpload.objects.exists()
    assert not any(files.path_of(name).exists() for name in stored)


def test_in_the_lesson_a_board_is_there_at_once_and_boards_are_bounded(teacher, world, lesson, monkeypatch):
    address = reverse("live_boards", args=[lesson.pk])
    first = teacher.post(address)
    assert first.status_code == 201
    assert first.json()["sheet"]["form"] == "board"
    monkeypatch.setattr(services.pages, "MAX_BLANK", 2)
    assert teacher.post(address).json()["sheet"]["name"] == "白板 2"
    full = teacher.post(address)
    assert full.status_code == 400
    assert "2" in full.json()["message"]
    assert teacher.get(reverse("live_page_image", args=[first.json()["sheet"]["id"], "full"])).status_code == 404


def test_nobody_else_prepares_a_lesson(world, lesson):
    page = services.add_blank_page(lesson, by=world.teacher_actor)
    other = sign_in(Client(), person("李强", world.sending))
    for address in (reverse("live_prepare", args=[lesson.pk]), reverse("live_boards", args=[lesson.pk])):
        assert other.post(address, {"action": "board"}).status_code in (403, 404)
    assert other.post(reverse("live_sheet", args=[page.pk]), {"action": "remove"}).status_code in (403, 404)
    assert LessonPage.objects.count() == 1


def test_who_may_see_a_lesson_may_see_a_page_of_it(world, lesson, run_jobs, client):
    brought(lesson, world.teacher_actor, pdf(1))
    run_jobs()
    page = queries.pages_of(lesson).get()
    assert_allowed(rules.may_view_page, world.screen_actor(), page)
    assert_refused(rules.may_view_page, ANONYMOUS, page)
    assert queries.pages_visible_to(world.screen_actor()).get() == page
    assert not queries.pages_visible_to(ANONYMOUS).exists()
    address = reverse("live_page_image", args=[page.pk, "thumb"])
    assert client.get(address).status_code == 404
    open_lesson = world.plan(start=lesson.ends_at, access=LessonAccess.PUBLIC)
    brought(open_lesson, world.teacher_actor, pdf(1))
    run_jobs()
    shown = client.get(reverse("live_page_image", args=[queries.pages_of(open_lesson).get().pk, "full"]))
    assert shown.status_code == 200
    assert "immutable" in shown["Cache-Control"]
    assert client.get(reverse("live_page_image", args=[uuid4(), "full"])).status_code == 404


def test_three_hundred_pages_are_taken(world, lesson, run_jobs, monkeypatch):
    monkeypatch.setattr(services.uploads, "WIDTH", 64)
    row = brought(lesson, world.teacher_actor, pdf(300))
    run_jobs()
    row.refresh_from_db()
    assert (row.state, row.done, queries.pages_of(lesson).count()) == ("ready", 300, 300)


# -- presentations -------------------------------------------------------------------------------------------------------------


def test_without_libreoffice_a_presentation_is_refused_with_what_to_do(teacher, lesson, monkeypatch):
    monkeypatch.setattr(office, "program", lambda: None)
    answer = teacher.post(reverse("live_pages", args=[lesson.pk]), {"file": SimpleUploadedFile("课件.pptx", deck())})
    assert answer.status_code == 400
    assert "另存为 PDF" in answer.json()["message"]
    assert not PageUpload.objects.exists()
    assert "另存为 PDF" in teacher.get(reverse("live_prepare", args=[lesson.pk])).content.decode()
    config = teacher.get(reverse("live_teach", args=[lesson.pk])).content.decode()
    assert ".pptx" not in config


def fake_office(folder: Path, monkeypatch, script: str) -> None:
    """A stand-in that gets LibreOffice's arguments: the last is the file, before it the folder to write to."""
    program = folder / "soffice"
    program.write_text(f'#!/bin/sh\nfor last; do :; done\nout="$(dirname "$last")/out"\nmkdir -p "$out"\n{script}\n')
    program.chmod(0o755)
    folder.chmod(0o755)
    monkeypatch.setattr(office, "program", lambda: str(program))


def converted(world, lesson, data=None, name="课件.pptx"):
    row = brought(lesson, world.teacher_actor, deck() if data is None else data, name)
    services.render_page_upload(row.pk)
    row.refresh_from_db()
    return row


@pytest.fixture
def readable(tmp_path_factory):
    """A folder that the child, being nobody, can read."""
    folder = tmp_path_factory.mktemp("office")
    for parent in (folder, *folder.parents):
        if parent.stat().st_mode & 0o005 != 0o005 and str(parent).startswith("/tmp/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    return folder


def test_a_presentation_becomes_pages_by_a_child_that_owns_nothing(world, lesson, readable, monkeypatch):
    (readable / "made.pdf").write_bytes(pdf(2))
    facts = 'env > "$out/../env.txt"; id -u >> "$out/../env.txt"; ulimit -v >> "$out/../env.txt"'
    keep = f'{facts}; cp "$out/../env.txt" "{readable}/seen.txt" 2>/dev/null; cp {readable}/made.pdf "$out/deck.pdf"'
    readable.chmod(0o777)
    fake_office(readable, monkeypatch, keep)
    readable.chmod(0o777)
    monkeypatch.setenv("LANTIAN_PASSPHRASE", "secret")
    row = converted(world, lesson)
    assert (row.state, row.kind, row.pages.count()) == ("ready", office.PPTX, 2)
    seen = (readable / "seen.txt").read_text()
    assert "LANTIAN" not in seen
    assert "secret" not in seen
    assert str(office.MEMORY // 1024) in seen


def test_a_conversion_that_hangs_is_ended_with_all_its_children(world, lesson, readable, monkeypatch):
    readable.chmod(0o777)
    fake_office(readable, monkeypatch, f"sleep 600 & echo $! > {readable}/child; sleep 600")
    readable.chmod(0o777)
    monkeypatch.setattr(office, "SECONDS", 1)
    row = converted(world, lesson)
    assert row.state == "failed"
    assert "用时太长" in row.error
    child = int((readable / "child").read_text())
    state = Path(f"/proc/{child}/stat")

    def lives() -> bool:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            return state.read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
        return False

    until = time.monotonic() + 10  # it has been killed; on a busy machine it dies a moment later
    while lives() and time.monotonic() < until:
        time.sleep(0.02)
    assert not lives()


def test_what_makes_no_pdf_says_so(world, lesson, readable, monkeypatch):
    fake_office(readable, monkeypatch, "exit 77")
    row = converted(world, lesson)
    assert (row.state, row.pages.count()) == ("failed", 0)
    assert "另存为 PDF" in row.error


FAR = (
    b'<Relationship Id="r1" Type="http://x/image" Target="http://192.168.0.1/a.png" TargetMode="External"/>'
    b'<Relationship Id="r2" Type="http://x/hyperlink" Target="https://example.cn/" TargetMode="External"/>'
    b'<Relationship Id="r3" Type="http://x/image" Target="../media/a.png"/>'
    b"<Relationship Id='r4' TargetMode='External' Type='http://x/video' Target='file:///etc/passwd'></Relationship>"
)


def test_nothing_that_lies_elsewhere_is_fetched_for_a_presentation(tmp_path):
    source, target = tmp_path / "a.pptx", tmp_path / "b.pptx"
    source.write_bytes(deck(1, FAR))
    assert office.without_far_parts(source, target) == 2
    with zipfile.ZipFile(target) as archive:
        kept = archive.read("ppt/slides/_rels/slide1.xml.rels")
        assert set(archive.namelist()) == set(zipfile.ZipFile(source).namelist())
    assert b"r2" in kept
    assert b"example.cn" not in kept, "a picture may call itself a link"
    assert b"r3" in kept
    assert b"r1" not in kept
    assert b"passwd" not in kept


@pytest.mark.parametrize(
    "words",
    [
        '<Relationship Id="f1" Type="http://x/image" Target="http://10.0.0.1/" TargetMode="&#69;xternal"/>',
        '<x:Relationship xmlns:x="urn:x" Id="f1" Type="http://x/image" Target="http://10.0.0.1/" TargetMode="External"/>',
        '<Relationship Id="f1" Type="http://x/image" Target="http://10.0.0.1/?a=&gt;" TargetMode="External" />',
    ],
    ids=["letter", "prefix", "spaced"],
)
def test_no_spelling_hides_what_lies_elsewhere(tmp_path, words):
    source, target = tmp_path / "a.pptx", tmp_path / "b.pptx"
    source.write_bytes(deck(1, words.encode()))
    assert office.without_far_parts(source, target) == 1
    with zipfile.ZipFile(target) as archive:
        assert b"10.0.0.1" not in archive.read("ppt/slides/_rels/slide1.xml.rels")


def test_a_large_part_is_never_whole_in_memory(tmp_path):
    source = tmp_path / "a.pptx"
    source.write_bytes(deck(1, extra=[("ppt/media/film", bytes(64 << 20))]))
    tracemalloc.start()
    try:
        office.without_far_parts(source, tmp_path / "b.pptx")
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_an_archive_with_an_endless_list_is_refused_before_the_list_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(office, "DIRECTORY", 64 << 10)
    path = tmp_path / "a.pptx"
    path.write_bytes(deck(1, extra=[(f"x{number}", b"") for number in range(2000)]))
    with pytest.raises(BadUpload, match="展开后太大"):
        office.kind_of_archive(path, most_pages=300)
    path.write_bytes(deck(3))
    assert office.kind_of_archive(path, most_pages=300) == office.PPTX


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (deck(301), "301"),
        (deck()[:-30], "只能上传"),
        (b"PK\x03\x04 nothing of the kind", "只能上传"),
    ],
    ids=["long", "torn", "other"],
)
def test_a_presentation_that_cannot_be_is_refused_at_once(world, lesson, monkeypatch, data, words):
    monkeypatch.setattr(office, "program", lambda: "/bin/true")
    before = set(files.root().rglob("*.zip"))
    with pytest.raises(BadUpload, match=words):
        brought(lesson, world.teacher_actor, data, "课件.pptx")
    assert set(files.root().rglob("*.zip")) == before


def test_an_archive_that_would_fill_the_disk_is_refused(world, lesson, tmp_path, monkeypatch):
    monkeypatch.setattr(office, "program", lambda: "/bin/true")
    monkeypatch.setattr(office, "UNPACKED", 1 << 20)
    bomb = deck(1, extra=[("ppt/media/zero", bytes(2 << 20))])
    with pytest.raises(BadUpload, match="展开后太大"):
        brought(lesson, world.teacher_actor, bomb, "课件.pptx")
    source = tmp_path / "bomb.pptx"
    source.write_bytes(bomb)
    with pytest.raises(BadUpload):
        office.without_far_parts(source, tmp_path / "out.pptx")
    source.write_bytes(deck(1)[:-40])
    with pytest.raises(BadUpload):
        office.without_far_parts(source, tmp_path / "out.pptx")
    entity = deck(1, b"<!ENTITY x 'y'>")
    source.write_bytes(entity)
    with pytest.raises(BadUpload):
        office.without_far_parts(source, tmp_path / "out.pptx")


@pytest.mark.deep
def test_the_real_libreoffice_makes_pages_of_a_presentation(world, lesson):
    row = converted(world, lesson, deck(2))
    assert (row.state, row.error, row.pages.count()) == ("ready", "", 2)
    first = row.pages.get(number=1)
    assert first.width / first.height == pytest.approx(16 / 9, abs=0.01)
    shown = Image.open(files.path_of(first.image)).convert("L")
    assert shown.getextrema()[0] < 100  # there is something written on it
