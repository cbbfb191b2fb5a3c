"""What people do in the story's lesson beside talking and looking, and what is then to be seen of it."""

import json
import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from tests.e2e.live.cdp import Page
from tests.e2e.live.classroom import Teacher, Viewer, together

if TYPE_CHECKING:
    from tests.e2e.live.cast import Cast

BARS = "document.querySelectorAll('.lr-poll .lr-bar').length === 2"
STROKES = "document.querySelector('.lb-layer')?.dataset.strokes"
SHEET = "document.querySelector('.lb-layer')?.dataset.sheet"
NOTES = "[...document.querySelectorAll('.lr-notes li')].map(e => e.innerText).join()"
CHAT = "[...document.querySelectorAll('.lr-card:not(.lc-side) .lc-text')].map(e => e.innerText).join()"
SIDE = "[...document.querySelectorAll('.lc-side .lc-text')].map(e => e.innerText).join()"
WORDS = "document.querySelector('.lr-words').innerText"
CONFIG = "JSON.parse(document.getElementById('screen-config').textContent)"
MOMENT = 1.5  # seconds by which the clock in the replay's picture may differ when something is done again
# Seconds: what is shown for less than two was leafed over, and has no place in the replay's list. A page has to be loaded before
# it is shown: on a busy machine it came 0.9 s after the key, while the way back to the camera is short.
LONG_ENOUGH = 2 + MOMENT


TWO_CLASSES = bool(os.environ.get("LANTIAN_E2E_TWO_CLASSES") or os.environ.get("LANTIAN_E2E_RELAY"))


@dataclass
class Register:
    """What the lesson went through, for the end to be held against (Unix s)."""

    went_live: float = 0
    away: list[tuple[float, float]] = field(default_factory=list)  # when nobody's recorder was there
    restarts: int = 0  # of recorders, by the pages themselves
    results: float = 0  # of a poll, for everybody to see
    slides: list[str] = field(default_factory=list)  # ids of the two pages
    called: float = 0  # the first class, into the lesson
    side_by_side: tuple[float, float] = (0, 0)  # two classes beside the teacher, all alike
    back: float = 0  # both are in the picture again, after reloads and the server's death
    over: float = 0  # the last call
    covered: list[tuple[float, float]] = field(
        default_factory=list
    )  # when the teacher's clock was small or behind a page
    taken: float = 0  # the first page, instead of the camera
    turned: float = 0  # to the second one
    written: float = 0  # the stroke over it
    put_away: float = 0  # the page, for the camera
    # when axe held the teacher's page still: the stand-in for the camera is drawn by that page
    examined: tuple[float, float] = (0, 0)
    ended: float = 0

    @property
    def turnings(self) -> tuple[float, float, float]:
        """To the first page, to the second, and back to the camera."""
        return self.taken, self.turned, self.put_away


def press_words(page: Page, within: str, words: str) -> None:
    """The button with these words, once it is there."""
    found = f"[...document.querySelectorAll('{within} button')].find(each => each.innerText.includes('{words}'))"
    page.wait(found, 15)
    page.eval(f"{found}.click()")


def bring_slides(teacher: Teacher, folder: Path) -> None:
    """Two pages of a PDF, before the lesson."""
    slides = []
    for number in (1, 2):
        slide = Image.new("RGB", (960, 540), "white")
        ImageDraw.Draw(slide).text((420, 220), f"y = {number}x", fill="black", font_size=64)
        slides.append(slide)
    path = folder / "slides.pdf"
    slides[0].save(path, save_all=True, append_images=slides[1:])
    teacher.page.choose_files(".lv-strip input[type=file]", path)
    teacher.page.wait("document.querySelectorAll('.lv-page img').length === 2", 30)


