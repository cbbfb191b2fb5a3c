"""Every page of those who lead and keep: it answers, nothing leads astray, and nothing is wrong with it."""

from collections.abc import Callable

import pytest

ROLES = ("head", "county", "school-it", "city", "province", "expert", "operator")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("role", ROLES)
def test_every_page_of(role: str, faults_of: Callable[[str], list[str]]) -> None:
    found = faults_of(role)
    assert found == [], "\n".join(found)
