"""With real commits: a real client asks the real server, one platform harvests it and is cut, a worker is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from oaipmh_scythe import Scythe
from oaipmh_scythe.exceptions import BadResumptionToken, IdDoesNotExist

from lantian.content.resources import services as resources
from lantian.content.resources.models import Resource
from lantian.content.resources.services import Brought
from lantian.content.resources.tests import files
from lantian.content.resources.tests.shelf import FACTS, Shelf, make_shelf
from lantian.content.sharing import services
from lantian.content.sharing.models import Harvest, Record
from lantian.content.sharing.queries import records
from lantian.content.sharing.services import harvesting
from lantian.content.sharing.tests.support import write_sheet
from lantian.kernel.rules import SYSTEM
from lantian.people.roster.models import Organization

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def shelf(folders) -> Shelf:
    return make_shelf()


def links(unit: Organization, count: int) -> list[Resource]:
    items = [Brought(facts=FACTS | {"title": f"资源{n}"}, url=f"https://example.cn/{n}") for n in range(count)]
    made = resources.bring_resources(items, organization=unit, origin="测试", by=SYSTEM)
    return list(Resource.objects.filter(pk__in=[pk for pk, _free in made]).order_by("title"))


def test_a_real_client_and_our_own_harvester_ask_the_real_server(
    shelf: Shelf, live_server, settings, monkeypatch
) -> None:
    settings.LANTIAN_ADDRESS = live_server.url
    settings.LANTIAN_HARVEST_HOSTS = ["localhost", "127.0.0.1"]
    monkeypatch.setattr(records, "PAGE", 2)
    made = links(shelf.school, 5)
    assert Record.objects.count() == 5, "noted when it was committed"
    resources.withdraw_resource(made[0], words="有错", by=SYSTEM)
    with Scythe(f"{live_server.url}/oai") as client:
        assert client.identify().deletedRecord == "persistent"
        assert {one.metadataPrefix for one in client.list_metadata_formats()} == {"oai_dc", "lom"}
        assert "subject:maths" in {one.setSpec for one in client.list_sets()}
        found = list(client.list_records(metadata_prefix="oai_dc", set_="subject:maths"))
        assert [one.deleted for one in found].count(True) == 1
        assert {one.metadata["title"][0] for one in found if not one.deleted} == {f"资源{n}" for n in range(1, 5)}
        headers = list(client.list_identifiers(metadata_prefix="lom"))
        assert len(headers) == 5
        one = client.get_record(identifier=headers[0].identifier, metadata_prefix="oai_dc")
        assert one.header.identifier == headers[0].identifier
        with pytest.raises(IdDoesNotExist):
            client.get_record(identifier="oai:localhost:none", metadata_prefix="oai_dc")
        with pytest.raises(BadResumptionToken):
            next(client.list_records(resumption_token="forged"))
    about = services.ask_about(f"{live_server.url}/oai", by=SYSTEM)
    assert about.prefixes == ["oai_dc", "lom"]
    neighbour = services.add_neighbour(
        organization=shelf.other, name="邻县", url=f"{live_server.url}/oai", prefix="lom", show="shown", by=SYSTEM
    )
    run, really, turns = services.start_harvest(neighbour, by=SYSTEM), harvesting.fetch, []

    def cut(url, said):
        turns.append(said)
        if len(turns) == 2:
            raise KeyboardInterrupt  # as a worker ends that is told to
        return really(url, said)

    with pytest.raises(KeyboardInterrupt):
        services.proceed_harvest(run.pk, ask=cut)
    run.refresh_from_db()
    assert (run.state, run.pages, bool(run.token)) == ("running", 1, True)
    services.proceed_harvest(run.pk)
    run.refresh_from_db()
    assert (run.state, run.fault, run.pages, run.made, run.deleted) == ("done", "", 3, 4, 0)
    theirs = Resource.objects.filter(organization=shelf.other)
    assert set(theirs.values_list("title", "state", "licence", "subject", "stage")) == {
        (f"资源{n}", "published", "cc-by", "maths", "junior") for n in range(1, 5)
    }
    assert Record.objects.count() == 5, "what is harvested is not told on"
    resources.withdraw_resource(made[1], words="有错", by=SYSTEM)
    again = services.start_harvest(neighbour, by=SYSTEM)
    services.proceed_harvest(again.pk)
    again = Harvest.objects.get(pk=again.pk)
    assert (again.state, again.deleted, again.made, again.changed) == ("done", 1, 0, 0)
    assert theirs.get(title="资源1").state == "withdrawn"


def test_a_worker_killed_in_a_batch_leaves_nothing_half_done(shelf: Shelf, folders, settings) -> None:
    for number in range(5):
        (folders / f"{number}.pdf").write_bytes(files.pdf(f"lesson {number}", pages=number + 1))
    rows = [[f"R{n}", f"旧资源{n}", f"{n}.pdf", "cc-by"] for n in range(5)]
    write_sheet(folders / "list.csv", [["编号", "名称", "文件", "许可"], *rows])
    run = services.begin_import(sheet="list.csv", organization=shelf.county, source="老平台", by=SYSTEM)
    services.start_import(run, by=SYSTEM)
    done = subprocess.run(
        [sys.executable, "-m", "lantian.content.sharing.tests.killed", str(run.pk), str(settings.LANTIAN_MEDIA_ROOT)],
        cwd=ROOT,
        env=os.environ | {"LANTIAN_TEST_HARNESS": "0", "LANTIAN_IMPORT_ROOT": str(folders)},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    run.refresh_from_db()
    assert run.state == "running"
    assert sorted(run.rows.values_list("state", flat=True)) == ["imported"] * 2 + ["waiting"] * 3
    assert Resource.objects.count() == 2
    assert services.resume_imports() == 1
    services.proceed_import(run.pk)
    run.refresh_from_db()
    assert (run.state, run.counts["imported"]) == ("done", 5)
    pages = Resource.objects.values_list("title", "current__blob__facts__pages")
    assert dict(pages) == {f"旧资源{n}": n + 1 for n in range(5)}