def ask(teacher: Teacher, panel: Viewer, student: Viewer, register: Register) -> None:
    """The class counts hands on its panel, the student answers alone, both are counted, all see the results."""
    page = teacher.page
    page.click("#desk-tab-polls")
    page.wait("document.querySelector('.lv-form [name=question]')", 15)
    page.eval(
        """(() => {
        document.querySelector(".lv-form [name=question]").value = "图象上升还是下降？";
        document.querySelector(".lv-form [name=options]").value = "上升\\n下降";
        })()"""
    )
    page.click("[data-action=poll-open]")
    panel.page.wait("document.querySelector('[data-more=\"1\"]')", 20)
    for option in (0, 0, 1):
        panel.page.click(f"[data-more='{option}']")
    panel.page.click(".lr-send")
    student.page.wait("document.querySelector('[data-option=\"0\"]')", 20)
    student.page.click("[data-option='0']")
    page.wait("document.querySelector('.lv-running .lr-bars')?.innerText.includes('75%')", 15)
    page.click("[data-action=poll-close]")
    page.wait("document.querySelector('[data-action=poll-show]:not([hidden])')", 15)
    register.results = time.time()
    page.click("[data-action=poll-show]")
    for viewer in (panel, student):
        viewer.page.wait(BARS, 20)
    page.click("[data-action=poll-clear]")


def discuss(teacher: Teacher, panel: Viewer, student: Viewer) -> None:
    """The teacher pins a sentence and opens the chat; what a pupil writes is on the class's panel, until it is hidden."""
    page = teacher.page
    page.write("#desk-tools [data-kind='note.pin'] input", "预习第三节")
    page.eval("document.querySelector('#desk-chat .lc-toggle').click()")
    student.page.wait("!document.querySelector('.lc .lc-form').hidden", 15)
    student.page.write(".lc .lc-input", "看不清黑板")
    for viewer in (panel, student):
        viewer.page.wait(f"{NOTES} === '预习第三节' && {CHAT} === '看不清黑板'", 20)
    press_words(page, "#desk-chat", "隐藏")
    for viewer in (panel, student):
        viewer.page.wait(f"{CHAT} === ''", 15)
    press_words(page, "#desk-tools", "取下")
    press_words(page, "#desk-chat", "关闭讨论")


def give_the_word(teacher: Teacher, student: Viewer) -> None:
    student.page.click(".lr-hand")
    press_words(teacher.page, "#desk-hands", "请发言")
    student.page.wait("document.querySelector('.lr-hand').disabled", 15)
    press_words(teacher.page, "#desk-hands", "请坐")
    press_words(teacher.page, "#desk-tools", "抽一名学生")
    teacher.page.wait("document.querySelector('#desk-tools').textContent.includes('（从 1 个里抽）')", 15)


def give_a_class_the_word(teacher: Teacher, panel: Viewer, student: Viewer) -> None:
    """The class raises its hand on its screen, and the teacher sees which one and gives it the word; all read who speaks."""
    page = teacher.page
    panel.page.click(".lr-hand")
    panel.page.wait("document.querySelector('.lr-hand[aria-pressed=true]')?.innerText.includes('放下手')", 15)
    raised = "document.querySelector('#desk-hands li[data-key^=\"class:\"]')"
    page.wait(raised, 15)
    school, name = panel.page.eval(f"(({{organization, class_group}}) => [organization, class_group])({CONFIG}.room)")
    assert name in page.eval(f"{raised}.innerText")
    assert school in page.eval(f"{raised}.innerText")
    press_words(page, "#desk-hands", "请发言")
    panel.page.wait(f"{WORDS} === '请您发言，老师在等您。' && document.querySelector('.lr-hand').disabled", 15)
    student.page.wait(f"{WORDS} === '正在发言：{school} {name}'", 15)
    press_words(page, "#desk-hands", "请坐")
    panel.page.wait(
        f"{WORDS} === '' && document.querySelector('.lr-hand:not([disabled])').innerText.includes('本班举手')", 15
    )
    student.page.wait(f"{WORDS} === ''", 15)
    assert not page.eval(f"!!{raised}")


def let_it_last_longer(teacher: Teacher, viewers: list[Viewer]) -> None:
    """By the button that is there when the end is near; whoever teaches or watches reads the new end."""
    page = teacher.page
    until = "document.querySelector('.lv-title p:last-child').innerText.split('–')[1]"
    before = page.eval(until)
    page.click("[data-action=extend]")
    page.wait(f"{until} !== '{before}'", 10)
    after = page.eval(until)
    (hour, minute), (new_hour, new_minute) = (map(int, each.split(":")) for each in (before, after))
    assert (new_hour * 60 + new_minute - hour * 60 - minute) % (24 * 60) == 5
    page.wait(f"document.querySelector('.lv-notice').innerText.includes('延长到 {after} 下课')", 10)
    for viewer in viewers:
        viewer.page.wait(
            f"document.querySelector('.ls-lesson, .lw-title p:last-child').textContent.endsWith('{after} 下课')", 10
        )


