"""Days and moments in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.template import Context, Template
from django.utils import timezone, translation

from lantian.kernel.web.dates import said_day, said_moment, said_span

HERE = ZoneInfo("Asia/Shanghai")


def test_the_year_is_said_only_where_it_is_another() -> None:
    year = timezone.localdate().year
    now, before = datetime(year, 3, 1, 7, 5, tzinfo=HERE), datetime(year - 1, 12, 31, 23, 50, tzinfo=HERE)
    assert [said_day(now.date()), said_moment(now)] == ["3月1日", "3月1日 07:05"]
    assert [said_day(before.date()), said_moment(before)] == [f"{year - 1}年12月31日", f"{year - 1}年12月31日 23:50"]
    with translation.override("en"):
        assert [said_day(now.date()), said_moment(now)] == ["1 March", "1 March, 07:05"]


def test_a_moment_is_that_of_this_place_whatever_zone_it_came_in() -> None:
    year = timezone.localdate().year
    late = datetime(year, 3, 1, 23, 30, tzinfo=ZoneInfo("UTC"))
    assert [said_day(late), said_moment(late)] == ["3月2日", "3月2日 07:30"]


def test_nothing_stays_nothing() -> None:
    page = Template("{% load web %}[{{ none|day }}][{{ none|moment|default:'—' }}]")
    assert page.render(Context({"none": None})) == "[][—]"


def test_a_length_is_said_in_the_unit_in_which_one_speaks_of_it():
    said = [said_span(seconds) for seconds in (0.4, 45, 119, 120, 1772, 7199, 7200, 86400)]
    assert said == ["0 秒", "45 秒", "119 秒", "2 分钟", "30 分钟", "120 分钟", "2 小时", "24 小时"]
    with translation.override("en"):
        assert [said_span(1), said_span(60 * 29), said_span(3600 * 3)] == ["1 second", "29 minutes", "3 hours"]
