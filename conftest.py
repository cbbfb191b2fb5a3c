"""Fixtures of the harness that must win over pytest-django's own.

A plugin loaded by `-p` is overridden by it, a conftest is not.
"""

from tests.harness import django_db_setup

__all__ = ["django_db_setup"]
