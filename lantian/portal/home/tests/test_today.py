"""Today: each role's first page tells the truth, names the next action, and costs the same however much is on."""

from datetime import date, datetime, timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lantian.kernel.time.models import AcademicSession
from lantian.portal.home.tests.support import Region, broadcast, client_of, grant, make_screen, member, person

# Queries of one request besides those of the page: session, account, person, memberships, grants, and what the shell asks.
ROLES = (
    "teacher",
    "homeroom_teacher",
    "student",
    "guardian",
    "school_head",
    "school_it",
    "county",
    "city",
    "province",
    "researcher",
    "expert",
    "operator",
)
MOST_QUERIES = 24


def page(client: Client, url: str = "/today/") -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_strangers_are_sent_to_sign_in(db: None) -> None:
    answer = Client().get("/today/")
    assert answer.status_code == 302
    assert "next=/today/" in answer["Location"]


def test_a_class_screen_is_sent_to_its_room(region: Region) -> None:
    answer = make_screen(region).get("/today/")
    assert answer.status_code == 302
    assert answer["Location"] == "/live/screen/"


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_first_page_with_an_honest_empty_state(region: Region, role: str) -> None:
    text = page(client_of(region.people[role]))
    assert "今天没有" in text
    assert "直播中" not in text


def test_the_day_stands_above_with_its_weekday_and_week(region: Region, noon: datetime) -> None:
    AcademicSession.objects.all().delete()
    AcademicSession.objects.create(
        school_year=2026, kind="autumn", starts_on=date(2026, 9, 1), ends_on=date(2027, 1, 29)
    )
    assert "11月23日 星期一\u00a0· 第 13 周" in page(client_of(region.people["teacher"]))


def test_a_teacher_is_offered_the_next_step_of_each_lesson(region: Region, noon: datetime) -> None:
    taught = region.taught(starts=noon - timedelta(hours=2))
    live = region.lesson("正在上的课", starts=noon - timedelta(minutes=10), state="live")
    soon = region.lesson("就要上的课", starts=noon + timedelta(minutes=20))
    later = region.lesson("下午的课", starts=noon + timedelta(hours=4))
    text = page(client_of(region.people["teacher"]))
    for words, lesson, room in (
        ("看回放", taught, "watch"),
        ("回到直播", live, "teach"),
        ("开始直播", soon, "teach"),
        ("备课检查", later, "teach"),
    ):
        assert f'href="/live/lessons/{lesson.pk}/{room}/">{words}' in text
    assert "直播\u00a0· 2 校 2 班" in text


def test_a_lesson_for_the_own_class_alone_says_so(region: Region, noon: datetime) -> None:
    region.lesson("只给本班", starts=noon + timedelta(hours=1), receivers=[])
    text = page(client_of(region.people["teacher"]))
    assert "八年级1班" in text
    assert "开始直播" not in text


def test_a_student_enters_the_lesson_that_is_on_and_watches_the_one_that_is_over(
    region: Region, noon: datetime
) -> None:
    live = region.lesson("正在上的课", starts=noon - timedelta(minutes=10), state="live")
    over = region.taught(starts=noon - timedelta(hours=2))
    other = region.lesson("别班的课", starts=noon, receivers=[region.classes[1]])
    text = page(client_of(region.people["student"]))
    assert f'href="/live/lessons/{live.pk}/watch/">进入课堂' in text
    assert f'href="/live/lessons/{over.pk}/watch/">看回放' in text
    assert other.title not in text


def test_a_guardian_sees_the_childs_day(region: Region, noon: datetime) -> None:
    region.lesson("孩子的课", starts=noon + timedelta(hours=1))
    text = page(client_of(region.people["guardian"]))
    assert "孩子的课" in text
    assert "孩子的本周课堂" in text


def test_a_missed_lesson_becomes_something_to_watch(region: Region, noon: datetime) -> None:
    region.taught("没赶上的课", starts=noon - timedelta(days=1), seen=0)
    region.taught("上过的课", starts=noon - timedelta(days=2), seen=1)
    text = page(client_of(region.people["student"]))
    assert "补看《没赶上的课》的回放" in text
    assert "补看《上过的课》" not in text


def test_a_local_teacher_sees_what_the_own_class_receives(region: Region, noon: datetime) -> None:
    region.lesson("送到本班的课", starts=noon + timedelta(hours=1))
    assert "送到本班的课" in page(client_of(region.people["homeroom_teacher"]))
    local, stranger = person("本地数学老师"), person("本地音乐老师")
    member(local, region.receiving[0], "teacher", region.classes[0], "maths")
    member(stranger, region.receiving[0], "teacher", region.classes[0], "music")
    assert "送到本班的课" in page(client_of(local))
    assert "送到本班的课" not in page(client_of(stranger))


