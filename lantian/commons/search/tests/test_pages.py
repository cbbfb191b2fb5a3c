"""The search page, for strangers and for those signed in."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lantian.commons.search.engine import best, counting, schema
from lantian.commons.search.tests.conftest import Index
from lantian.portal.home.tests.support import Region, client_of, member, person


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def found(client: Client, typed: str, more: str = "") -> list[str]:
    return re.findall(r'<b translate="no">(.*?)</b>', page(client, f"/search/?q={typed}{more}"))


def test_strangers_find_open_lessons_and_nothing_else(region: Region, index: Index) -> None:
    region.lesson("公开的函数课", access="public")
    region.lesson("联盟的函数课", starts=timezone.now() + timedelta(days=1))
    index()
    assert found(Client(), "函数") == ["公开的函数课"]
    for typed in ("平武", "陈同学", "首页"):
        assert found(Client(), typed) == []
    assert found(Client(), "陈同学", "&kind=person") == []
    assert found(Client(), "平武", "&kind=organization") == []


def test_one_finds_what_one_may_see(region: Region, index: Index) -> None:
    index()
    head = client_of(region.people["school_head"])
    assert found(head, "平武中学") == ["平武中学", "八年级1班"]
    assert found(head, "陈同学") == ["陈同学"]
    assert found(head, "陈同学", "&kind=person") == ["陈同学"]
    assert found(head, "王老师") == []
    assert "没有找到" in page(head, "/search/?q=" + "无" * 60)
    assert "没有找到" not in page(head, "/search/?q=%20")


def test_people_are_found_with_where_they_belong(region: Region, index: Index) -> None:
    head = client_of(region.people["school_head"])
    for more in ("", "&kind=person"):
        assert '<small translate="no">平武中学 八年级1班 学生</small>' in page(head, f"/search/?q=陈同学{more}")
    assert "陈同学的家长" in page(head, f"/search/?q={region.people['guardian'].name}")


def test_people_cost_the_same_however_many_are_found(region: Region, index: Index) -> None:
    head = client_of(region.people["school_head"])
    school, group = region.receiving[0], region.classes[0]
    member(person("尉迟一"), school, "student", group)
    page(head, "/search/?q=尉迟")

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            page(head, "/search/?q=尉迟&kind=person")
        return len(seen)

    before = cost()
    for number in range(12):
        member(person(f"尉迟{number}"), school, "student", group)
    assert len(found(head, "尉迟", "&kind=person")) == 13
    assert cost() == before


def test_pages_are_found_by_name_and_initials(region: Region, index: Index) -> None:
    head = client_of(region.people["school_head"])
    assert "今天" in found(head, "今天", "&kind=page")
    assert "今天" in found(head, "jt", "&kind=page")


def test_a_kind_has_a_tab_facets_orders_and_pages(region: Region, index: Index) -> None:
    for number in range(23):
        region.lesson(f"函数第{number}课", starts=timezone.now() + timedelta(days=number))
    index()
    head = client_of(region.people["school_head"])
    everything = page(head, "/search/?q=函数")
    assert "课程 23" in everything
    assert "看全部 23 项" in everything
    first = page(head, "/search/?q=函数&kind=lesson&sort=new")
    assert "数学（23）" in first
    shown = re.findall(r'<b translate="no">(.*?)</b>', first)
    assert shown[0] == "函数第22课"
    assert len(shown) == 20
    assert found(head, "函数", "&kind=lesson&sort=new&page=2") == ["函数第2课", "函数第1课", "函数第0课"]
    assert found(head, "函数", "&kind=lesson&f_state=ended") == []
    assert found(head, "函数", "&kind=nonsense&page=x&sort=x&f_state=') OR 1") != []


def test_of_many_it_is_said_that_there_are_more(region: Region, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (schema, counting, best):
        monkeypatch.setattr(module, "SAMPLES", (1,))  # all of them
    monkeypatch.setattr(best, "SURELY", 15)
    for name, value in {"MANY": 10, "SURELY": 15, "ENOUGH": 1}.items():
        monkeypatch.setattr(counting, name, value)
    for number in range(23):
        region.lesson(f"函数第{number}课")
    index()
    head = client_of(region.people["school_head"])
    everything = page(head, "/search/?q=函数")
    assert "课程 10+" in everything
    assert "看全部<span" in everything
    of_kind = page(head, "/search/?q=函数&kind=lesson")
    assert "数学（约 23）" in of_kind
    assert "不止 10 项" in of_kind
    assert len(found(head, "函数", "&kind=lesson&page=2")) == 3
    assert "不止" not in page(head, "/search/?q=第3课&kind=lesson")


def test_a_slip_is_forgiven_and_said(region: Region, index: Index) -> None:
    region.lesson("二次函数的图像")
    index()
    text = page(client_of(region.people["school_head"]), "/search/?q=二次涵数&kind=lesson")
    assert "差一个字" in text
    assert "二次函数的图像" in text
    head = client_of(region.people["school_head"])
    assert "差一个字" in page(head, "/search/?q=二次涵数")
    assert "差一个字" not in page(head, "/search/?q=二次函数")


def test_what_a_slip_found_has_pages_too(region: Region, index: Index) -> None:
    for number in range(23):
        region.lesson(f"二次函数第{number}课", starts=timezone.now() + timedelta(days=number))
    index()
    head = client_of(region.people["school_head"])
    asked = "/search/?q=二次涵数&kind=lesson&sort=new&page="
    assert "差一个字" in page(head, f"{asked}2")
    first, second = (found(head, "二次涵数", f"&kind=lesson&sort=new&page={n}") for n in "12")
    assert (len(first), second) == (20, ["二次函数第2课", "二次函数第1课", "二次函数第0课"])
    assert "差一个字" not in page(head, "/search/?q=二次函数&kind=lesson&page=9")


def test_suggestions_come_while_typing(region: Region, index: Index) -> None:
    for _ in range(2):
        region.lesson("二次函数的图像", access="public")
    index()
    for typed in ("二次", "erci", "echs"):
        assert page(Client(), f"/search/suggest/?q={typed}").count("二次函数的图像") == 1
    assert "二次函数" not in page(Client(), "/search/suggest/?q=")


def test_without_an_index_the_page_says_so(region: Region, home: object) -> None:
    assert "正在准备" in page(Client(), "/search/?q=函数")


def test_a_search_costs_the_same_whatever_it_finds(region: Region, index: Index) -> None:
    client = client_of(region.people["city"])
    region.lesson("一节课", starts=timezone.now() - timedelta(hours=1))
    index()
    page(client, "/search/?q=课")

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            page(client, "/search/?q=课")
        return len(seen)

    before = cost()
    for number in range(12):
        region.lesson(f"课 {number}", starts=timezone.now() + timedelta(hours=number))
    index()
    assert cost() == before <= 12
