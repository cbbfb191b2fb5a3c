"""What decoders are set up with, taken apart: H.264 parameter sets in an avcC, AAC's configuration in an esds.

A lesson whose recorder was started anew may have pictures of two kinds. One file can hold both without a second sample entry:
parameter sets have numbers, an avcC may hold many, and each picture says which it needs. So that what is encoded anew gets
numbers that the rest does not use, they are read here (ITU-T H.264 7.3.2).
"""

import struct
from dataclasses import dataclass

from lantian.content.media.engine.boxes import Box, Reader, child
from lantian.content.media.engine.codecs import descriptor_length
from lantian.content.media.engine.model import MediaFault, Track

_MOST_NUMBER = 31  # of a sequence parameter set
_VISUAL_FIELDS, _AUDIO_FIELDS = 78, 28


@dataclass(frozen=True, slots=True)
class AvcConfig:
    """An AVCDecoderConfigurationRecord: profile, constraints and level, the parameter sets, what high profiles add."""

    profile: bytes
    sequences: tuple[bytes, ...]
    pictures: tuple[bytes, ...]
    more: bytes = b""

    @property
    def highest_number(self) -> int:
        """The highest number that any set has."""
        found = [_exp_golomb(each[4:])[0] for each in self.sequences]
        found += [_exp_golomb(each[1:])[0] for each in self.pictures]
        return max(found, default=-1)

    def written(self) -> bytes:
        """The record's bytes."""
        parts = [b"\x01", self.profile, b"\xff", bytes([0xE0 | len(self.sequences)])]
        parts += [struct.pack(">H", len(each)) + each for each in self.sequences]
        parts.append(bytes([len(self.pictures)]))
        parts += [struct.pack(">H", len(each)) + each for each in self.pictures]
        return b"".join((*parts, self.more))

    def with_sets_of(self, other: "AvcConfig") -> "AvcConfig":
        """Both one's sets; the higher profile and level of the two. Raises MediaFault when numbers are used twice."""
        if other.sequences and set(self._numbers()) & set(other._numbers()):
            raise MediaFault("unsupported_codec", "parameter sets of one number")
        high = max(self, other, key=lambda each: (each.profile[0], each.profile[2]))
        profile = bytes((high.profile[0], self.profile[1] & other.profile[1], max(self.profile[2], other.profile[2])))
        return AvcConfig(
            profile,
            self.sequences + other.sequences,
            self.pictures + other.pictures,
            high.more or self.more or other.more,
        )

    def _numbers(self) -> list[int]:
        return [_exp_golomb(each[4:])[0] for each in self.sequences]


def _exp_golomb(data: bytes) -> tuple[int, int]:
    """The first unsigned exp-Golomb code of some bytes, and how many bits it took. Raises MediaFault."""
    bits = int.from_bytes(data[:8].ljust(8, b"\0"), "big")
    zeros = 64 - bits.bit_length()
    if zeros > 16:
        raise MediaFault("malformed", "a number in a parameter set")
    length = 2 * zeros + 1
    return (bits >> (64 - length)) - 1, length


def read_avc_config(data: bytes) -> AvcConfig:
    """Take an avcC's payload apart. Raises MediaFault."""
    reader = Reader(data, Box("avcC", 0, 0, len(data)))
    if reader.u(1) != 1:
        raise MediaFault("malformed", "avcC version")
    profile = reader.take(3)
    reader.take(1)
    sequences = tuple(reader.take(reader.u(2)) for _ in range(reader.u(1) & 31))
    pictures = tuple(reader.take(reader.u(2)) for _ in range(reader.u(1)))
    if not sequences or not pictures or any(len(each) < 5 for each in sequences) or not all(pictures):
        raise MediaFault("malformed", "avcC without parameter sets")
    found = AvcConfig(profile, sequences, pictures, reader.take(reader.left))
    if not 0 <= found.highest_number <= 255:
        raise MediaFault("malformed", "a parameter set's number")
    return found


def free_number(config: AvcConfig) -> int:
    """A number that none of its sets has, for sets to be added. Raises MediaFault when there is none left."""
    if config.highest_number >= _MOST_NUMBER:
        raise MediaFault("unsupported_codec", "no parameter set's number is free")
    return config.highest_number + 1


def avc_record(track: Track) -> bytes:
    """The avcC payload of a picture track. Raises MediaFault."""
    entry = track.entry
    found = child(entry, Box("avc1", 0, 8, len(entry)), "avcC", skip=_VISUAL_FIELDS)
    if found is None:
        raise MediaFault("malformed", "avc1 without avcC")
    return entry[found.body : found.end]


def aac_record(track: Track) -> bytes:
    """The AudioSpecificConfig of an AAC track. Raises MediaFault."""
    entry = track.entry
    found = child(entry, Box("mp4a", 0, 8, len(entry)), "esds", skip=_AUDIO_FIELDS)
    if found is None:
        raise MediaFault("malformed", "mp4a without esds")
    reader = Reader(entry, found)
    reader.full()
    reader.take(1)
    descriptor_length(reader)
    reader.take(2)
    flags = reader.u(1)
    reader.take((2 if flags & 0x80 else 0) + (2 if flags & 0x20 else 0))
    reader.take(1)
    descriptor_length(reader)
    reader.take(13)
    if reader.u(1) != 5:
        raise MediaFault("malformed", "esds")
    return reader.take(descriptor_length(reader))
