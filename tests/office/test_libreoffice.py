"""Documents of the resource centre become what is looked at in the browser, by the real LibreOffice. `make test-live`."""
# i18n: data file

from collections.abc import Callable
from pathlib import Path

import pytest

from lantian.content.resources import queries, services
from lantian.content.resources.demo import files
from lantian.content.resources.engine import kinds
from lantian.content.resources.services import Known, storing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.deep]
TEXT = files.Written("一次函数的图像", (("导入", ("两点确定一条直线。",)), ("练习", ("画出 y = 2x + 1。",))))


@pytest.mark.parametrize(
    "made", [files.document, files.slides, files.table], ids=["a text", "a presentation", "a table"]
)
def test_what_a_teacher_wrote_is_read_in_the_browser(made: Callable[[files.Written], Known], tmp_path: Path) -> None:
    known = made(TEXT)
    source = tmp_path / "source"
    source.write_bytes(known.data)
    blob = storing.put(source, kind=known.kind, facts=known.facts)
    shown = services.make_preview(blob.pk)
    blob.refresh_from_db()
    assert shown is not None, blob.preview_why
    assert (shown.kind, blob.preview_id) == (kinds.PDF, shown.pk)
    assert shown.facts["pages"] >= 1
    assert "一次函数" in shown.text or "一次函数" in blob.text


def test_a_file_that_only_looks_like_one_is_told_and_kept(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"PK\x03\x04 nothing of the kind")
    blob = storing.put(source, kind=files.document(TEXT).kind, facts={})
    assert services.make_preview(blob.pk) is None
    blob.refresh_from_db()
    assert blob.preview_why
    assert queries.converter() is not None, "the next one is made again"
