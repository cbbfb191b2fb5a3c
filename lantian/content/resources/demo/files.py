"""Small real files of every kind, made of a text: what is in them is known, so nobody has to look (`services.Known`)."""
# i18n: data file

import array
import io
import math
import re
import wave
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from PIL import Image, ImageDraw

from lantian.content.media.engine.lesson.fonts import font
from lantian.content.resources.demo.papers import paper
from lantian.content.resources.engine import kinds, likeness
from lantian.content.resources.services import Known

MADE_AT = (2026, 9, 1, 8, 0, 0)  # of entries in archives: the same text gives the same file
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_SHOW = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:p="http://schemas.openxmlformats.org/'
    f'presentationml/2006/main" xmlns:r="{_OFFICE}/relationships"'
)
_SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in a file: a title, then headings with lines below them. `number` makes what is drawn differ."""

    title: str
    parts: Sequence[tuple[str, Sequence[str]]]
    number: int = 0

    @property
    def lines(self) -> list[str]:
        return [self.title, *(line for head, below in self.parts for line in (head, *below))]


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """An archive that is the same whenever it is made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name, MADE_AT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return out.getvalue()


def plain(text: Written) -> Known:
    """As an editor writes it."""
    said = "\n".join(text.lines) + "\n"
    return Known(said.encode(), kinds.TEXT, {"encoding": "utf-8-sig"}, said)


# Office -----------------------------------------------------------------------------------------------------------------------


