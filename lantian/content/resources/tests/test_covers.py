"""Small pictures of files, drawn by the worker's child."""

import io
from datetime import timedelta

import pytest
from PIL import Image

from lantian.content.resources import queries, services
from lantian.content.resources.models import Blob
from lantian.content.resources.services import covering
from lantian.content.resources.tests import files
from lantian.content.resources.tests.shelf import Shelf

pytestmark = pytest.mark.django_db


def cover_of(shelf: Shelf, data: bytes, name: str) -> Image.Image | None:
    """What is drawn of a file that was sent and used."""
    made = shelf.make(data=data, name=name)
    services.draw_covers()
    blob = shelf.version(made).blob
    assert blob is not None
    assert blob.covered_at is not None, "tried once"
    return Image.open(covering.storing.path_of(blob.cover_id)) if blob.cover_id else None


@pytest.mark.parametrize(
    ("data", "name", "size"),
    [
        (files.pdf("Lesson", pages=2), "a.pdf", None),
        (files.picture(shade=70, size=(1600, 1000)), "b.png", (480, 300)),
        (files.picture("JPEG", size=(600, 3000)), "c.jpg", (288, 360)),
        (files.film(), "d.mp4", None),
    ],
    ids=["page", "wide", "tall", "film"],
)
def test_a_page_a_picture_and_a_film_are_drawn_small(
    shelf: Shelf, data: bytes, name: str, size: tuple[int, int] | None
) -> None:
    found = cover_of(shelf, data, name)
    assert found is not None
    assert found.format == "WEBP"
    assert found.width <= 480
    assert found.height <= 360
    assert size is None or found.size == size
    assert services.draw_covers() == 0, "of a cover none is drawn, and of nothing two"


def test_what_cannot_be_drawn_is_not_tried_again(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    child = tmp_path / "child.py"
    child.write_text("import os, sys; os.write(int(sys.argv[4].split(':')[2]), b'RIFFxxxxWEBP' + b'x' * 999999)")
    monkeypatch.setattr(covering, "CHILD", child)
    assert cover_of(shelf, files.pdf("x"), "a.pdf") is None
    assert services.draw_covers() == 0
    made = shelf.make(data=files.picture(shade=33), name="ill.png")
    Blob.objects.filter(versions__resource=made).update(scan="infected")
    assert services.draw_covers() == 0


def test_a_cover_is_seen_by_those_who_see_the_version_and_goes_with_its_file(shelf: Shelf, as_) -> None:
    made = shelf.publish(data=files.picture(shade=50), name="板书.png", reach="school")
    version = shelf.version(made)
    address = f"/resources/versions/{version.pk}/cover/"
    colleague = as_("colleague")
    assert as_("teacher").get(address).status_code == 404, "not drawn yet"
    assert address not in colleague.get("/resources/").content.decode()
    services.draw_covers()
    answer = colleague.get(address)
    assert answer.headers["Content-Type"] == "image/webp"
    assert Image.open(io.BytesIO(b"".join(answer))).format == "WEBP"
    assert as_("far").get(address).status_code == 404
    assert address in colleague.get("/resources/").content.decode()
    assert services.sweep_blobs(older=timedelta(seconds=-5)) == 0, "a cover is in use"
    cover = Blob.objects.exclude(cover=None).get().cover
    Blob.objects.update(cover=None)
    assert cover is not None
    assert services.sweep_blobs(older=timedelta(seconds=-5)) == 1
    assert not covering.storing.path_of(cover.pk).exists()


def test_a_document_shows_the_first_page_of_its_pdf(shelf: Shelf) -> None:
    made = shelf.make(data=files.docx(), name="a.docx")
    page = shelf.make(data=files.pdf("page"), name="b.pdf")
    document, pdf = shelf.version(made).blob, shelf.version(page).blob
    assert document is not None
    Blob.objects.filter(pk=document.pk).update(preview=pdf)
    services.draw_covers()
    found = Blob.objects.select_related("preview").get(pk=document.pk)
    assert found.cover_id is None
    assert found.cover_id_shown == Blob.objects.get(pk=found.preview_id).cover_id is not None


def test_many_are_drawn_a_few_at_a_time(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(covering, "AT_ONCE", 2)
    monkeypatch.setattr(covering, "_drawn", lambda files: iter([b""] * len(files)))
    monkeypatch.setattr(covering.jobs, "enqueue", lambda name, **_how: bool(asked.append(name)))
    for shade in (10, 20, 30):
        shelf.make(data=files.picture(shade=shade), name=f"{shade}.png")
    asked.clear()
    assert (services.draw_covers(), asked) == (2, [covering.JOB])
    assert (services.draw_covers(), asked) == (1, [covering.JOB])
    assert queries.blobs_without_cover(9) == []


def test_one_that_never_ends_costs_itself_alone(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    """Of three the second hangs: the first has its picture, the third waits for the next time."""
    made = [shelf.make(data=files.picture(size=(wide, 200)), name=f"{wide}.png") for wide in (300, 500, 700)]
    hung = shelf.version(made[1]).blob
    assert hung is not None
    source = covering.CHILD.read_text()
    confined = f"CONFINED = __import__('pathlib').Path({str(covering.CHILD.parents[3] / 'kernel' / 'confined.py')!r})"
    hanging = source.replace(
        "WAYS = {",
        f"""{confined}
def hang(source):
    import time
    time.sleep(60) if source.seek(0, 2) == {hung.size} else source.seek(0)
    return image(source)
WAYS = {{"image": hang}} or {{""",
    )
    child = tmp_path / "child.py"
    child.write_text(hanging)
    monkeypatch.setattr(covering, "CHILD", child)
    monkeypatch.setattr(covering, "CLOCK_S", 2)
    order = [shelf.version(one).blob for one in made]
    monkeypatch.setattr(covering.queries, "blobs_without_cover", lambda _most: order)
    assert services.draw_covers() == 2
    tried = [Blob.objects.get(pk=blob.pk) for blob in order if blob]
    assert [(blob.cover_id is not None, blob.covered_at is not None) for blob in tried] == [
        (True, True), (False, True), (False, False),
    ]  # fmt: skip
