"""The pages of imports and sources, as an officer uses them."""

import pytest
from django.test import Client

from lantian.content.resources.models import Resource
from lantian.content.resources.tests.shelf import Shelf
from lantian.content.sharing import services
from lantian.content.sharing.models import BulkRun, Neighbour
from lantian.content.sharing.services import harvesting
from lantian.content.sharing.tests.support import theirs, write_sheet
from lantian.people.roster.tests.factories import with_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(shelf: Shelf) -> Client:
    client = Client()
    client.force_login(with_account(shelf.officer))
    return client


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_an_officer_imports_a_folder(shelf: Shelf, officer: Client, folders) -> None:
    assert "没有您能用的表格" in text(officer, "/sharing/imports/new/")
    (folders / "梓潼县").mkdir()
    (folders / "梓潼县/a.txt").write_text("一份老教案，从描点开始讲。")
    write_sheet(
        folders / "梓潼县/目录.csv", [["编号", "名称", "文件"], ["R1", "<b>函数", "a.txt"], ["R2", "没有", "b.txt"]]
    )
    said = {"sheet": "梓潼县/目录.csv", "source": "老平台", "organization": str(shelf.county.pk)}
    assert officer.post("/sharing/imports/new/", said | {"organization": str(shelf.other.pk)}).status_code == 200
    page = officer.post("/sharing/imports/new/", said).headers["Location"]
    shown = text(officer, page)
    assert "公开的资源要写明使用许可" in shown
    assert "&lt;b&gt;函数" in shown
    columns = {"column-0": "key", "column-1": "title", "column-2": "path", "publish": "1"}
    usual = {"licence": "cc-by", "reach": "public", "audience": "all", "rights_holder": "县教研室"}
    officer.post(f"{page}act/", columns | usual | {"act": "look"})
    assert "没有这个文件" in text(officer, page)
    officer.post(f"{page}act/", columns | usual | {"act": "start"})
    assert "正在读表" in text(officer, page)
    services.proceed_import(BulkRun.objects.get().pk)
    assert "导入完了" in text(officer, page)
    assert "没有这个文件" in text(officer, f"{page}rows/?state=refused")
    assert "梓潼县/目录.csv" in text(officer, "/sharing/imports/")
    made = Resource.objects.get()
    assert "老平台" in text(Client(), f"/resources/{made.pk}/")
    again = officer.post(f"{page}act/", {"act": "again"}).headers["Location"]
    assert again != page
    officer.post(f"{again}act/", {"act": "cancel"})
    assert "已停止" in text(officer, again)


def test_an_officer_registers_a_region_and_shows_it(shelf: Shelf, officer: Client, monkeypatch) -> None:
    def answer(url: str, said: dict[str, str]) -> bytes:
        about = (
            "<Identify><repositoryName>广元</repositoryName><granularity>YYYY-MM-DD</granularity></Identify>".encode()
        )
        form = b"<ListMetadataFormats><metadataFormat><metadataPrefix>oai_dc</metadataPrefix><metadataNamespace>"
        form += (
            b"http://www.openarchives.org/OAI/2.0/oai_dc/</metadataNamespace></metadataFormat></ListMetadataFormats>"
        )
        sets = b"<ListSets><set><setSpec>a:b</setSpec><setName>x</setName></set></ListSets>"
        told = {"Identify": about, "ListMetadataFormats": form, "ListSets": sets}
        return theirs([]).replace(b"<ListRecords/>", told[said["verb"]])

    monkeypatch.setattr(harvesting, "fetch", answer)
    wrong = officer.post("/sharing/neighbours/new/", {"url": "nonsense"})
    assert wrong.context["address"].errors["url"]
    tried = officer.post("/sharing/neighbours/new/", {"url": "https://other.example/oai"}).content.decode()
    assert "广元" in tried
    said = {
        "url": "https://other.example/oai",
        "act": "register",
        "organization": str(shelf.county.pk),
        "name": "广元市",
    }
    said |= {"metadata": "oai_dc", "sets": "a:b", "every": "24", "show": "review", "licence": ""}
    page = officer.post("/sharing/neighbours/new/", said).headers["Location"]
    neighbour = Neighbour.objects.get()
    assert (neighbour.sets, neighbour.coarse) == (["a:b"], True)
    run = neighbour.harvests.get()
    services.proceed_harvest(run.pk, ask=lambda url, said: theirs([("a", "剑门蜀道"), ("b", "")]))
    shown = text(officer, page)
    assert "剑门蜀道" in shown
    assert "没有名称" in shown
    officer.post(f"{page}act/", {"act": "show"})
    assert "广元市" in text(Client(), f"/resources/{Resource.objects.get().pk}/")
    officer.post(f"{page}act/", {"act": "change", "name": "广元", "every": "0", "licence": "cc0"})
    officer.post(f"{page}act/", {"act": "harvest"})
    assert "停止采集" in text(officer, page)
    officer.post(f"{page}act/", {"act": "cancel"})
    officer.post(f"{page}act/", {"act": "hide"})
    assert "不公开" in text(officer, "/sharing/neighbours/")
    services.start_due()
