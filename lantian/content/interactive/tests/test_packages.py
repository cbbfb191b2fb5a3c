"""Packages are unpacked once, by a child without rights; what is wrong with one is said in words; what is not used goes."""

import shutil
from datetime import timedelta

import pytest

from lantian.content.interactive import demo, queries, services
from lantian.content.interactive.models import Package
from lantian.content.interactive.tests import packages
from lantian.content.resources import services as resources
from lantian.content.resources.models import Blob
from lantian.content.resources.tests.shelf import Shelf

pytestmark = pytest.mark.django_db


def unpacked(shelf: Shelf, data: bytes, name: str = "a.zip") -> Package:
    upload = shelf.send(data, name)
    assert upload.blob is not None, upload.why
    services.ask_package(upload.blob.pk, upload.blob.kind)
    found = services.unpack(upload.blob.pk)
    assert found is not None
    return found


def test_a_package_of_several_parts_has_its_table_of_contents(shelf: Shelf) -> None:
    found = unpacked(shelf, packages.scorm_2004())
    assert (found.kind, found.state) == ("scorm2004", "ready")
    shown = [(part["title"], part["depth"], part["href"], part["query"]) for part in found.parts]
    assert shown == [
        ("第一单元", 0, "", ""),
        ("第一课", 1, "content/one.html", "?page=2"),
        ("第二课", 1, "content/二.html", ""),
    ], "what lies elsewhere is left out, and letters are as Windows finds them"
    assert found.parts[1]["passing"] == "0.8"
    assert found.parts[1]["launch"] == "k=v"
    path = queries.file_of(found.pk, "content/二.html")
    assert path is not None
    assert path.read_text() == "<p>two</p>"
    assert queries.file_of(found.pk, "CONTENT/One.HTML") is not None
    for outside in ("../secret", "content/../../x", "/etc/passwd", "content"):
        assert queries.file_of(found.pk, outside) is None


def test_an_older_package_in_an_older_encoding_is_read(shelf: Shelf) -> None:
    found = unpacked(shelf, packages.scorm_12())
    assert (found.kind, found.parts[0]["title"], found.parts[0]["mastery"]) == ("scorm12", "平行线", "80")


def test_a_manifest_that_grows_as_it_is_read_is_refused_at_once(shelf: Shelf) -> None:
    upload = shelf.send(packages.entities(), "a.zip")
    assert (upload.blob, "imsmanifest.xml" in upload.why) == (None, True)


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (packages.h5p_without_libraries(), "a.h5p", "H5P.TrueFalse-1.8"),
        (packages.packed({"imsmanifest.xml": "<manifest/>", "a.html": "x"}), "a.zip", "没有能打开的内容"),
    ],
)
def test_what_cannot_be_opened_says_why(shelf: Shelf, data: bytes, name: str, words: str) -> None:
    found = unpacked(shelf, data, name)
    assert found.state == "broken"
    assert words in found.why
    assert not queries.folder_of(found.pk).exists()
    assert not list(queries.root().glob(".part-*"))


def test_too_much_is_not_laid_out(shelf: Shelf, monkeypatch) -> None:
    monkeypatch.setattr("lantian.content.interactive.services.unpacking.FILES_MOST", 1)
    found = unpacked(shelf, packages.pages())
    assert found.state == "broken"
    assert "太大" in found.why


def test_the_demonstrations_packages_are_whole(shelf: Shelf) -> None:
    kinds = [unpacked(shelf, demo.packed(name), file).kind for name, file, _title, _words in demo.MADE]
    assert kinds == ["h5p", "scorm12", "pages"]


def test_a_package_that_lies_there_is_not_unpacked_twice_and_one_that_is_lost_is(shelf: Shelf) -> None:
    found = unpacked(shelf, packages.pages())
    made = queries.folder_of(found.pk).stat().st_mtime_ns
    services.unpack(found.pk)
    assert queries.folder_of(found.pk).stat().st_mtime_ns == made
    shutil.rmtree(queries.folder_of(found.pk))  # as after a restore: no backup has it
    assert services.ask_package(found.pk, "").state == "waiting"
    services.unpack(found.pk)
    assert queries.file_of(found.pk, "web/index.html") is not None


def test_what_is_unpacked_goes_with_its_file(shelf: Shelf) -> None:
    found = unpacked(shelf, packages.pages())
    assert services.sweep_packages() == 0
    shelf.teacher.resource_uploads.all().delete()
    assert resources.sweep_blobs(older=timedelta(0)) >= 1
    assert not Blob.objects.filter(pk=found.pk).exists()
    assert services.sweep_packages() == 1
    assert not queries.folder_of(found.pk).exists()
