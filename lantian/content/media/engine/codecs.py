"""Codec configuration records and the names players know them by (RFC 6381): H.264, Opus, AAC."""

import struct

from lantian.content.media.engine.boxes import Box, Reader, box, child, full_box
from lantian.content.media.engine.model import MediaFault

SYNC_FLAGS, OTHER_FLAGS = 0x02000000, 0x01010000
_VISUAL_FIELDS, _AUDIO_FIELDS = 78, 28
NAL_IDR, NAL_SPS, NAL_PPS, NAL_AUD = 5, 7, 8, 9


def avc1_codec(data: bytes, entry: Box) -> tuple[str, int, int]:
    """Codec string, width and height of an avc1 sample entry."""
    reader = Reader(data, entry)
    reader.take(24)
    width, height = reader.u(2), reader.u(2)
    config = child(data, entry, "avcC", skip=_VISUAL_FIELDS)
    if config is None or config.end - config.body < 7:
        raise MediaFault("malformed", "avc1 without avcC")
    return avc_codec(data[config.body : config.end]), width, height


def avc_codec(config: bytes) -> str:
    """`avc1.PPCCLL` from an AVCDecoderConfigurationRecord."""
    if len(config) < 7 or config[0] != 1:
        raise MediaFault("malformed", "avcC version")
    if config[4] & 3 != 3:
        raise MediaFault("unsupported_codec", "NAL lengths of other than 4 bytes")
    return f"avc1.{config[1]:02x}{config[2]:02x}{config[3]:02x}"


def audio_codec(data: bytes, entry: Box) -> tuple[str, int, int]:
    """Codec string, channels and sample rate of an Opus or mp4a sample entry."""
    reader = Reader(data, entry)
    reader.take(16)
    channels = reader.u(2)
    reader.take(6)
    rate = reader.u(4) >> 16
    if not 1 <= channels <= 2:
        raise MediaFault("unsupported_codec", f"{channels} sound channels")
    if entry.kind == "Opus":
        if child(data, entry, "dOps", skip=_AUDIO_FIELDS) is None:
            raise MediaFault("malformed", "Opus without dOps")
        return "opus", channels, 48_000
    config = child(data, entry, "esds", skip=_AUDIO_FIELDS)
    if config is None:
        raise MediaFault("malformed", "mp4a without esds")
    return f"mp4a.40.{_audio_object_type(data, config)}", channels, rate


def _audio_object_type(data: bytes, config: Box) -> int:
    """The AAC object type inside esds: ES descriptor 3 → decoder config 4 (object type 0x40) → specific info 5."""
    reader = Reader(data, config)
    reader.full()
    if reader.u(1) != 3:
        raise MediaFault("malformed", "esds")
    descriptor_length(reader)
    reader.take(2)
    flags = reader.u(1)
    reader.take((2 if flags & 0x80 else 0) + (2 if flags & 0x20 else 0))
    if flags & 0x40 or reader.u(1) != 4:
        raise MediaFault("malformed", "esds")
    descriptor_length(reader)
    if reader.u(1) != 0x40:
        raise MediaFault("unsupported_codec", "mp4a that is not AAC")
    reader.take(12)
    if reader.u(1) != 5:
        raise MediaFault("malformed", "esds")
    descriptor_length(reader)
    kind = reader.u(1) >> 3
    if kind not in {2, 5, 29}:
        raise MediaFault("unsupported_codec", f"AAC object type {kind}")
    return kind


def descriptor_length(reader: Reader) -> int:
    """An expandable length of MPEG-4 descriptors."""
    value = 0
    for _ in range(4):
        byte = reader.u(1)
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            return value
    raise MediaFault("malformed", "descriptor length")


# --- building sample entries -----------------------------------------------------------------------------------------


