"""The small region of the live tests."""

from lantian.teach.live.tests.conftest import kept, world

__all__ = ["kept", "world"]