def _relations(listed: Mapping[str, tuple[str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/relationships/{kind}" Target="{target}"/>'
        for key, (kind, target) in listed.items()
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def _types(listed: Mapping[str, str]) -> str:
    inner = "".join(
        f'<Override PartName="{name}" ContentType="application/vnd.openxmlformats-officedocument.{kind}+xml"/>'
        for name, kind in listed.items()
    )
    usual = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="{usual}"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{inner}</Types>'
    )


def document(text: Written) -> Known:
    """A text document as Word opens it."""
    heads = {text.title: 36, **{head: 28 for head, _below in text.parts}}
    body = "".join(_paragraph(line, heads.get(line, 0)) for line in text.lines)
    data = packed({
        "[Content_Types].xml": _types({"/word/document.xml": "wordprocessingml.document.main"}),
        "_rels/.rels": _relations({"r1": ("officeDocument", "word/document.xml")}),
        "word/document.xml": f"{_XML}<w:document {_WORD}><w:body>{body}</w:body></w:document>",
    })  # fmt: skip
    return Known(data, kinds.DOCX, {}, "\n".join(text.lines) + "\n")


def _paragraph(line: str, size: int) -> str:
    style = f'<w:rPr><w:b/><w:sz w:val="{size}"/></w:rPr>' if size else ""
    return f"<w:p><w:r>{style}<w:t>{escape(line, quote=False)}</w:t></w:r></w:p>"


_EMPTY = (
    '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr><a:xfrm><a:off x="0" y="0"/>'
    '<a:ext cx="0" cy="0"/><a:chOff x="0" y="0"/><a:chExt cx="0" cy="0"/></a:xfrm></p:grpSpPr>'
)
_COLOURS = "".join(
    f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>'
    for name, value in (
        ("dk1", "1B2A3A"), ("lt1", "FFFFFF"), ("dk2", "1F4E79"), ("lt2", "EAF2FA"), ("accent1", "2E75B6"), ("accent2", "C55A11"),
        ("accent3", "548235"), ("accent4", "BF9000"), ("accent5", "7030A0"), ("accent6", "A5A5A5"), ("hlink", "0563C1"),
        ("folHlink", "954F72"),
    )
)  # fmt: skip
_FACES = '<a:latin typeface="Arial"/><a:ea typeface=""/><a:cs typeface=""/>'
_FILL = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>' * 3
_LINES = '<a:ln w="9525"><a:solidFill><a:schemeClr val="phClr"/></a:solidFill></a:ln>' * 3
_EFFECTS = "<a:effectStyle><a:effectLst/></a:effectStyle>" * 3
_MAP = " ".join(
    f'{name}="{value}"'
    for name, value in (
        ("bg1", "lt1"), ("tx1", "dk1"), ("bg2", "lt2"), ("tx2", "dk2"), ("hlink", "hlink"), ("folHlink", "folHlink"),
    )
)  # fmt: skip
_MAP += "".join(f' accent{n}="accent{n}"' for n in range(1, 7))
# What every presentation has besides its slides: a theme, a master and one layout, without which none opens.
_ALWAYS = {
    "_rels/.rels": _relations({"r1": ("officeDocument", "ppt/presentation.xml")}),
    "ppt/theme/theme1.xml": f'{_XML}<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="t">'
    f'<a:themeElements><a:clrScheme name="t">{_COLOURS}</a:clrScheme><a:fontScheme name="t"><a:majorFont>{_FACES}</a:majorFont>'
    f'<a:minorFont>{_FACES}</a:minorFont></a:fontScheme><a:fmtScheme name="t"><a:fillStyleLst>{_FILL}</a:fillStyleLst>'
    f"<a:lnStyleLst>{_LINES}</a:lnStyleLst><a:effectStyleLst>{_EFFECTS}</a:effectStyleLst><a:bgFillStyleLst>{_FILL}"
    "</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>",
    "ppt/slideMasters/slideMaster1.xml": f"{_XML}<p:sldMaster {_SHOW}><p:cSld><p:spTree>{_EMPTY}</p:spTree></p:cSld>"
    f'<p:clrMap {_MAP}/><p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="r1"/></p:sldLayoutIdLst></p:sldMaster>',
    "ppt/slideMasters/_rels/slideMaster1.xml.rels": _relations(
        {"r1": ("slideLayout", "../slideLayouts/slideLayout1.xml"), "r2": ("theme", "../theme/theme1.xml")}
    ),
    "ppt/slideLayouts/slideLayout1.xml": f"{_XML}<p:sldLayout {_SHOW}><p:cSld><p:spTree>{_EMPTY}</p:spTree></p:cSld>"
    "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sldLayout>",
    "ppt/slideLayouts/_rels/slideLayout1.xml.rels": _relations(
        {"r1": ("slideMaster", "../slideMasters/slideMaster1.xml")}
    ),
}
_ON_LAYOUT = _relations({"r1": ("slideLayout", "../slideLayouts/slideLayout1.xml")})


def slides(text: Written) -> Known:
    """A presentation: the title, then a slide for each part."""
    shown = [(text.title, [head for head, _below in text.parts]), *((head, list(below)) for head, below in text.parts)]
    parts: dict[str, str | bytes] = {}
    types, relations = {"/ppt/presentation.xml": "presentationml.presentation.main"}, {}
    relations["m"] = ("slideMaster", "slideMasters/slideMaster1.xml")
    for number, (head, below) in enumerate(shown, start=1):
        name = f"slides/slide{number}.xml"
        boxes = _box(2, head, 400_000, 1_000_000, 3200) + _box(3, "\n".join(below), 1_600_000, 4_600_000, 2000)
        parts[f"ppt/{name}"] = (
            f"{_XML}<p:sld {_SHOW}><p:cSld><p:spTree>{_EMPTY}{boxes}</p:spTree></p:cSld>"
            "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sld>"
        )
        parts[f"ppt/slides/_rels/slide{number}.xml.rels"] = _ON_LAYOUT
        types[f"/ppt/{name}"] = "presentationml.slide"
        relations[f"s{number}"] = ("slide", name)
    types |= {"/ppt/slideMasters/slideMaster1.xml": "presentationml.slideMaster", "/ppt/theme/theme1.xml": "theme"}
    types["/ppt/slideLayouts/slideLayout1.xml"] = "presentationml.slideLayout"
    listed = "".join(f'<p:sldId id="{255 + n}" r:id="s{n}"/>' for n in range(1, len(shown) + 1))
    parts["ppt/presentation.xml"] = (
        f'{_XML}<p:presentation {_SHOW}><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="m"/></p:sldMasterIdLst>'
        f'<p:sldIdLst>{listed}</p:sldIdLst><p:sldSz cx="12192000" cy="6858000"/>'
        '<p:notesSz cx="6858000" cy="9144000"/></p:presentation>'
    )
    parts["ppt/_rels/presentation.xml.rels"] = _relations(relations)
    said = "\n".join("".join(f"{line}\n" for line in (head, *below)) for head, below in shown)
    return Known(
        packed({"[Content_Types].xml": _types(types), **_ALWAYS, **parts}), kinds.PPTX, {"pages": len(shown)}, said
    )


def _box(number: int, text: str, top: int, height: int, size: int) -> str:
    lines = "".join(
        f'<a:p><a:r><a:rPr lang="zh-CN" sz="{size}"/><a:t>{escape(line, quote=False)}</a:t></a:r></a:p>'
        for line in text.split("\n")
    )
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="b{number}"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm>'
        f'<a:off x="700000" y="{top}"/><a:ext cx="10800000" cy="{height}"/></a:xfrm><a:prstGeom prst="rect">'
        f'<a:avLst/></a:prstGeom></p:spPr><p:txBody><a:bodyPr wrap="square"/><a:lstStyle/>{lines}</p:txBody></p:sp>'
    )


def table(text: Written) -> Known:
    """A spreadsheet: what is asked on the left, room beside it."""
    rows = [(line, "", "") for line in text.lines[1:]]
    rows = [(text.title, "用时", "得分"), *rows]
    words = list(dict.fromkeys(cell for row in rows for cell in row if cell))
    place = {word: number for number, word in enumerate(words)}
    cells = "".join(
        f'<row r="{n}">'
        + "".join(f'<c r="{"ABC"[at]}{n}" t="s"><v>{place[cell]}</v></c>' for at, cell in enumerate(row) if cell)
        + "</row>"
        for n, row in enumerate(rows, start=1)
    )
    strings = "".join(f"<si><t>{escape(word, quote=False)}</t></si>" for word in words)
    main = "spreadsheetml.sheet.main"
    data = packed({
        "[Content_Types].xml": _types({
            "/xl/workbook.xml": main, "/xl/worksheets/sheet1.xml": "spreadsheetml.worksheet",
            "/xl/sharedStrings.xml": "spreadsheetml.sharedStrings",
        }),
        "_rels/.rels": _relations({"r1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'{_XML}<workbook {_SHEET} xmlns:r="{_OFFICE}/relationships"><sheets><sheet name="1" sheetId="1" '
        'r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            {"r1": ("worksheet", "worksheets/sheet1.xml"), "r2": ("sharedStrings", "sharedStrings.xml")}
        ),
        "xl/worksheets/sheet1.xml": f"{_XML}<worksheet {_SHEET}><sheetData>{cells}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f'{_XML}<sst {_SHEET} count="{len(words)}" uniqueCount="{len(words)}">{strings}</sst>',
    })  # fmt: skip
    return Known(data, kinds.XLSX, {}, "\n".join(words) + "\n")


# Pictures, sound, film ----------------------------------------------------------------------------------------------------------


def _drawn(topic: str, number: int, size: tuple[int, int]) -> Image.Image:
    width, height = size
    picture = Image.new("RGB", size, (236 - number % 40, 243, 250))
    draw = ImageDraw.Draw(picture)
    edge, scale = width // 16, height / 540
    draw.line((edge, height - edge, width - edge, height - edge), fill=(30, 60, 90), width=max(2, width // 240))
    draw.line((edge, height - edge, edge, edge), fill=(30, 60, 90), width=max(2, width // 240))
    wave_long, high = (40 + number % 50) * scale, (60 + number % 90) * scale
    points = [
        (edge + x, height - edge - 8 - int(high * (1 + math.sin(x / wave_long + number))))
        for x in range(0, width - 2 * edge, max(4, width // 160))
    ]
    draw.line(points, fill=(190, 60, 20 + number % 200), width=max(3, width // 160))
    draw.text((edge * 3 // 2, edge * 2 // 3), topic, font=font(width // 20), fill=(20, 50, 90))
    return picture


def _alike(picture: Image.Image) -> int | None:
    return likeness.of_greys(list(picture.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()))


def picture(text: Written) -> Known:
    """A figure for the board: every other one as a photo would be."""
    size, out = (640, 360), io.BytesIO()
    drawn = _drawn(text.title, text.number, size)
    photo = text.number % 2
    drawn.save(out, "JPEG" if photo else "PNG", **({"quality": 80} if photo else {"compress_level": 3}))
    found = Image.open(io.BytesIO(out.getvalue())) if photo else drawn
    facts = {"width": size[0], "height": size[1]}
    return Known(out.getvalue(), "image/jpeg" if photo else "image/png", facts, likeness=_alike(found))


RATE, LASTS_S = 8000, 4
_NOTES = (262, 294, 330, 392, 440, 523, 587, 659)  # five tones, as songs of here have them


@cache
def _note(tone: int) -> bytes:
    long = RATE // 2
    fading = (int(9000 * math.exp(-3 * at / long) * math.sin(2 * math.pi * tone * at / RATE)) for at in range(long))
    return array.array("h", fading).tobytes()


def sound(text: Written) -> Known:
    """Four seconds of a tune."""
    out, number = io.BytesIO(), text.number
    with wave.open(out, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(RATE)
        tune = [_NOTES[number // len(_NOTES) ** (place % 5) % len(_NOTES)] for place in range(2 * LASTS_S)]
        written.writeframes(b"".join(map(_note, tune)))
    return Known(out.getvalue(), "audio/wav", {"seconds": float(LASTS_S), "sound": "pcm_s16le"})


def film(text: Written) -> Known:
    """Two seconds of a figure that moves."""
    import av  # codecs: every process imports this module
    import numpy as np

    out, size = io.BytesIO(), (320, 180)
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=4, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for frame in range(8):
            drawn = _drawn(text.title, text.number + frame * 3, size)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(drawn), format="rgb24")))
        container.mux(stream.encode())
    facts = {"seconds": 2.0, "width": size[0], "height": size[1], "codec": "h264"}
    with av.open(io.BytesIO(out.getvalue()), "r") as shown:
        first: Any = next(shown.decode(video=0))
        greys = first.to_image(width=9, height=8).convert("L").tobytes()
    return Known(out.getvalue(), "video/mp4", facts, likeness=likeness.of_greys(list(greys)))


# Packages -----------------------------------------------------------------------------------------------------------------------

_PAGE = '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{}</title>'
_STYLE = "<style>body{font:18px/1.7 sans-serif;max-width:40em;margin:2em auto;padding:0 1em}</style>"


def _pages_of(text: Written) -> dict[str, str | bytes]:
    names = ["index.html", *(f"{n}.html" for n in range(2, len(text.parts) + 2))]
    shown = [(text.title, [head for head, _below in text.parts]), *text.parts]
    pages: dict[str, str | bytes] = {}
    for place, (name, (head, below)) in enumerate(zip(names, shown, strict=True)):
        onward = f'<p><a href="{names[place + 1]}">→</a></p>' if place + 1 < len(names) else ""
        lines = "".join(f"<p>{escape(line)}</p>" for line in below)
        pages[name] = f"{_PAGE.format(escape(head))}{_STYLE}<h1>{escape(head)}</h1>{lines}{onward}"
    return pages


def _package(parts: Mapping[str, str | bytes], kind: str, **more: Any) -> Known:
    unpacked = sum(len(part.encode() if isinstance(part, str) else part) for part in parts.values())
    return Known(packed(parts), kind, {"files": len(parts), "unpacked": unpacked, **more})


def pages(text: Written) -> Known:
    """Pages to click through."""
    return _package(_pages_of(text), kinds.PAGES, start="index.html")


def course(text: Written) -> Known:
    """The same as a SCORM 1.2 package, for the platforms that want one."""
    files = "".join(f'<file href="{name}"/>' for name in _pages_of(text))
    manifest = (
        f'{_XML}<manifest identifier="m{text.number}" version="1.0" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" '
        'xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"><metadata><schema>ADL SCORM</schema><schemaversion>1.2'
        f'</schemaversion></metadata><organizations default="o"><organization identifier="o"><title>{escape(text.title)}</title>'
        f'<item identifier="i" identifierref="r"><title>{escape(text.title)}</title></item></organization></organizations>'
        f'<resources><resource identifier="r" type="webcontent" adlcp:scormtype="sco" href="index.html">{files}</resource>'
        "</resources></manifest>"
    )
    return _package({"imsmanifest.xml": manifest, **_pages_of(text)}, kinds.SCORM)


def bundle(text: Written) -> Known:
    """An archive with a text and a presentation, as teachers hand on what belongs together."""
    name = re.sub(r"[^\w]+", "", text.title)[:20]
    return _package({f"{name}.txt": plain(text).data, f"{name}.docx": document(text).data}, kinds.ZIP)


Maker = Callable[[Written], Known]
MAKERS: Mapping[str, Maker] = {
    "txt": plain, "docx": document, "pptx": slides, "xlsx": table, "pdf": paper, "image": picture, "audio": sound, "film": film,
    "pages": pages, "scorm": course, "zip": bundle,
}  # fmt: skip
