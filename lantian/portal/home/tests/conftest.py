from collections.abc import Iterator
from datetime import datetime

import pytest
from django.core.cache import caches
from django.utils import timezone

from lantian.portal.home.tests.support import make_region
from tests.kept import fixtures

kept, region = fixtures(make_region)


@pytest.fixture(autouse=True)
def fresh_cache() -> Iterator[None]:
    """The home page is kept for seconds: no test may see another's."""
    caches["local"].clear()
    yield
    caches["local"].clear()


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Half past ten in the morning of a school day (a Monday), whatever the clock says."""
    moment = datetime(2026, 11, 23, 10, 30, tzinfo=timezone.get_default_timezone())
    monkeypatch.setattr(timezone, "now", lambda: moment)
    return moment
