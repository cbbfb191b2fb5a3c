"""The public pages: what is on, what comes, what can be watched again; nothing of closed lessons; cheap for everybody."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lantian.kernel import demo
from lantian.kernel.web import panels
from lantian.portal.home.queries.front import work_out
from lantian.portal.home.tests.support import Region, broadcast, client_of

MOST_QUERIES = 11


def page(client: Client, url: str = "/") -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_with_nothing_on_the_page_says_so_and_invents_no_figures(db: None) -> None:
    text = page(Client())
    assert "同在蓝天下，" in text
    assert "现在没有公开课在直播" in text
    assert "还没有安排公开课" in text
    assert "<dd>0</dd>" in text
    assert "<dd>—</dd>" in text


def test_the_open_lesson_on_the_air_is_shown_big_with_its_picture(region: Region) -> None:
    lesson = region.lesson(
        "二次函数的图像", starts=timezone.now() - timedelta(minutes=12), state="live", access="public"
    )
    session = broadcast(lesson, "live", region.classes[:1])
    text = page(Client())
    assert f'class="stage-picture" href="/live/lessons/{lesson.pk}/watch/"' in text
    assert f"/media/streams/{session.stream.token}/poster-aa.jpg" in text
    assert "2 所学校 · 2 个班" in text
    assert "八年级数学" in text
    assert "已上 12 分" not in text  # shown big, it is not listed again


def test_figures_count_everybodys_lessons_but_name_only_open_ones(region: Region) -> None:
    now = timezone.now()
    closed = region.lesson("联盟内的课", starts=now - timedelta(minutes=5), state="live")
    broadcast(closed, "live", region.classes[:1])
    region.lesson("取消的课", starts=now, state="cancelled")
    text = page(Client())
    assert "联盟内的课" not in text
    assert '<dd class="is-live">1</dd>' in text
    assert "<dd>50.0%</dd>" in text
    assert "今天 3 所学校一起上 1 节课" in text
    figures = work_out(now).figures
    assert (figures.live, figures.classes_online, figures.present, figures.expected) == (1, 1, 1, 2)


def test_a_class_that_has_gone_is_not_online(region: Region) -> None:
    lesson = region.lesson(starts=timezone.now() - timedelta(minutes=20), state="live", access="public")
    broadcast(lesson, "live", region.classes)
    session = lesson.live_sessions.get()
    session.attendances.filter(class_group=region.classes[0]).update(last_seen=timezone.now() - timedelta(minutes=2))
    assert work_out(timezone.now()).figures.classes_online == 1


def test_stages_narrow_the_list_of_what_is_on(region: Region) -> None:
    now = timezone.now()
    region.lesson("初中的课", starts=now, state="live", access="public")
    primary = region.lesson("小学的课", starts=now - timedelta(minutes=3), state="live", access="public", receivers=[])
    type(primary).objects.filter(pk=primary.pk).update(stage="primary", grade=4)
    text = page(Client(), "/?stage=primary").split('id="live"')[1]
    assert "小学的课" in text
    assert "初中的课" not in text
    everything = page(Client(), "/?stage=nonsense").split('id="live"')
    assert "初中的课" in everything[0]  # the big one
    assert "小学的课" in everything[1]


def test_what_comes_and_what_can_be_watched_again_stand_below(region: Region) -> None:
    now = timezone.now()
    region.lesson("明天的公开课", starts=now + timedelta(days=1), access="public")
    kept = region.taught("昨天的公开课", starts=now - timedelta(days=1), access="public")
    gone = region.taught("删了录像的课", starts=now - timedelta(days=2), access="public")
    stream = gone.live_sessions.get().stream
    stream.state = "deleted"
    stream.save()
    text = page(Client())
    assert "下一节：明天的公开课" in text
    assert f'href="/live/lessons/{kept.pk}/watch/"' in text
    assert "删了录像的课" not in text


def test_the_page_costs_a_few_queries_then_none_for_some_seconds(region: Region) -> None:
    client = Client()

    def cost() -> int:
        caches["local"].clear()
        with CaptureQueriesContext(connection) as seen:
            page(client)
        return len(seen)

    def fill(numbers: range) -> None:
        now = timezone.now()
        for number in numbers:
            lesson = region.lesson(
                f"课 {number}", starts=now - timedelta(minutes=number), state="live", access="public"
            )
            broadcast(lesson, "live", region.classes)
            region.lesson(f"后 {number}", starts=now + timedelta(hours=number + 1), access="public")
            region.taught(f"前 {number}", starts=now - timedelta(days=number + 1), access="public")

    assert cost() <= MOST_QUERIES
    fill(range(1))
    few = cost()
    fill(range(1, 12))
    assert cost() == few <= MOST_QUERIES
    with CaptureQueriesContext(connection) as seen:
        page(client)
    assert len(seen) == 0


def test_open_lessons_can_be_looked_through_by_kind_and_stage(region: Region) -> None:
    now = timezone.now()
    region.lesson("在上", starts=now, state="live", access="public")
    region.lesson("要上", starts=now + timedelta(hours=3), access="public")
    region.taught("上过", starts=now - timedelta(days=1), access="public")
    for kind, there in (("live", "在上"), ("coming", "要上"), ("replays", "上过"), ("nonsense", "在上")):
        text = page(Client(), f"/open/?kind={kind}")
        assert [title for title in ("在上", "要上", "上过") if f">{title}<" in text] == [there]
    assert "这个学段现在没有" in page(Client(), "/open/?stage=senior")
    assert page(Client(), "/open/?page=999")


def test_open_lessons_open_at_what_there_is_and_stand_in_the_menu_of_those_who_look_on(region: Region) -> None:
    now = timezone.now()
    region.taught("昨天的公开课", starts=now - timedelta(days=1), access="public")
    researcher = client_of(region.people["researcher"])
    text = page(researcher, "/open/")
    assert "昨天的公开课" in text  # nothing is on, nothing comes today
    assert 'href="/open/"' in page(researcher, "/today/")
    region.lesson("今天的公开课", starts=now, minutes=30, access="public")
    assert "今天的公开课" in page(Client(), "/open/")


def test_how_long_a_lesson_goes_on_counts_from_its_picture(region: Region) -> None:
    now = timezone.now()
    lesson = region.lesson("迟到的课", starts=now - timedelta(minutes=20), state="live", access="public")
    region.lesson("大的那节", starts=now, state="live", access="public")
    session = broadcast(lesson, "live", region.classes[:1])
    session.started_at = now - timedelta(minutes=6)
    session.save()
    shown = page(Client(), "/open/?kind=live")
    assert "已上 6 分钟" in shown
    assert lesson.teacher.name in shown


def test_lessons_and_recordings_that_a_stranger_sees_stand_under_open_lessons(region: Region) -> None:
    lesson = region.lesson("谁都能听", starts=timezone.now() + timedelta(days=1), access="public")
    for address in ("/open/", "/recordings/", f"/live/lessons/{lesson.pk}/"):
        assert '<a href="/open/" aria-current="page">' in page(Client(), address), address


def test_the_page_speaks_english(region: Region) -> None:
    text = page(Client(headers={"accept-language": "en"}))
    assert "Under one sky" in text
    assert "现在" not in text


# Demonstration accounts --------------------------------------------------------------------------------------------------


@pytest.fixture
def demo_accounts() -> Path:
    account = demo.DemoAccount("teacher", "主讲教师", "王老师", "teacher", demo.PASSWORD, "涪城中学")
    demo.write_accounts([account])
    path = demo.accounts_file()
    assert json.loads(path.read_text())
    return path


def test_demo_accounts_stand_on_the_page_in_a_demonstration_only(
    db: None, demo_accounts: Path, settings: object
) -> None:
    try:
        settings.LANTIAN_DEMO = False  # type: ignore[attr-defined]
        assert "演示账号" not in page(Client())
        assert demo.PASSWORD not in page(Client())
        settings.LANTIAN_DEMO = True  # type: ignore[attr-defined]
        text = page(Client())
        assert "演示账号" in text
        assert 'name="login" value="teacher"' in text
        assert "主讲教师" in text
        abroad = page(Client(headers={"accept-language": "en"}))
        assert "主讲教师" not in abroad
        assert '<span lang="zh" translate="no">王老师 · 涪城中学</span>' in abroad
    finally:
        demo_accounts.unlink()


def test_the_sign_in_page_has_no_demo_panel_outside_a_demonstration() -> None:
    assert not settings.LANTIAN_DEMO
    assert "home.demo" not in panels.SIGN_IN_PANELS
