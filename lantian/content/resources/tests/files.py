"""Small files of every kind, made here, and broken ones."""

import io
import struct
import wave
import zipfile
from collections.abc import Mapping

from PIL import Image, ImageDraw

WORDS = "一次函数的图象是一条直线。先描两个点，再用直尺连起来；斜率决定它有多陡，截距决定它从哪里穿过纵轴。" * 3


def picture(kind: str = "PNG", *, shade: int = 90, size: tuple[int, int] = (320, 200)) -> bytes:
    drawn = Image.new("RGB", size, (shade, 120, 160))
    draw = ImageDraw.Draw(drawn)
    draw.rectangle((size[0] // 8, size[1] // 4, size[0] // 2, size[1] // 2), fill=(240, 200, 60))
    draw.line((0, size[1], size[0], 0), fill=(20, 20, 20), width=6)
    out = io.BytesIO()
    drawn.save(out, kind)
    return out.getvalue()


def pdf(words: str = "hello", pages: int = 1) -> bytes:
    """As plain as a PDF can be."""
    kids = " ".join(f"{3 + 2 * n} 0 R" for n in range(pages))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {pages}/Kids[{kids}]>>".encode()]
    for number in range(pages):
        text = f"BT /F1 24 Tf 72 700 Td ({words} {number}) Tj ET".encode()
        font = "<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {4 + 2 * number} 0 R/Resources{font}>>".encode()
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(text), text))
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))
    return out.getvalue()


def packed(parts: Mapping[str, bytes | str], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def docx(words: str = WORDS, **more: bytes | str) -> bytes:
    body = f"<w:document><w:body><w:p><w:t>{words}</w:t></w:p></w:body></w:document>"
    return packed({"[Content_Types].xml": "<Types/>", "word/document.xml": body, **more})


def pptx(words: str = WORDS, slides: int = 2) -> bytes:
    pages = {f"ppt/slides/slide{n + 1}.xml": f"<p:sld><a:p><a:t>{words}{n}</a:t></a:p></p:sld>" for n in range(slides)}
    return packed({"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<p/>", **pages})


def h5p() -> bytes:
    return packed({"h5p.json": '{"title":"x"}', "content/content.json": "{}"})


def scorm() -> bytes:
    return packed({"imsmanifest.xml": "<manifest/>", "index.html": "<p>one</p>"})


def pages() -> bytes:
    return packed({"web/index.html": "<p>one</p>", "web/a.png": picture()})


def sound(seconds: float = 1.0) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        written.writeframes(b"\0\0" * int(8000 * seconds))
    return out.getvalue()


def film(frames: int = 10, *, shade: int = 40) -> bytes:
    """A second of H.264 in an MP4, a square that moves."""
    import av

    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=10, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for number in range(frames):
            drawn = Image.new("RGB", (160, 96), (shade, 60, 90))
            ImageDraw.Draw(drawn).rectangle((number * 5, 20, number * 5 + 40, 60), fill=(250, 220, 40))
            container.mux(stream.encode(av.VideoFrame.from_image(drawn)))
        container.mux(stream.encode())
    return out.getvalue()


def ole(stream: str) -> bytes:
    """The beginning of an older office document and a directory with one stream."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + stream.encode("utf-16-le") + b"\0" * 600


def locked_zip() -> bytes:
    """Every entry says that it is encrypted."""
    data = bytearray(packed({"a.txt": "x"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        flags = struct.unpack_from("<H", data, at + place)[0]
        struct.pack_into("<H", data, at + place, flags | 1)
    return bytes(data)


def bomb() -> bytes:
    """200 MB of zeros in 200 kB."""
    return packed({"zeros.txt": b"\0" * (200 << 20)})


def folded() -> bytes:
    """Two entries over the same bytes: more is packed in it than it is long."""
    one = bytearray(packed({"a.bin": bytes(range(256)) * 400}, method=zipfile.ZIP_STORED))
    at = one.find(b"PK\x01\x02")
    end = one.find(b"PK\x05\x06")
    entry, tail = bytes(one[at:end]), bytearray(one[end:])
    struct.pack_into("<HHI", tail, 8, 4, 4, len(entry) * 4)
    return bytes(one[:at]) + entry * 4 + bytes(tail)
