"""A stranger's PDF is drawn by a child that can be ended: one that takes for ever holds no worker."""

import io
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pypdfium2
import pytest

from lantian.teach.live import services
from lantian.teach.live.enums import UploadState
from lantian.teach.live.models import LessonPage, PageUpload
from lantian.teach.live.services import pdf, pdf_child, uploads
from lantian.teach.live.services.uploads import HEIGHT, MAX_POINTS, WIDTH

pytestmark = pytest.mark.django_db


def written(objects: list[bytes]) -> bytes:
    """A PDF of some objects, the first of them its catalogue."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)


def stream(facts: bytes, body: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (facts, len(body), body)


def endless(depth: int = 9, times: int = 20) -> bytes:
    """Two pages: an empty one, and one that draws a form that draws the next one twenty times, and so on: 20⁹ squares."""
    first = 6
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 960 540] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 960 540] /Contents 5 0 R"
        b" /Resources << /XObject << /F %d 0 R >> >> >>" % first,
        stream(b"", b"/F Do"),
    ]
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 960 540]"
    for level in range(depth):
        inner = b" /Resources << /XObject << /F %d 0 R >> >>" % (first + level + 1)
        objects.append(stream(form + inner, b"/F Do " * times))
    objects.append(stream(form, b"0 0 9 9 re f"))
    return written(objects)


def brought(world, data):
    lesson = world.plan()
    return services.add_page_upload(lesson, upload=io.BytesIO(data), name="课件.pdf", by=world.teacher_actor)


def test_a_file_whose_drawing_never_ends_is_given_up_and_what_was_drawn_stays(world, run_jobs, monkeypatch):
    monkeypatch.setattr(pdf, "PAGE_SECONDS", 2)
    row = brought(world, endless())
    began = time.monotonic()
    run_jobs()
    assert time.monotonic() - began < 60
    row.refresh_from_db()
    assert row.state == UploadState.FAILED
    assert "太慢" in row.error
    assert (row.total, LessonPage.objects.filter(upload=row).count()) == (2, 1)
    assert not [one for one in psutil.Process().children(recursive=True) if "pdf_child.py" in " ".join(one.cmdline())]


def test_a_child_that_is_killed_for_its_time_of_the_processor_is_a_file_that_cannot_be_opened(
    world, run_jobs, monkeypatch
):
    monkeypatch.setattr(pdf, "SECONDS", 2)
    row = brought(world, endless())
    run_jobs()
    row.refresh_from_db()
    assert (row.state, row.error) == (UploadState.FAILED, "文件已损坏或加密，无法打开")


def test_a_worker_that_was_killed_goes_on_with_the_next_page(world, run_jobs, monkeypatch):
    document, out = pypdfium2.PdfDocument.new(), io.BytesIO()
    for width in (300, 400, 500):
        document.new_page(width, 200)
    document.save(out)
    row = brought(world, out.getvalue())

    class Killed(BaseException):
        pass

    keep = uploads._keep

    def once(*told):
        keep(*told)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(uploads, "_keep", once)
        with pytest.raises(Killed):
            services.render_page_upload(row.pk)
    services.render_page_upload(row.pk)
    pages = LessonPage.objects.filter(upload=row).order_by("number")
    assert [(page.number, page.width, page.height) for page in pages] == [
        (1, 1920, 1280),
        (2, 1920, 960),
        (3, 1920, 768),
    ]
    assert PageUpload.objects.get().state == UploadState.READY


def test_a_page_comes_out_with_its_own_colours(tmp_path):
    path = tmp_path / "a.pdf"
    page = stream(b"", b"1 0 0 rg 0 0 480 540 re f 0 0 1 rg 480 0 480 540 re f")
    path.write_bytes(
        written(
            [
                b"<< /Type /Catalog /Pages 2 0 R >>",
                b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 960 540] /Contents 4 0 R >>",
                page,
            ]
        )
    )
    count, picture = pdf.draw_pages(path, width=WIDTH, height=HEIGHT, most_pages=3, most_points=MAX_POINTS, first=0)
    assert count == 1
    assert picture.size == (1920, 1080)
    assert (picture.getpixel((100, 100)), picture.getpixel((1800, 1000))) == ((255, 0, 0), (0, 0, 255))


ALONE = """
import runpy, sys
child = runpy.run_path(sys.argv[1])
class Refuse:
    def find_spec(self, name, path=None, target=None):
        raise ImportError(f"{name} is loaded when the rights to read it are gone")
sys.meta_path.insert(0, Refuse())
child["draw"](sys.stdout.buffer, width=96, height=54, most_pages=1, most_points=2000, first=0)
"""


def test_nothing_is_loaded_any_more_once_the_rights_are_given_up(tmp_path):
    path = tmp_path / "empty.pdf"
    document = pypdfium2.PdfDocument.new()
    document.new_page(960, 540)
    document.save(path)
    command = [sys.executable, "-I", "-c", ALONE, str(Path(pdf_child.__file__))]
    with path.open("rb") as source:
        done = subprocess.run(command, stdin=source, capture_output=True, timeout=60, check=False)
    assert done.stderr.decode() == ""
    assert len(done.stdout) > 96 * 54 * 3
