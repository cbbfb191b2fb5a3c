import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher


@pytest.fixture(autouse=True)
def hashes_in_a_hurry(monkeypatch):
    """A hash that takes a quarter of a second proves nothing a quicker one does not."""
    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 20_000)
