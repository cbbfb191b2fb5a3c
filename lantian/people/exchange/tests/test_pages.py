"""The pages of an import, through HTTP: to whom they open, what they show and refuse, in how many queries."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lantian.kernel.rules import Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.exchange import queries, rules, services
from lantian.people.exchange.errors import NotReady
from lantian.people.exchange.models import ImportRun
from lantian.people.exchange.tests.files import bring, carry_out, oneroster_zip, small_region
from lantian.people.roster.models import Person
from lantian.people.roster.tests.factories import with_account
from lantian.people.roster.tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo(settings):
    """The second factor has tests of its own."""
    settings.LANTIAN_DEMO = True


def enter(world: World, name: str) -> Client:
    client = Client(headers={"X-Forwarded-For": "10.0.0.1"})
    person = Person.objects.select_related("account").get(pk=world.people[name].pk)
    client.force_login(person.account or with_account(person))
    return client


def text(response) -> str:
    assert response.status_code == 200, (response.status_code, response.content.decode()[:2000])
    return response.content.decode()


def region(world: World) -> dict:
    return small_region(str(world.fucheng.pk))


def test_importing_is_for_those_who_administer_and_within_their_own(world: World) -> None:
    for name in ("officer", "head", "school_it", "city_officer"):
        assert_allowed(rules.may_import, world.act(name))
    for name in ("teacher", "mother", "jia", "researcher", "expert", "operator"):
        assert_refused(rules.may_import, world.act(name))
    assert_allowed(rules.may_import, world.act("head"), world.east)
    assert_refused(rules.may_import, world.act("head"), world.west)
    assert_refused(rules.may_import, world.act("officer"), world.beichuan)
    with pytest.raises(Denied):
        services.start_import(
            [("roster.zip", oneroster_zip(region(world)))], organization=world.west, source="x", by=world.act("head")
        )


def test_runs_are_seen_from_above_and_not_from_beside(world: World) -> None:
    run = bring(region(world), world.fucheng, world.act("officer"))
    for name, sees in (("officer", True), ("city_officer", True), ("other_officer", False), ("head", False)):
        tried = assert_allowed if sees else assert_refused
        tried(rules.may_view_run, world.act(name), run)
        assert queries.runs_visible_to(world.act(name)).filter(pk=run.pk).exists() is sees
    assert_allowed(rules.may_view_run, world.act("officer"), run)
    for name in ("teacher", "mother"):
        assert_refused(rules.may_view_run, world.act(name), run)
    with pytest.raises(Denied):
        services.confirm_import(run, by=world.act("head"))
    with pytest.raises(Denied):
        services.cancel_import(run, by=world.act("other_officer"))


def test_a_file_is_sent_looked_at_and_applied_in_pages(world: World, run_jobs) -> None:
    client = enter(world, "officer")
    assert "还没有导入过" in text(client.get("/imports/"))
    upload = SimpleUploadedFile("秋季.zip", oneroster_zip(region(world)).read(), "application/zip")
    sent = client.post(
        "/imports/new/", {"organization": str(world.fucheng.pk), "source": "教务系统", "uploads": upload}
    )
    run = ImportRun.objects.get()
    assert sent["Location"] == f"/imports/{run.pk}/"
    page = text(client.get(sent["Location"]))
    assert "等待读取" in page
    assert 'hx-trigger="every 2s"' in page
    assert run_jobs()
    assert client.get(f"/imports/{run.pk}/progress/")["HX-Refresh"] == "true"
    page = text(client.get(f"/imports/{run.pk}/"))
    assert "写入名册" in page
    rows = text(client.get(f"/imports/{run.pk}/rows/?entity=users"))
    assert "王小明" in rows
    assert "13900000002" not in rows
    assert client.post(f"/imports/{run.pk}/confirm/", {})["Location"] == f"/imports/{run.pk}/"
    assert run_jobs()
    assert "这次写入的" in text(client.get(f"/imports/{run.pk}/"))
    assert "秋季.zip" in text(client.get("/imports/"))


def test_errors_are_listed_with_row_and_column_and_go_out_as_a_file(world: World) -> None:
    rows = region(world)
    rows["users"][2] |= {"phone": "12"}
    rows["enrollments"][0] |= {"beginDate": "=1+1"}
    run = bring(rows, world.fucheng, world.act("officer"))
    client = enter(world, "officer")
    page = text(client.get(f"/imports/{run.pk}/findings/"))
    assert "手机号不对" in page
    assert "不导入有错误的行" in text(client.get(f"/imports/{run.pk}/"))
    refused = text(client.post(f"/imports/{run.pk}/confirm/", {}))
    assert "还有错误没有处理" in refused
    exported = b"".join(client.get(f"/imports/{run.pk}/findings/?export=csv").streaming_content).decode("utf-8-sig")
    assert "users.csv" in exported
    assert "\n=1+1" not in exported


def test_an_import_can_be_given_up_and_compared_anew(world: World) -> None:
    officer = world.act("officer")
    run = bring(region(world), world.fucheng, officer)
    client = enter(world, "officer")
    client.post(f"/imports/{run.pk}/check/")
    services.proceed(run.pk)
    run.refresh_from_db()
    assert (run.state, run.counts["users"]) == ("checked", {"create": 4})
    client.post(f"/imports/{run.pk}/cancel/")
    run.refresh_from_db()
    assert (run.state, run.rows.count()) == ("cancelled", 0)
    with pytest.raises(NotReady):
        services.confirm_import(run, by=officer)


def test_pages_ask_the_database_a_fixed_number_of_times(world: World, django_assert_max_num_queries) -> None:
    officer = world.act("officer")
    run = carry_out(bring(region(world), world.fucheng, officer), officer)
    client = enter(world, "officer")
    client.get("/imports/")
    for address, most in (("/imports/", 12), (f"/imports/{run.pk}/", 12), (f"/imports/{run.pk}/rows/", 12)):
        with django_assert_max_num_queries(most):
            client.get(address)


@pytest.mark.parametrize("name", ["teacher", "mother", "jia"])
def test_the_pages_are_closed_to_others(world: World, name: str) -> None:
    run = bring(region(world), world.fucheng, world.act("officer"))
    client = enter(world, name)
    assert client.get("/imports/").status_code == 403
    assert client.get("/imports/new/").status_code == 403
    assert client.get(f"/imports/{run.pk}/").status_code == 404
    assert client.post(f"/imports/{run.pk}/confirm/").status_code == 404


def test_a_broken_upload_is_answered_in_the_form(world: World) -> None:
    client = enter(world, "officer")
    upload = SimpleUploadedFile("x.zip", b"PK\x03\x04nothing", "application/zip")
    page = text(client.post("/imports/new/", {"organization": str(world.fucheng.pk), "source": "x", "uploads": upload}))
    assert "损坏" in page
    assert not ImportRun.objects.exists()


def test_of_several_files_it_says_how_many_there_were():
    assert ImportRun(title="学生名单.csv").name == "学生名单.csv"
    assert ImportRun(title="学生名单.csv +2").name == "学生名单.csv 等 3 个文件"