def avc1_entry(config: bytes, width: int, height: int) -> bytes:
    """An avc1 sample entry around an AVCDecoderConfigurationRecord."""
    fields = struct.pack(">6xH16xHHIIIH32sHh", 1, width, height, 0x00480000, 0x00480000, 0, 1, b"", 0x18, -1)
    return box("avc1", fields, box("avcC", config))


def opus_entry(head: bytes) -> bytes:
    """An Opus sample entry from the OpusHead of Ogg and Matroska (RFC 7845 section 5.1)."""
    if len(head) < 19 or head[:8] != b"OpusHead" or head[18] != 0 or not 1 <= head[9] <= 2:
        raise MediaFault("unsupported_codec", "OpusHead")
    skip, rate, gain = struct.unpack_from("<HIh", head, 10)
    config = box("dOps", struct.pack(">BBHIhB", 0, head[9], skip, rate, gain, 0))
    return box("Opus", _audio_fields(head[9], 48_000), config)


def aac_entry(config: bytes, channels: int, rate: int, bits_per_second: int) -> bytes:
    """An mp4a sample entry around an AudioSpecificConfig."""
    specific = b"\x05" + bytes([len(config)]) + config
    decoder = struct.pack(">BB3sII", 0x40, 0x15, b"\0\0\0", bits_per_second, bits_per_second) + specific
    inner = struct.pack(">HB", 1, 0) + b"\x04" + bytes([len(decoder)]) + decoder + b"\x06\x01\x02"
    return box("mp4a", _audio_fields(channels, rate), full_box("esds", 0, 0, b"\x03" + bytes([len(inner)]) + inner))


def _audio_fields(channels: int, rate: int) -> bytes:
    return struct.pack(">6xH8xHHHHI", 1, channels, 16, 0, 0, rate << 16)


# --- H.264 byte streams (WebM from browsers) ---------------------------------------------------------------------------


def split_annex_b(frame: bytes) -> list[bytes]:
    """NAL units of an Annex B frame (start codes of 3 or 4 bytes)."""
    units = []
    at = frame.find(b"\0\0\1")
    while at >= 0:
        following = frame.find(b"\0\0\1", at + 3)
        unit = frame[at + 3 : following if following >= 0 else len(frame)].rstrip(b"\0")
        if unit:
            units.append(unit)
        at = following
    return units


def avc_config(units: list[bytes]) -> bytes | None:
    """An AVCDecoderConfigurationRecord from a keyframe's SPS and PPS; None when it carries none that fits."""
    sps = next((unit for unit in units if unit[0] & 31 == NAL_SPS), None)
    pps = next((unit for unit in units if unit[0] & 31 == NAL_PPS), None)
    if sps is None or pps is None or len(sps) < 4 or max(len(sps), len(pps)) > 0xFFFF:
        return None
    return b"".join(
        (b"\x01", sps[1:4], b"\xff\xe1", struct.pack(">H", len(sps)), sps, b"\x01", struct.pack(">H", len(pps)), pps)
    )


def to_lengths(units: list[bytes]) -> bytes:
    """NAL units with 4-byte lengths, as MP4 keeps them; delimiters and parameter sets stay out (they are in avcC)."""
    kept = [unit for unit in units if unit[0] & 31 not in {NAL_SPS, NAL_PPS, NAL_AUD}]
    return b"".join(struct.pack(">I", len(unit)) + unit for unit in kept)


def opus_samples(packet: bytes) -> int:
    """Samples at 48 kHz that an Opus packet lasts, from its first bytes (RFC 6716 section 3.1). 0: empty packet."""
    if not packet:
        return 0
    toc = packet[0]
    config, code = toc >> 3, toc & 3
    if config < 12:
        frame = (480, 960, 1920, 2880)[config & 3]
    elif config < 16:
        frame = (480, 960)[config & 1]
    else:
        frame = (120, 240, 480, 960)[config & 3]
    frames = (1, 2, 2)[code] if code < 3 else (packet[1] & 63 if len(packet) > 1 else 0)
    return frame * frames
