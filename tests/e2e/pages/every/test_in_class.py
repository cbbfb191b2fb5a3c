"""Every page of those who teach and learn, and of strangers: it answers, nothing leads astray, and nothing is wrong with it."""

from collections.abc import Callable

import pytest

from tests.e2e.pages.every.conftest import STRANGER

ROLES = (STRANGER, "teacher", "student", "parent", "homeroom", "newcomer", "researcher", "screen")


# who comes first opens what all others have too: minutes beside two others
@pytest.mark.timeout(900)
@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "stranger")
def test_every_page_of(role: str, faults_of: Callable[[str], list[str]]) -> None:
    found = faults_of(role)
    assert found == [], "\n".join(found)
