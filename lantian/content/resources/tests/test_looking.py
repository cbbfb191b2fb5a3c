"""Many files looked at together: each is what it is alone, and one that misbehaves spoils no other's answer."""

import io
from pathlib import Path

import pytest
from PIL import Image

from lantian.content.resources.engine import kinds
from lantian.content.resources.errors import FileUnfit
from lantian.content.resources.services import looking
from lantian.content.resources.tests import files, unruly


def laid(folder: Path, *contents: bytes) -> list[tuple[Path, str]]:
    paths = [folder / str(number) for number in range(len(contents))]
    for path, data in zip(paths, contents, strict=True):
        path.write_bytes(data)
    return [(path, "file") for path in paths]


def photo(*, frames: int = 1) -> bytes:
    """As a telephone makes it: with what the camera says, and perhaps a second picture behind the first."""
    said, out = Image.Exif(), io.BytesIO()
    said[0x0110] = "Phone"  # its model, and no resolution
    drawn = [Image.new("RGB", (64, 48), (shade, 90, 30)) for shade in range(frames)]
    drawn[0].save(
        out,
        "MPO" if frames > 1 else "JPEG",
        exif=said,
        **({"save_all": True, "append_images": drawn[1:]} if frames > 1 else {}),
    )
    return out.getvalue()


def test_each_of_many_is_what_it_is_alone(tmp_path: Path) -> None:
    contents = {
        "pdf": files.pdf(pages=3), "docx": files.docx(), "png": files.picture(), "mp4": files.film(), "scorm": files.scorm(),
    }  # fmt: skip
    more = [
        files.pdf()[:200],
        b"plain words, nobody has to look into them",
        b"MZ\x90\0" + b"\0" * 2000,
        files.film()[:400],
    ]
    more += [files.h5p(), files.sound(), files.packed({"imsmanifest.xml": "<manifest", "index.html": ""})]
    together = looking.look_at_each(laid(tmp_path, *contents.values(), *more))
    alone = [looking.look(tmp_path / str(number), "file") for number in range(len(contents))]
    assert together[: len(contents)] == alone
    pdf, docx, png, film, scorm = alone
    assert (pdf.kind, pdf.facts, "hello 2" in pdf.text) == (kinds.PDF, {"pages": 3}, True)
    assert (docx.text.strip(), docx.likeness is not None) == (files.WORDS, True)
    assert (png.facts, png.likeness is not None) == ({"width": 320, "height": 200}, True)
    assert (film.facts["codec"], film.facts["seconds"]) == ("h264", 1.0)
    assert scorm.facts["files"] == 2
    broken, text, program, cut, package, sound, manifest = together[len(contents) :]
    assert [type(one) for one in (broken, program, cut, manifest)] == [FileUnfit] * 4
    assert "imsmanifest" in str(manifest.message)
    assert [one.kind for one in (text, package, sound)] == [kinds.TEXT, "application/x.h5p", "audio/wav"]
    assert looking.look_at_each([]) == []


@pytest.mark.parametrize("data", [files.picture("GIF"), photo(), photo(frames=2)], ids=["gif", "photo", "two in one"])
def test_pictures_that_load_more_of_their_library_are_seen_without_any_rights(tmp_path: Path, data: bytes) -> None:
    (seen,) = looking.look_at_each(laid(tmp_path, data))
    assert isinstance(seen, looking.Seen), seen
    assert seen.facts["width"] > 0


def test_one_that_falls_hangs_floods_or_reaches_for_others_spoils_its_own_answer_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "CHILD", unruly.unruly_script(tmp_path))
    monkeypatch.setattr(looking, "CLOCK_S", 4)
    ill = [unruly.KILLED, unruly.HUNG, unruly.FLOODED, unruly.FELLED]
    widths = [100, *ill, 110, unruly.LEFT, 120, unruly.SPIED, 130, 140]
    pictures = [files.picture(size=(width, 80)) for width in widths]
    found = looking.look_at_each(laid(tmp_path, *pictures))
    told = [one.facts["width"] if isinstance(one, looking.Seen) else None for one in found]
    assert told == [100, None, None, None, None, 110, unruly.LEFT, 120, None, 130, 140]
    assert all("损坏" in str(one.message) for one in found if isinstance(one, FileUnfit))
