"""A person's or class's lessons as iCalendar (RFC 5545), for the calendar of a phone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event

PRODUCT = "-//Lantian//Timetable//ZH"
REFRESH = timedelta(hours=1)  # how often calendars are asked to look again (RFC 7986, 5.7)


@dataclass(frozen=True, slots=True)
class Appointment:
    """One lesson: `uid` stays the same when it moves, `sequence` grows with each change (RFC 5545, 3.8.7.4)."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    place: str = ""
    description: str = ""
    url: str = ""
    cancelled: bool = False
    sequence: int = 0


def calendar(name: str, appointments: Iterable[Appointment]) -> bytes:
    """The feed. Times are written in UTC, so that no time zone's rules have to be sent along."""
    feed = Calendar()
    feed.add("prodid", PRODUCT)
    feed.add("version", "2.0")
    feed.add("method", "PUBLISH")
    feed.add("name", name)
    feed.add("x-wr-calname", name)  # what today's calendars show
    feed.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for one in appointments:
        feed.add_component(_event(one))
    return bytes(feed.to_ical())


def _event(one: Appointment) -> Event:
    event = Event()
    event.add("uid", one.uid)
    event.add("summary", one.title)
    event.add("dtstart", one.starts_at)
    event.add("dtend", one.ends_at)
    event.add("dtstamp", one.changed_at)
    event.add("sequence", one.sequence)
    event.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
    for key, value in (("location", one.place), ("description", one.description), ("url", one.url)):
        if value:
            event.add(key, value)
    return event