def write_over_a_slide(teacher: Teacher, viewers: list[Viewer], register: Register) -> None:
    """By keyboard, on the second page that was brought; everybody sees the pages turn, the stroke, and the camera again."""
    page = teacher.page
    sheets = "fetch(JSON.parse(document.getElementById('teach-config').textContent).urls.pages).then(a => a.json())"
    register.slides = page.eval(f"{sheets}.then(told => told.sheets.filter(s => s.form === 'page').map(s => s.id))")
    first, second = register.slides
    register.taken = time.time()
    page.click("[data-main=pages]")
    shown = time.time()  # a busy page is not pressed at once
    for viewer in viewers:
        viewer.page.wait(f"{SHEET} === '{first}'", 20)
    time.sleep(max(0, shown + LONG_ENOUGH - time.time()))
    register.turned = time.time()
    page.press("ArrowRight")
    page.click(".lv-pen")
    page.wait("document.querySelector('.lv-drawing')", 20)
    page.eval("document.querySelector('.lv-surface').focus()")
    for viewer in viewers:
        viewer.page.wait(f"{SHEET} === '{second}'", 20)
    register.written = time.time()
    for key in ("Enter", *["ArrowRight"] * 4, *["ArrowDown"] * 4, "Enter"):
        page.press(key)
    for viewer in viewers:
        viewer.page.wait(f"{STROKES} === '1'", 20)
    time.sleep(max(0, register.turned + LONG_ENOUGH - time.time()))
    register.put_away = time.time()
    register.covered.append((register.taken, register.put_away))
    page.click("[data-main=camera]")
    for viewer in viewers:
        viewer.page.wait(f"{SHEET} === '' && {STROKES} === '0'", 20)


@dataclass
class Staff:
    """Those who are there beside teacher and pupils, each signed in on a page of their own: the assistants of the two receiving
    rooms, the head of the sending school, who sits beside, and the officer of the first room's county."""

    near: Page
    far: Page
    head: Page
    officer: Page


def work_together(staff: Staff, url: str, lesson: str) -> None:
    """The assistants confirm their head counts, one tells the sending side what is wrong and is answered where nobody else reads
    it; she reports it by one button, and the officer has it on the desk."""
    rooms = (staff.near, staff.far)
    together(*(lambda page=page: page.goto(f"{url}/live/lessons/{lesson}/watch/") for page in (*rooms, staff.head)))
    for number, page in enumerate(rooms):
        page.wait("document.querySelector('.lc-heads .lr-count')?.value", 20)
        page.write(".lc-heads .lr-count", str(31 + number))
        page.wait("document.querySelector('.lc-heads .lr-status').innerText.includes('已确认')", 15)
    head = staff.head
    head.wait("document.querySelector('.lc-side .lc-heads summary')?.innerText.includes('63')", 15)
    head.wait("document.querySelectorAll('.lv-class[data-where=watching]').length >= 2", 20)
    staff.near.write(".lc-side .lc-input", "投影黑了")
    head.wait(f"{SIDE} === '投影黑了'", 15)
    head.eval("document.querySelector('.lc-side .lc-actions button').click()")
    head.write(".lc-side .lc-input", "请重启投影")
    staff.near.wait(f"{SIDE} === '投影黑了,请重启投影'", 15)
    assert staff.far.eval(SIDE) == ""
    staff.near.goto(staff.near.eval("document.querySelector('.lw-bar a[target=_blank]').href"))
    staff.near.eval("document.querySelector('.fault-kinds button').click()")
    staff.near.wait("document.body.innerText.includes('已报告，单号')", 20)
    found = re.search(r"单号 ?(\S+)", staff.near.text())
    assert found
    staff.officer.goto(f"{url}/desk/tickets/")
    assert found[1] in staff.officer.text()
    staff.near.goto("about:blank")
    staff.far.goto("about:blank")


