"""The pure parts: clashes of a week, how a received period fits, iCalendar."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from lantian.people.schedule.engine.fitting import Bell, Fit, Own, place
from lantian.people.schedule.engine.ical import Appointment, calendar
from lantian.people.schedule.engine.week import KINDS, Slot, clashes, weeks_meet

BELLS = [Bell(1, 500, 540), Bell(2, 550, 590), Bell(3, 610, 650), Bell(4, 660, 700)]

slots = st.builds(
    Slot,
    key=st.integers(0, 10**9),
    weekday=st.integers(0, 6),
    starts=st.integers(0, 20),
    ends=st.integers(21, 40),
    weeks=st.sampled_from(["every", "odd", "even"]),
    class_group=st.sampled_from([None, "c1", "c2"]),
    teacher=st.sampled_from([None, "t1", "t2"]),
    room=st.sampled_from([None, "r1"]),
)


@given(st.lists(slots, max_size=12, unique_by=lambda slot: slot.key))
def test_exactly_the_pairs_that_meet_are_found(week: list[Slot]) -> None:
    wanted = {
        (kind, frozenset({one.key, other.key}))
        for index, one in enumerate(week)
        for other in week[index + 1 :]
        for kind in KINDS
        if one.taken(kind) is not None
        and one.taken(kind) == other.taken(kind)
        and one.weekday == other.weekday
        and one.starts < other.ends
        and other.starts < one.ends
        and weeks_meet(one.weeks, other.weeks)
    }
    found = [(clash.kind, frozenset({clash.first.key, clash.second.key})) for clash in clashes(week)]
    assert len(found) == len(set(found))
    assert set(found) == wanted


def test_touching_periods_do_not_clash() -> None:
    first = Slot("a", 0, 500, 540, "every", teacher="t")
    assert clashes([first, Slot("b", 0, 540, 580, "every", teacher="t")]) == []
    assert clashes([first, Slot("b", 0, 539, 580, "odd", teacher="t")])[0].what == "t"


def test_a_period_at_the_bell_fits_and_ten_minutes_off_still_does() -> None:
    assert place(500, 540, "every", "maths", BELLS, []).fit is Fit.FITS
    assert place(510, 550, "every", "maths", BELLS, []).fit is Fit.FITS
    assert place(515, 560, "every", "maths", BELLS, []).fit is Fit.SHIFTED


def test_what_stands_there_is_said_before_a_shift() -> None:
    own = [Own(2, "odd", "chinese"), Own(1, "every", "maths")]
    assert place(500, 540, "every", "maths", BELLS, own).fit is Fit.FITS
    found = place(555, 600, "every", "maths", BELLS, own)
    assert (found.fit, found.periods, found.subject) == (Fit.TAKEN, (2,), "chinese")
    assert place(555, 595, "even", "maths", BELLS, own).fit is Fit.FITS


def test_noon_two_periods_and_days_off() -> None:
    assert place(720, 760, "every", "maths", BELLS, []).fit is Fit.OUTSIDE
    assert place(565, 640, "every", "maths", BELLS, []).periods == (2, 3)
    assert place(565, 640, "every", "maths", BELLS, []).fit is Fit.SPANS
    assert place(500, 540, "every", "maths", BELLS, [], works=False).fit is Fit.DAY_OFF


def test_a_feed_is_read_by_others_as_it_was_meant() -> None:
    begin = datetime(2026, 9, 7, 0, 20, tzinfo=UTC)
    one = Appointment(
        uid="a@lantian",
        title="数学; 一次函数, 图象",
        starts_at=begin,
        ends_at=begin + timedelta(minutes=40),
        changed_at=begin,
        place="八年级（1）班教室",
        cancelled=True,
        sequence=3,
    )
    read = Calendar.from_ical(calendar("王芳的课表", [one]))
    event = read.walk("VEVENT")[0]
    assert read["X-WR-CALNAME"] == "王芳的课表"
    assert event["SUMMARY"] == "数学; 一次函数, 图象"
    assert event["STATUS"] == "CANCELLED"
    assert event["DTSTART"].dt == begin
    assert event["SEQUENCE"] == 3
