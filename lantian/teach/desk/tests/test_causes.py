"""Why a class missed its lesson: every cause from the facts that lead to it, and none charged to the wrong end."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from lantian.teach.desk.engine.causes import Given, Seen, cause_of
from lantian.teach.desk.enums import SIDES, Cause

HELD = {"planned": 2400, "ran": 2400, "classes": 5, "classes_seen": 5, "classes_attended": 4}


@pytest.mark.parametrize(
    ("lesson", "seen", "cause"),
    [
        ({"cancelled": True}, {}, "cancelled"),
        ({"cancelled": True, "opened": False, "started": False}, {"seen": False}, "cancelled"),
        ({"opened": False, "started": False}, {"seen": False}, "never_opened"),
        ({"started": False, "ran": 0}, {}, "no_picture"),
        ({"ran": 300}, {}, "cut_short"),
        ({"ran": 300, "end_reason": "silent"}, {}, "teacher_line"),
        ({"recorded": 1500}, {"present": 1500}, "teacher_line"),
        ({"recorded": 2390}, {"late": 900, "present": 1500}, "came_late"),
        ({"ran": 100, "end_reason": "limit"}, {}, "platform"),
        ({"classes_seen": 0, "classes_attended": 0}, {"seen": False}, "platform"),
        ({"classes_attended": 0}, {"errors": ("fragLoadError",), "present": 900}, "platform"),
        ({}, {"seen": False}, "screen_off"),
        ({}, {"seen": False, "has_screen": False}, "no_screen"),
        ({}, {"errors": ("bufferAppendError",), "present": 200, "early": 2200}, "player"),
        ({}, {"late": 900, "present": 1500}, "came_late"),
        ({}, {"early": 900, "present": 1500}, "left_early"),
        ({}, {"early": 900, "present": 1500, "errors": ("soundBlocked",)}, "sound_blocked"),
        ({}, {"early": 900, "present": 1500, "errors": ("levelLoadTimeOut",)}, "class_line"),
        ({}, {"late": 100, "early": 100, "present": 1200}, "class_line"),
        ({}, {"late": 300, "present": 2100, "stall": 600}, "class_line"),
        ({}, {"present": 2400}, "unknown"),
    ],
)
def test_the_cause_is_what_the_facts_say(lesson, seen, cause):
    assert cause_of(Given(**(HELD | lesson)), Seen(**seen)) == cause


def test_a_lesson_that_nobody_kept_a_recording_of_is_not_said_to_have_had_gaps():
    assert Given(**HELD, recorded=None).gap == 0
    assert Given(**HELD, recorded=2000).gap == 400


def test_one_class_alone_does_not_make_a_fault_of_the_platform():
    alone = HELD | {"classes": 1, "classes_seen": 0, "classes_attended": 0}
    assert cause_of(Given(**alone), Seen(seen=False)) == "screen_off"


lengths = st.floats(0, 10_000)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@drawn(
    st.builds(
        Given,
        planned=st.floats(300, 14_400),
        cancelled=st.booleans(),
        opened=st.booleans(),
        started=st.booleans(),
        ran=lengths,
        recorded=st.none() | lengths,
        end_reason=st.sampled_from(["", "teacher", "planned", "silent", "limit"]),
        classes=st.integers(1, 100),
        classes_seen=st.integers(0, 100),
        classes_attended=st.integers(0, 100),
    ),
    st.builds(
        Seen,
        has_screen=st.booleans(),
        seen=st.booleans(),
        late=lengths,
        early=lengths,
        present=lengths,
        stall=lengths,
        errors=st.lists(st.sampled_from(["soundBlocked", "fragLoadError", "bufferAppendError", "x"]), max_size=3).map(
            tuple
        ),
    ),
)
def test_there_is_always_one_known_cause_and_the_class_is_not_blamed_for_the_sending_end(lesson, seen):
    cause = cause_of(lesson, seen)
    assert cause in Cause.values
    if lesson.cancelled or not lesson.opened:
        assert cause in SIDES["sending"]


def test_every_cause_is_somebodys_matter():
    assert sorted(str(cause) for members in SIDES.values() for cause in members) == sorted(Cause.values)
