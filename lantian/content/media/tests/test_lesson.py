"""The synthetic lesson: readable by machines, like a browser's recording, cheap."""

import io
import time

import av
import numpy as np
import pytest

from lantian.content.media.engine.lesson import fonts, slides
from lantian.content.media.engine.lesson.clock import draw_clock, read_clock
from lantian.content.media.engine.lesson.source import LessonSource
from lantian.content.media.tests.support import cut_lesson, lesson


def test_the_clock_is_read_from_every_decoded_picture() -> None:
    init, segments = cut_lesson()
    data = init.data + b"".join(segment.data for segment in segments)
    with av.open(io.BytesIO(data)) as opened:
        read = [read_clock(frame.to_ndarray(format="gray")) for frame in opened.decode(video=0)]
    assert None not in read
    start = 1_790_000_000_123
    assert read == [start + round(frame * 1000 / 12) for frame in range(144)]


def test_a_damaged_clock_is_not_believed() -> None:
    luma = np.full((240, 426), 128, np.uint8)
    assert read_clock(luma) is None
    draw_clock(luma, 1_790_000_000_123)
    assert read_clock(luma) == 1_790_000_000_123
    luma[:, 200:210] = 255 - luma[:, 200:210]
    assert read_clock(luma) is None


def test_each_segment_begins_at_a_full_second() -> None:
    _init, segments = cut_lesson()
    assert [segment.start_us for segment in segments] == [second * 1_000_000 for second in range(12)]
    assert lesson()[-1].last
    assert not any(chunk.last for chunk in lesson()[:-1])


def test_without_a_chinese_font_slides_speak_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "chinese_font", lambda: None)
    fonts.font.cache_clear()
    try:
        assert str(slides.TITLE) == "Refraction of light"
        assert len(slides.draw_pages(426, 240)) == 6
    finally:
        fonts.font.cache_clear()


@pytest.mark.slow
def test_paced_it_keeps_time() -> None:
    source = LessonSource()
    began = time.monotonic()
    chunks = list(source.chunks(5))
    assert 4.6 < time.monotonic() - began < 8
    assert len(chunks) >= 5
