"""What a recorder sends, made into files: picture and sound as the box's settings would have them."""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from tempfile import mkdtemp

import av
import numpy as np
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

WIDTH, HEIGHT, FPS = 320, 180, 25


def make_stream(
    path: Path | str,
    *,
    seconds: float = 6,
    gop_s: float = 1,
    codec: str = "libx264",
    sound: str = "aac",
    leap_at: float = 0,
    since: float = 0,
    picture: bool = True,
    paced: bool = False,
    key: str = "",
) -> None:
    """Write a stream (the ending says which container). `leap_at`: from there on the box's clock is an hour ahead; `since`: what
    it shows at the beginning, s, as of a box that has been on for so long.

    `paced`: it goes as the clock does. `key`: of a WHIP address (http://…).
    """
    began = time.monotonic()
    how = {"rtmp": "flv", "http": "whip"}.get(str(path).partition(":")[0])
    with av.open(str(path), "w", format=how, options=_whip(key) if key else {}) as out:
        video = _video(out, codec, gop_s) if picture else None
        audio = out.add_stream(sound, rate=48_000) if sound else None
        if audio is not None and sound == "libopus":
            audio.layout = "stereo"
        for number in range(int(seconds * FPS)):
            if paced:
                time.sleep(max(0.0, number / FPS - (time.monotonic() - began)))
            shift = since + (3600 if leap_at and number / FPS >= leap_at else 0)
            if video is not None:
                for packet in video.encode(_frame(number)):
                    out.mux(_shifted(packet, shift))
            if audio is not None:
                for packet in audio.encode(_tone(number)):
                    out.mux(_shifted(packet, shift))
        if not leap_at and not since:
            for stream in filter(None, (video, audio)):
                out.mux(stream.encode(None))


def _whip(key: str) -> dict[str, str]:
    """The key, and a certificate: the one that libav makes by itself has a curve that OpenSSL does not take."""
    folder = Path(mkdtemp(prefix="lt-whip-"))
    made = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "box")]), datetime.now(UTC)
    about = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(made.public_key())
    about = about.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    (folder / "cert.pem").write_bytes(about.sign(made, hashes.SHA256()).public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return {"authorization": key, "cert_file": str(folder / "cert.pem"), "key_file": str(folder / "key.pem")}


def _video(out, codec: str, gop_s: float):
    video = out.add_stream(codec, rate=FPS)
    video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    video.codec_context.gop_size = round(gop_s * FPS)
    video.bit_rate = 300_000
    if codec == "libx264":
        video.options = {"preset": "ultrafast", "tune": "zerolatency", "sc_threshold": "0"}
    return video


def _frame(number: int) -> av.VideoFrame:
    picture = np.full((HEIGHT, WIDTH, 3), 40, np.uint8)
    left = number * 4 % (WIDTH - 40)
    picture[60:100, left : left + 40] = 220
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    frame.pts, frame.time_base = number, Fraction(1, FPS)
    return frame


def _tone(number: int) -> av.AudioFrame:
    count = 48_000 // FPS
    at = np.arange(number * count, (number + 1) * count) / 48_000
    block = (0.2 * np.sin(2 * np.pi * 440 * at) * 32767).astype(np.int16).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
    frame.sample_rate, frame.pts = 48_000, number * count
    return frame


def _shifted(packet, seconds: float):
    if seconds:
        ticks = round(seconds / packet.time_base)
        packet.pts += ticks
        packet.dts += ticks
    return packet


def packets_of(data: bytes) -> Iterator[tuple[str, float, bool]]:
    """Kind, seconds and whether a keyframe, of each packet in an MP4."""
    import io

    with av.open(io.BytesIO(data)) as found:
        for packet in found.demux():
            if packet.dts is not None:
                yield packet.stream.type, float(packet.dts * packet.time_base), packet.is_keyframe


if __name__ == "__main__":  # a box of its own: ADDRESS GOP_SECONDS SINCE [KEY: by WHIP]
    address, gop, before, *word = sys.argv[1:]
    by_whip = {"sound": "libopus", "key": word[0]} if word else {}
    make_stream(address, seconds=120, gop_s=float(gop), since=float(before), paced=True, **by_whip)
