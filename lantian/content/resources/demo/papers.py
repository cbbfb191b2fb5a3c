"""PDF that is text: its letters are drawn once each and go with the file as a font of their own (Type 3), so that it looks the
same on any machine, and what is written in it can be found and copied.
"""

import zlib
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from lantian.content.media.engine.lesson.fonts import font
from lantian.content.resources.engine import kinds
from lantian.content.resources.services import Known

if TYPE_CHECKING:
    from lantian.content.resources.demo.files import Written

CELL, LETTER = 40, 32  # pixels that a letter is drawn in: a fifth of the cell is below the line
OF_A_FONT = 255  # letters: codes are one byte
TITLE = 18  # points
LEFT, TOP, WIDE, STEP, LINES = 56, 780, 483, 21, 34  # points; lines of a page


@cache
def _letter(sign: str) -> tuple[int, bytes]:
    """How wide a letter is, in thousandths, and the procedure that draws it, packed."""
    cell = Image.new("1", (CELL, CELL), 1)
    face = font(LETTER)
    ImageDraw.Draw(cell).text((0, CELL * 4 // 5), sign, font=face, fill=0, anchor="ls")
    width = min(1000, round(face.getlength(sign) / LETTER * 1000))
    side = round(1000 * CELL / LETTER)
    drawn = (
        f"{width} 0 0 -250 1250 1000 d1 q {side} 0 0 {side} 0 {-side // 5} cm "
        f"BI /W {CELL} /H {CELL} /IM true /BPC 1 /F /AHx ID {cell.tobytes().hex()}> EI Q"
    )
    return width, zlib.compress(drawn.encode())


def _wrapped(line: str, size: int) -> list[str]:
    """A line as broken at the margin."""
    rows: list[str] = []
    row, used = "", 0.0
    for sign in line:
        wide = _letter(sign)[0] * size / 1000
        if used + wide > WIDE and row:
            rows, row, used = [*rows, row], "", 0.0
        row, used = row + sign, used + wide
    return [*rows, row]


class _Objects:
    """What a PDF is made of, numbered as it comes."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def add(self, body: bytes | str) -> int:
        self.bodies.append(body.encode() if isinstance(body, str) else body)
        return len(self.bodies)

    def stream(self, data: bytes, *, packed: bool = False) -> int:
        way = b"/Filter/FlateDecode" if packed else b""
        return self.add(b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), way, data))

    def written(self, root: int) -> bytes:
        out, places = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"), []
        for number, body in enumerate(self.bodies, start=1):
            places.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        start, count = len(out), len(places) + 1
        out += b"xref\n0 %d\n0000000000 65535 f \n" % count
        out += b"".join(b"%010d 00000 n \n" % place for place in places)
        out += b"trailer<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, root, start)
        return bytes(out)


def _font(objects: _Objects, signs: Sequence[str]) -> int:
    """A font of these letters; their codes are 1, 2, 3 …"""
    drawn = [_letter(sign) for sign in signs]
    made = [objects.stream(data, packed=True) for _width, data in drawn]
    procedures = "".join(f"/g{n} {number} 0 R" for n, number in enumerate(made, start=1))
    names = "".join(f"/g{n}" for n in range(1, len(signs) + 1))
    pairs = [f"<{n:02x}><{sign.encode('utf-16-be').hex()}>" for n, sign in enumerate(signs, start=1)]
    blocks = "".join(
        f"{len(part)} beginbfchar\n{''.join(part)}\nendbfchar\n"
        for part in (pairs[at : at + 100] for at in range(0, len(pairs), 100))
    )
    means = objects.stream(
        f"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def\n"
        f"1 begincodespacerange\n<00><ff>\nendcodespacerange\n{blocks}endcmap end end".encode()
    )
    widths = " ".join(str(width) for width, _data in drawn)
    return objects.add(
        f"<</Type/Font/Subtype/Type3/FontBBox[0 -250 1250 1000]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 1/LastChar {len(signs)}"
        f"/Widths[{widths}]/CharProcs<<{procedures}>>/Encoding<</Type/Encoding/Differences[1{names}]>>/Resources<<>>"
        f"/ToUnicode {means} 0 R>>"
    )


def paper(text: "Written") -> Known:
    """A paper to print: a title with a line below it, headings, lines."""
    heads = {head for head, _below in text.parts}
    rows = [(row, TITLE) for row in _wrapped(text.title, TITLE)]
    rows += [
        (row, size)
        for line in text.lines[1:]
        for size in (14 if line in heads else 11,)
        for row in _wrapped(line, size)
    ]
    signs = list(dict.fromkeys(sign for row, _size in rows for sign in row))
    place = {sign: (at // OF_A_FONT, at % OF_A_FONT + 1) for at, sign in enumerate(signs)}
    objects = _Objects()
    fonts = [_font(objects, signs[at : at + OF_A_FONT]) for at in range(0, len(signs), OF_A_FONT)]
    named = "".join(f"/F{n} {number} 0 R" for n, number in enumerate(fonts))
    shown = [rows[at : at + LINES] for at in range(0, len(rows), LINES)]
    tree = len(objects.bodies) + 2 * len(shown) + 1
    kids = []
    for part in shown:
        content = objects.stream(_page(part, place), packed=True)
        kids.append(
            objects.add(
                f"<</Type/Page/Parent {tree} 0 R/MediaBox[0 0 595 842]/Contents {content} 0 R/Resources<</Font<<{named}>>>>>>"
            )
        )
    objects.add(f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(f'{n} 0 R' for n in kids)}]>>")
    data = objects.written(objects.add(f"<</Type/Catalog/Pages {tree} 0 R>>"))
    said = "\n".join("\r\n".join(row for row, _size in part) for part in shown)
    return Known(data, kinds.PDF, {"pages": len(kids)}, said)


def _page(rows: Sequence[tuple[str, int]], place: dict[str, tuple[int, int]]) -> bytes:
    titled = rows[0][1] == TITLE
    drawn = [f"{LEFT} {TOP - 10} {WIDE} 1 re f BT" if titled else "BT"]
    for number, (row, size) in enumerate(rows):
        below = STEP // 2 if titled and number else 0
        drawn.append(f"1 0 0 1 {LEFT} {TOP - STEP * number - below} Tm")
        codes, current = "", -1
        for sign in row:
            of, code = place[sign]
            if of != current:
                drawn.append(f"<{codes}> Tj" if codes else "")
                drawn.append(f"/F{of} {size} Tf")
                codes, current = "", of
            codes += f"{code:02x}"
        drawn.append(f"<{codes}> Tj" if codes else "")
    return zlib.compress("\n".join([*filter(None, drawn), "ET"]).encode())
