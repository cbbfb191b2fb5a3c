"""A recorder box on the wall: a real ffmpeg sends by RTMP, the lesson begins by itself, and a pupil sees it in Chromium.

What it sends is the synthetic lesson, whose picture holds a clock, so that the delay can be read.
"""

import contextlib
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import ROOT, Instance
from tests.e2e.live.classroom import SOUND_ALLOWED, Viewer, until

DELAY = 9.0  # seconds: twice what a box adds up to, a GOP more than a teacher's page
SOURCE = """
import sys
from lantian.content.media.engine.lesson.source import LessonSource
for chunk in LessonSource(fps=10).chunks(240):
    sys.stdout.buffer.write(chunk.data)
    sys.stdout.buffer.flush()
"""
PLAN = """
from datetime import timedelta
from django.utils import timezone
from lantian.kernel.rules import SYSTEM
from lantian.people.roster.models import Membership
from lantian.people.schedule.models import Lesson, Room
from lantian.people.schedule.services import plan_lesson
from lantian.teach.recorders.models import Recorder
from lantian.teach.recorders.services import register_recorder
now = timezone.now().replace(microsecond=0)
school = Recorder.objects.filter(way="rtmp").first().organization
room = Room.objects.create(organization=school, name="录播教室")
box, key = register_recorder(room=room, name="录播主机", way="rtmp", by=SYSTEM)
busy = Lesson.objects.filter(starts_at__lt=now + timedelta(hours=1), ends_at__gt=now).values("teacher")
teacher = Membership.objects.filter(organization=school, role="teacher").exclude(person__in=busy).first().person
lesson = plan_lesson(title="录播课", subject="maths", stage="junior", grade=8, teacher=teacher, organization=school, room=room,
                     starts_at=now, ends_at=now + timedelta(minutes=20), access="public", by=SYSTEM)
open({target!r}, "w").write(f"{{lesson.pk}} {{key}} {{box.pk}}")
"""


@contextlib.contextmanager
def box(address: str) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen([sys.executable, "-c", SOURCE], cwd=ROOT, stdout=subprocess.PIPE) as source:
        ffmpeg = subprocess.Popen(
            ["ffmpeg", "-v", "error", "-i", "pipe:0", "-c:v", "copy", "-c:a", "aac", "-f", "flv", address],
            stdin=source.stdout,
        )
        try:
            yield ffmpeg
        finally:
            ffmpeg.kill()
            source.kill()
            ffmpeg.wait()


@pytest.mark.timeout(240)
def test_a_box_gives_its_lesson_and_outlives_the_gateway(instance: Instance) -> None:
    target = instance.home / "box"
    instance.shell(PLAN.format(target=str(target)))
    lesson, key, recorder = target.read_text().split()
    address = f"rtmp://127.0.0.1:{instance.state()['rtmp_port']}/recorder/{key}"
    viewer = Viewer.open(instance, "city", SOUND_ALLOWED)
    try:
        with box(address) as ffmpeg:
            viewer.page.goto(f"{instance.url}/live/lessons/{lesson}/watch/")
            viewer.wait_picture(60)
            assert viewer.glass().at(0.5) < DELAY
            is_back = instance.kill("recorders")
            until(is_back, 20, "the gateway")
            viewer.wait_picture(30)  # it finds the stream at the door, which went on
            assert ffmpeg.poll() is None
            viewer.page.goto(f"{instance.url}/recorders/{recorder}/")
            viewer.page.wait("document.querySelector('.badge').textContent.includes('正在送课')", 20)
    finally:
        viewer.browser.close()