def test_the_operators_figures_lead_to_what_runs_now(region: Region) -> None:
    assert '<a href="/desk/now/">查看' in page(client_of(region.people["operator"]))


def test_attendance_of_the_last_lessons_is_drawn_and_said(region: Region, noon: datetime) -> None:
    region.taught("前天的课", starts=noon - timedelta(days=2), seen=2)
    region.taught("昨天的课", starts=noon - timedelta(days=1), seen=1)
    text = page(client_of(region.people["teacher"]))
    assert "联盟到课" in text
    assert "合计 75%（3/4 班次）" in text
    assert '<th scope="row">昨天</th><td>50</td>' in text


def test_officers_see_attendance_by_the_units_below_them(region: Region, noon: datetime) -> None:
    lesson = region.lesson("全市的课", starts=noon - timedelta(minutes=20), state="live")
    broadcast(lesson, "live", region.classes[:1])
    city = page(client_of(region.people["city"]))
    assert "各区县" in city
    assert "平武县" in city
    assert "1/2" in city
    county = page(client_of(region.people["county"]))
    assert "各学校" in county
    assert "平武中学" in county
    assert "龙安中学" in county
    province = page(client_of(region.people["province"]))
    assert "绵阳市" in province


def test_what_is_to_be_done_is_counted_from_what_is_there(region: Region, noon: datetime) -> None:
    ending = person("快到期的管理员")
    grant(ending, "school_it", region.receiving[0], until=noon.date() + timedelta(days=2))
    lesson = region.lesson("有班级没来的课", starts=noon - timedelta(minutes=20), state="live")
    broadcast(lesson, "live", region.classes[1:])
    region.lesson("还没上传课件的课", starts=noon + timedelta(days=1))
    for hours in (0, 3):
        region.lesson("数学", starts=noon + timedelta(days=2, hours=hours))
    head = page(client_of(region.people["school_head"]))
    assert "续期即将到期的授权" in head
    assert "/grants/?state=soon" in head
    assert "您的授权即将到期" in page(client_of(ending))
    assert "周三" in head
    assert "了解今天未到课的班级" in head
    assert "1 班次" in head
    teacher = page(client_of(region.people["teacher"]))
    assert "为《还没上传课件的课》检查设备、上传课件" in teacher
    assert f"为 {noon:%H:%M} 的《数学》检查设备、上传课件" in teacher  # two of one name on one day
    officer = page(client_of(region.people["city"]))
    assert "为学校指定信息管理员" in officer  # the sending school and the second receiving one have nobody
    assert "2 所" in officer


def test_an_account_without_a_role_is_told_whom_to_ask(db: None) -> None:
    assert "您还没有身份" in page(client_of(person("新来的人")))


def test_an_officer_of_another_county_sees_nothing_of_this_one(region: Region, noon: datetime) -> None:
    other = person("涪城科长")
    grant(other, "officer", region.near)
    region.lesson("平武自己的课", starts=noon, receivers=[])
    lesson = region.lesson("涪城送出的课", starts=noon)
    lesson.organization = region.sending
    text = page(client_of(other))
    assert "涪城送出的课" in text
    assert "平武县" not in text


@pytest.mark.parametrize("role", ROLES)
def test_the_page_costs_the_same_however_much_is_on(region: Region, role: str, noon: datetime) -> None:
    client = client_of(region.people[role])
    page(client)

    def cost() -> int:
        caches["local"].clear()
        with CaptureQueriesContext(
            connection,
        ) as seen:
            page(client)
        return len(seen)

    region.lesson("一节", starts=noon - timedelta(minutes=5), state="live", access="public")
    region.taught("昨天", starts=noon - timedelta(days=1), seen=0)
    few = cost()
    for number in range(14):
        lesson = region.lesson(
            f"第 {number} 节", starts=noon + timedelta(minutes=number), state="live", access="public"
        )
        broadcast(lesson, "live", region.classes)
        region.taught(f"早 {number}", starts=noon - timedelta(hours=number + 1), seen=number % 2)
    many = cost()
    assert many == few, f"{role}: {few} queries with little, {many} with much"
    assert many <= MOST_QUERIES


def test_the_page_speaks_english(region: Region, noon: datetime) -> None:
    region.lesson("Linear functions", starts=noon + timedelta(minutes=20))
    client = client_of(region.people["teacher"], headers={"accept-language": "en"})
    text = page(client)
    assert '<html lang="en"' in text
    assert "Today" in text
    assert "Go live" in text
    assert "Monday" in text


def test_only_reading_is_allowed(region: Region) -> None:
    assert client_of(region.people["teacher"]).post("/today/").status_code == 405