def look_at_the_map(teacher: Teacher) -> None:
    """Both receiving rooms are counted in their counties; one county alone is looked at, by keyboard."""
    page = teacher.page
    page.eval("document.querySelector('.lv-places summary').focus()")
    page.press("Enter")
    cells = "[...document.querySelectorAll('.lv-places-table tr')].map(row => row.cells[2].innerText)"
    page.wait(f"{cells}.filter(cell => cell === '1').length === 2", 15)
    watching = f"{cells}.findIndex(cell => cell === '1')"
    page.eval(f"document.querySelectorAll('.lv-places-table tr')[{watching}].querySelector('button').focus()")
    page.press("Space")
    assert page.eval("document.querySelectorAll('.lv-class[data-where=watching]').length") == 1
    page.press("Space")
    assert page.eval("document.querySelectorAll('.lv-class[data-where=watching]').length") == 2


def hand_over(staff: Staff, teacher: Teacher, substitute: Teacher, cast: "Cast", register: Register) -> None:
    """The teacher falls ill; the head asks a colleague, who goes on with the lesson on another computer."""
    head = staff.head
    head.goto(f"{substitute.instance.url}/lessons/{cast.lesson}/hand-over/")
    head.eval(f"document.querySelector('[name=teacher]').value = {json.dumps(cast.substitute_id)}")
    head.write("[name=reason]", "身体不适")
    teacher.page.wait("document.body.innerText.includes('已请代课老师接这节课')", 20)
    left = time.time()
    substitute.take_over()
    register.away.append((left, time.time()))
    teacher.page.wait("document.querySelector('.lv-message').innerText.includes('代课老师接上了')", 20)
    head.goto("about:blank")


def turns_kept(page: Page, register: Register) -> None:
    """Each turning of a page is in the replay once, in order, when it was done; whatever the list of pages makes of it."""
    address = "JSON.parse(document.getElementById('watch-config').textContent).urls.events"
    told = page.eval(f"fetch({address}).then(answer => answer.json())")["events"]
    numbers = [event["seq"] for event in told]
    assert numbers == sorted(set(numbers))
    turns = [event for event in told if event["kind"] == "page.turn"]
    assert [(event["set"]["page:now"] or {}).get("sheet") for event in turns] == [*register.slides, None], turns
    late = [round(event["ms"] / 1000 - when, 2) for event, when in zip(turns, register.turnings, strict=True)]
    assert max(map(abs, late)) < MOMENT, late


def see_it_again(student: Viewer, register: Register, first: float) -> None:
    """What was done beside the picture is done again when the clock in it says so."""
    page = student.page
    page.eval(f"document.querySelector('video').currentTime = {register.results - first / 1000 - 4}")
    page.wait(
        "!document.querySelector('video').seeking && document.querySelectorAll('.lr-poll .lr-bar').length === 0", 15
    )
    shown = page.wait(f"{BARS} && readClock()", 20, every=0.05)
    assert abs(shown / 1000 - register.results) < MOMENT
    turns_kept(page, register)
    page.click(".lw-sheets")
    page.wait("document.querySelectorAll('.lb-chapters button').length === 2", 10)
    page.click(".lb-chapters li:last-child button")
    one, two = register.slides
    page.wait(f"{SHEET} === '{two}'", 15)
    page.eval(f"document.querySelector('video').currentTime = {register.taken - first / 1000 - 3}")
    page.wait(f"!document.querySelector('video').seeking && {SHEET} === '' && readClock()", 15)
    conditions = (f"{SHEET} === '{one}'", f"{SHEET} === '{two}'", f"{STROKES} === '1'", f"{SHEET} === ''")
    found = page.eval(f"moments([{', '.join(f'() => {each}' for each in conditions)}], 40)", 60)
    expected = (register.taken, register.turned, register.written, register.put_away)
    late = [round(at / 1000 - when, 2) for at, when in zip(found, expected, strict=True)]
    assert max(map(abs, late)) < MOMENT, late
    page.eval("document.querySelector('video').currentTime = 0")
    page.wait(f"{SHEET} === '' && {STROKES} === '0'", 10)
