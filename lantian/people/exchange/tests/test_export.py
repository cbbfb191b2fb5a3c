"""Files out: who may, what is in them, deltas, cancelling, expiry; and in again elsewhere: the same."""

import csv
import io
import zipfile
from datetime import date, timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from lantian.kernel import files
from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.rules import SYSTEM, Actor, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.exchange import queries, rules, services
from lantian.people.exchange.errors import ExportNeedsPurpose, ExportNotReady
from lantian.people.exchange.models import Export
from lantian.people.roster import services as roster
from lantian.people.roster.models import Membership, Person
from lantian.people.roster.tests.factories import RoleGrantFactory, with_account
from lantian.people.roster.tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo(settings, tmp_path):
    """The second factor has tests of its own; files go where they may."""
    settings.LANTIAN_DEMO = True
    settings.LANTIAN_FILES_ROOT = tmp_path


def made(world: World, by: Actor, unit=None, **more) -> Export:
    export = services.start_export(unit or world.fucheng, by=by, **more)
    services.run_export(export.pk)
    return Export.objects.get(pk=export.pk)


def opened(export: Export) -> zipfile.ZipFile:
    return zipfile.ZipFile(files.path_of(export.stored_name))


def rows_of(export: Export, entity: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(opened(export).read(f"{entity}.csv").decode())))


def test_who_may_take_records_out(world: World) -> None:
    for name, unit in (("officer", "fucheng"), ("city_officer", "east"), ("head", "east"), ("school_it", "east")):
        assert_allowed(rules.may_export, world.act(name), world.units[unit])
    for name, unit in (("officer", "beichuan"), ("head", "west"), ("teacher", "east"), ("researcher", "fucheng")):
        assert_refused(rules.may_export, world.act(name), world.units[unit])
    assert_allowed(rules.may_export_sensitive, world.act("officer"), world.east)
    assert_allowed(rules.may_export_sensitive, world.act("head"), world.east)
    assert_refused(rules.may_export_sensitive, world.act("school_it"), world.east)
    assert_refused(rules.may_export_sensitive, world.act("head"), world.west)
    with pytest.raises(Denied):
        services.start_export(world.east, by=world.act("school_it"), sensitive=True, purpose="x")
    with pytest.raises(ExportNeedsPurpose):
        services.start_export(world.east, by=world.act("head"), sensitive=True)


def test_an_export_is_only_for_whom_it_was_made(world: World) -> None:
    export = made(world, world.act("officer"))
    assert_allowed(rules.may_view_export, world.act("officer"), export)
    for name in ("city_officer", "head", "teacher"):
        assert_refused(rules.may_view_export, world.act(name), export)
        assert not queries.exports_visible_to(world.act(name)).exists()
        with pytest.raises(Denied):
            services.fetch_export(export, by=world.act(name))


def test_a_full_file_holds_the_subtree_in_the_standards_form(world: World) -> None:
    export = made(world, world.act("officer"))
    assert (export.state, export.counts["orgs"]) == ("ready", 3)
    manifest = dict(csv.reader(io.StringIO(opened(export).read("manifest.csv").decode())))
    assert (manifest["oneroster.version"], manifest["file.users"], manifest["file.results"]) == (
        "1.2",
        "bulk",
        "absent",
    )
    assert manifest["source.systemCode"] == str(export.pk)
    assert opened(export).comment.decode().startswith(str(export.pk))
    users = {row["sourcedId"]: row for row in rows_of(export, "users")}
    assert str(world.jia.pk) in users
    assert str(world.stranger.pk) not in users
    pupil = users[str(world.jia.pk)]
    assert (pupil["status"], pupil["dateLastModified"], pupil["metadata.cn.exportId"]) == ("", "", str(export.pk))
    assert (pupil["agentSourcedIds"], pupil["phone"]) == (str(world.mother.pk), "")
    assert users[str(world.mother.pk)]["phone"] == ""
    assert {row["role"] for row in rows_of(export, "roles")} >= {"student", "teacher", "guardian", "principal"}
    homeroom = [row for row in rows_of(export, "enrollments") if row["primary"] == "true"]
    assert [row["userSourcedId"] for row in homeroom] == [str(world.homeroom.pk)]
    assert OutboxEvent.objects.filter(name="exchange.roster_exported").exists()


def test_values_are_written_as_they_are(world: World) -> None:
    Person.objects.filter(pk=world.jia.pk).update(name='=1+1,"王"')
    export = made(world, world.act("head"), world.east)
    names = {row["metadata.cn.name"] for row in rows_of(export, "users")}
    assert '=1+1,"王"' in names


