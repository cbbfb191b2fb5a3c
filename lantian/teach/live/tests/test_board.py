"""Who is there, told to the teacher as changes: the page that applies them has what the whole board would say."""

import json
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from lantian.teach.live.consumers.board import LAG_SHOWN_S, Board

FACTS = SimpleNamespace(receivers=tuple((f"c{n}", f"{n} 班", f"s{n % 2}", f"{n % 2} 中") for n in range(4)))


def viewer(role, number, state="watching", lag=2.0, stalls=0):
    ticket = SimpleNamespace(
        r=role, c=f"c{number}", p=f"p{number}", j="j", o=f"s{number % 2}", on=f"{number % 2} 中", n=""
    )
    return SimpleNamespace(ticket=ticket, state=state, lag=lag, stalls=stalls)


def applied(board, change):
    """What a page makes of a change, as `frontend/src/live/presence/rows.ts` does."""
    schools = {row["id"]: row for row in board["schools"]}
    for row in schools.values():
        for each in row["classes"]:
            if each["id"] in change["set"]:
                each["state"], each["lag"], each["stalls"] = change["set"][each["id"]]
    for key, (name, count) in change["schools"].items():
        schools.setdefault(key, {"id": key, "name": name, "classes": []})["students"] = count
    figures = {name: change[name] for name in ("classes", "students", "guests", "observers")}
    return {**board, **figures, "schools": list(schools.values())}


WATCHING = st.builds(
    viewer,
    st.sampled_from(["class", "student", "guest", "observe"]),
    st.integers(0, 3),
    st.sampled_from(["watching", "stalled"]),
    st.sampled_from([None, 2.0, 2.3, 7.0]),
    st.integers(0, 2),
)


@given(st.lists(st.lists(WATCHING, max_size=8), min_size=1, max_size=6))
def test_changes_amount_to_the_whole_board(moments):
    told, page, known = Board(), object(), None
    for viewers in moments:
        text = told.message(page, FACTS, viewers, changes=True)
        whole = json.loads(Board().message(object(), FACTS, viewers, changes=False))
        if text is not None:
            message = json.loads(text)
            known = applied(known, message) if message["t"] == "viewers_change" else message
        assert known is not None
        assert {name: known[name] for name in ("classes", "students", "guests", "observers")} == {
            name: whole[name] for name in ("classes", "students", "guests", "observers")
        }
        rows = {each["id"]: each for row in known["schools"] for each in row["classes"]}
        for row in whole["schools"]:
            assert row["students"] == next(r["students"] for r in known["schools"] if r["id"] == row["id"])
            for each in row["classes"]:
                mine = rows[each["id"]]
                assert (mine["state"], mine["stalls"]) == (each["state"], each["stalls"])
                if each["lag"] is not None:
                    assert abs(mine["lag"] - each["lag"]) < LAG_SHOWN_S


def test_a_lag_that_wavers_is_not_told_again_and_a_new_page_hears_all():
    board, page = Board(), object()
    first = board.message(page, FACTS, [viewer("class", 1, lag=2.0)], changes=True)
    assert json.loads(first)["t"] == "viewers"
    assert board.message(page, FACTS, [viewer("class", 1, lag=2.4)], changes=True) is None
    change = json.loads(board.message(page, FACTS, [viewer("class", 1, lag=3.4)], changes=True))
    assert (change["t"], change["set"]) == ("viewers_change", {"c1": ["watching", 3.4, 0]})
    assert json.loads(board.message(object(), FACTS, [viewer("class", 1)], changes=True))["t"] == "viewers"
    old = json.loads(board.message(page, FACTS, [], changes=False))
    assert old["t"] == "viewers"
