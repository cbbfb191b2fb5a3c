"""The pages of recorders: what a school's IT teacher does with a new box, and what an officer sees of many."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lantian.kernel.rules import SYSTEM
from lantian.people.schedule.models import Room
from lantian.teach.live.tests.world import actor, person
from lantian.teach.recorders import queries, services
from lantian.teach.recorders.enums import Fault, Happened, State, Way
from lantian.teach.recorders.models import Recorder
from lantian.teach.recorders.tests.test_recorders import box, room_of

pytestmark = pytest.mark.django_db
FACTS = {
    "video": "h264",
    "audio": "aac",
    "width": 1920,
    "height": 1080,
    "fps": 25.0,
    "kbps": 6100,
    "gop_s": 8.0,
    "encoding": True,
}


@pytest.fixture(autouse=True)
def door(settings):
    settings.LANTIAN_RTMP_PORT = 1935


def text(answer) -> str:
    assert answer.status_code == 200, answer
    return answer.content.decode()


def it_teacher(world):
    return actor(person("信息老师", world.sending), "school_it", world.sending)


def test_a_box_is_registered_and_its_key_is_shown_once(world, enter):
    client, room = enter(it_teacher(world)), room_of(world)
    page = text(client.get("/recorders/new/"))
    assert str(room.pk) in page
    assert str(world.rooms[0].pk) not in page  # another school's
    facts = {"room": str(room.pk), "name": "录播主机", "make": "R2", "way": "rtmp", "follows": "on"}
    shown = text(client.post("/recorders/new/", facts, headers={"Host": "lantian.example.cn:8000"}))
    key = re.search(r"rtmp://lantian\.example\.cn:1935/recorder/([0-9a-f]{24})<", shown)
    assert key
    found = Recorder.objects.get()
    assert queries.recorder_of_key(key[1]) == found
    assert key[1] not in text(client.get(f"/recorders/{found.pk}/"))
    # the room is taken now
    again = text(client.post("/recorders/new/", facts))
    assert Recorder.objects.count() == 1
    assert "field-error" in again or "form-error" in again or "有效" in again


def test_obs_is_told_the_address_for_whip_where_sources_may_come_by_it(world, enter, settings):
    found, _key = box(world)
    client, where = enter(it_teacher(world)), {"Host": "lantian.example.cn:8000"}
    assert "/whip" not in text(client.get(f"/recorders/{found.pk}/", headers=where))
    settings.LANTIAN_WHIP = True
    shown = text(client.get(f"/recorders/{found.pk}/", headers=where))
    assert "http://lantian.example.cn:8000/whip<" in shown
    assert "rtmp://lantian.example.cn:1935/recorder<" in shown
    key = text(client.post(f"/recorders/{found.pk}/key/", headers=where))
    assert "http://lantian.example.cn:8000/whip<" in key
    settings.LANTIAN_RTMP_PORT = 0
    assert "rtmp://" not in text(client.get(f"/recorders/{found.pk}/", headers=where))
    assert "rtmp://" not in text(client.post(f"/recorders/{found.pk}/key/", headers=where))


def test_what_is_missing_is_said_beside_its_field_and_kept(world, enter):
    client, room = enter(it_teacher(world)), room_of(world)
    facts = {"room": str(room.pk), "name": "球机", "way": "rtsp", "address": ""}
    assert "请填写摄像机的地址" in text(client.post("/recorders/new/", facts))
    page = text(client.post("/recorders/new/", facts | {"address": "http://192.0.2.1/"}))
    assert "rtsp:// 或 rtsps://" in page
    assert "球机" in page
    assert client.post("/recorders/new/", facts | {"address": "rtsp://u:p@192.0.2.1/ch1"}).status_code == 302
    assert "u:p" not in text(client.get(f"/recorders/{Recorder.objects.get().pk}/change/"))


def test_an_officer_chooses_the_school_first(world, enter):
    office = world.county.parent
    client = enter(actor(person("科员"), "officer", office))
    room = room_of(world)
    page = text(client.get("/recorders/new/"))
    assert str(world.sending.pk) in page
    assert str(room.pk) not in page
    assert str(room.pk) in text(client.get("/recorders/new/", {"school": str(world.sending.pk)}))


def test_the_page_says_what_is_wrong_and_what_to_set(world, enter):
    found, _key = box(world)
    services.saw(found.pk, state=State.ON_AIR, facts=FACTS)
    services.note(found.pk, Happened.SECOND, address="192.0.2.7")
    client = enter(it_teacher(world))
    page = text(client.get(f"/recorders/{found.pk}/"))
    for words in ("1920×1080 · 25 fps · 6.1 Mbit/s", "I 帧间隔 = 25 帧", "1.5–2 Mbit/s", "192.0.2.7", "正在送课"):
        assert words in page, words
    services.saw(found.pk, state=State.FAULTY, fault=Fault.UNREADABLE)
    assert "H.264" in text(client.get(f"/recorders/{found.pk}/"))
    # a teacher looks on, and finds no buttons
    page = text(enter(world.teacher_actor).get(f"/recorders/{found.pk}/"))
    assert "/switch/" not in page
    assert "/key/" not in page


def test_it_is_stopped_and_taken_up_again_and_given_another_key(world, enter):
    found, key = box(world)
    client = enter(it_teacher(world))
    shown = text(client.post(f"/recorders/{found.pk}/key/"))
    assert key not in shown
    assert queries.recorder_of_key(key) is None
    client.post(f"/recorders/{found.pk}/switch/", {"act": "stop"})
    assert "已停用" in text(client.get(f"/recorders/{found.pk}/"))
    assert f"/recorders/{found.pk}/" in text(client.get("/recorders/?state=stopped"))
    assert f"/recorders/{found.pk}/" not in text(client.get("/recorders/?state=offline"))
    client.post(f"/recorders/{found.pk}/switch/", {"act": "resume"})
    assert Recorder.objects.get().is_active
    client.post(f"/recorders/{found.pk}/change/", {"name": "新主机", "make": ""})
    assert (Recorder.objects.get().name, Recorder.objects.get().follows) == ("新主机", False)


def test_the_list_asks_as_many_queries_for_many_as_for_few(world, enter):
    client, asked = enter(it_teacher(world)), []
    client.get("/recorders/")  # what is found out once
    for number in range(12):
        room = Room.objects.create(organization=world.sending, name=f"教室{number}")
        services.register_recorder(room=room, name=f"主机{number}", way=Way.RTMP, by=SYSTEM)
        if number in (1, 11):
            with CaptureQueriesContext(connection) as context:
                assert f"主机{number}" in text(client.get("/recorders/"))
            asked.append(len(context))
    assert asked[0] == asked[1] <= 8