def test_sealed_facts_leave_only_when_asked_for_and_are_on_everybodys_record(world: World) -> None:
    export = made(world, world.act("officer"), sensitive=True, purpose="报省厅")
    phones = {row["sourcedId"]: row["phone"] for row in rows_of(export, "users")}
    assert phones[str(world.mother.pk)] == "13900000001"
    entry = JournalEntry.objects.get(action="exchange.private_facts_fetched", object_id=world.mother.pk)
    assert (entry.person_id, entry.data) == (world.officer.pk, {"to": "报省厅"})
    assert export.expires_at < timezone.now() + timedelta(days=1, minutes=1)


def test_a_delta_holds_what_changed_and_what_is_gone(world: World) -> None:
    officer = world.act("officer")
    future = timezone.now() + timedelta(hours=3)
    assert set(made(world, officer, mode="delta", since=future).counts.values()) <= {0, 1}
    row = Membership.objects.get(person=world.ding)
    Membership.objects.filter(pk=row.pk).update(
        valid_from=date(2020, 1, 1), valid_to=timezone.localdate() - timedelta(days=1)
    )
    export = made(world, officer, mode="delta", since=timezone.now())
    users = {row["sourcedId"]: row for row in rows_of(export, "users")}
    assert users[str(world.ding.pk)]["status"] == "tobedeleted"
    assert users[str(world.jia.pk)]["status"] == "active"
    assert users[str(world.jia.pk)]["dateLastModified"].endswith("Z")
    gone = [one for one in rows_of(export, "enrollments") if one["sourcedId"] == str(row.pk)]
    assert [one["status"] for one in gone] == ["tobedeleted"]


def test_cancelled_refused_and_expired_exports_are_not_fetched(world: World) -> None:
    officer = world.act("officer")
    waiting = services.start_export(world.fucheng, by=officer)
    with pytest.raises(ExportNotReady):
        services.fetch_export(waiting, by=officer)
    services.cancel_export(waiting, by=officer)
    services.run_export(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.stored_name) == ("cancelled", "")
    with pytest.raises(ExportNotReady):
        services.cancel_export(waiting, by=officer)
    lost = services.start_export(world.fucheng, by=officer)
    grant = world.officer.role_grants.get()
    roster.revoke_role(grant, by=world.act("city_officer"), reason="调离本单位")
    services.run_export(lost.pk)
    lost.refresh_from_db()
    assert lost.state == "failed"
    RoleGrantFactory(person=world.officer, role="officer", organization=world.fucheng)
    export = made(world, world.act("officer"))
    path = files.path_of(export.stored_name)
    Export.objects.filter(pk=export.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(ExportNotReady):
        services.fetch_export(export, by=world.act("officer"))
    assert services.expire_exports() == 1
    assert not path.exists()


def test_an_officer_exports_in_pages(world: World) -> None:
    browser = Browser(headers={"X-Forwarded-For": "10.0.0.1"})
    browser.force_login(with_account(world.officer))
    assert "还没有导出过" in browser.get("/exports/").content.decode()
    assert browser.get("/exports/new/").status_code == 200
    sent = browser.post("/exports/new/", {"mode": "bulk", "sensitive": "on"})
    assert "请写明用途" in sent.content.decode()
    address = browser.post("/exports/new/", {"mode": "bulk"})["Location"]
    export = Export.objects.get()
    assert 'hx-trigger="every 2s"' in browser.get(address).content.decode()
    assert browser.get(f"{address}file/").status_code == 404
    services.run_export(export.pk)
    assert browser.get(f"{address}?part=progress")["HX-Refresh"] == "true"
    assert "下载" in browser.get(address).content.decode()
    fetched = browser.get(f"{address}file/")
    assert zipfile.ZipFile(io.BytesIO(b"".join(fetched.streaming_content))).testzip() is None
    assert "no-store" in fetched["Cache-Control"]
    entry = JournalEntry.objects.get(action="exchange.export_downloaded")
    assert (entry.object_id, entry.person_id) == (export.pk, world.officer.pk)
    for name, status in (("city_officer", 404), ("head", 404), ("teacher", 404)):
        other = Browser(headers={"X-Forwarded-For": "10.0.0.1"})
        person = Person.objects.select_related("account").get(pk=world.people[name].pk)
        other.force_login(person.account or with_account(person))
        assert other.get(f"{address}file/").status_code == status
        assert other.post(f"{address}cancel/").status_code == status


def test_the_system_may_export_too(world: World) -> None:
    assert made(world, SYSTEM).state == "ready"
