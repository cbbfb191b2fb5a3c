"""Recorders of the demonstration: three sending schools have one, as they would stand after a day of work."""

from django.apps import apps

from lantian.kernel.demo import DemoContext
from lantian.kernel.rules import SYSTEM
from lantian.people.schedule import queries as schedule
from lantian.teach.recorders import services
from lantian.teach.recorders.enums import Happened, Way

MAKES = ("教室录播主机 R2", "全自动录播一体机 A7", "球形摄像机 C4")


def seed(context: DemoContext) -> None:
    """One recorder in a room of each of the first sending schools; none of them is there, so none claims to be on line."""
    members = (
        apps.get_model("schedule", "AllianceMember")
        .objects.filter(part="sending")
        .order_by("organization__sort_key", "pk")
    )
    schools = list(dict.fromkeys(member.organization for member in members.select_related("organization")))[
        : len(MAKES)
    ]
    made = 0
    for number, school in enumerate(schools):
        room = schedule.rooms_of_school(school).first()
        if room is None:
            continue
        camera = number == len(MAKES) - 1
        found, _key = services.register_recorder(
            room=room,
            name=f"{room.name}{'摄像机' if camera else '录播主机'}",
            make=MAKES[number],
            way=Way.RTSP if camera else Way.RTMP,
            address="rtsp://192.0.2.64:554/h264/ch1/main" if camera else "",
            follows=not camera,
            by=SYSTEM,
        )
        if not camera:
            services.note(found.pk, Happened.CAME)
            services.note(found.pk, Happened.WENT)
        made += 1
    context.say(f"  {made} recorders")
