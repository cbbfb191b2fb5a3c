import pytest
from django.db import connection

from lantian.content.resources.queries import CONVERTERS
from lantian.content.resources.tests.shelf import Shelf, make_shelf
from tests.kept import Keep, Kept


@pytest.fixture(scope="session")
def kept_sharing_shelf(keep: Keep) -> Kept[Shelf]:
    return keep(make_shelf)


@pytest.fixture
def folders(settings, tmp_path, monkeypatch):
    """A media folder, an import root, and no converter, whatever the machine has."""
    monkeypatch.setattr(CONVERTERS, "_entries", {})
    settings.LANTIAN_MEDIA_ROOT = tmp_path / "media"
    settings.LANTIAN_MEDIA_ROOT.mkdir()
    settings.LANTIAN_IMPORT_ROOT = str(tmp_path / "imports")
    (tmp_path / "imports").mkdir()
    settings.LANTIAN_DISK_RESERVE_BYTES = 0
    settings.LANTIAN_CLAMD = ""
    settings.LANTIAN_ADDRESS = "https://lantian.example.cn"
    settings.LANTIAN_HARVEST_HOSTS = []
    settings.LANTIAN_DEMO = True  # the second factor has tests of its own
    return tmp_path / "imports"


@pytest.fixture
def shelf(db: None, kept_sharing_shelf: Kept[Shelf], folders) -> Shelf:
    return kept_sharing_shelf.back()


def settle() -> None:
    """What happens at a commit, in a test whose transaction never sees one."""
    connection.check_constraints()
