"""The small region of the live tests."""

from lantian.teach.live.tests.conftest import kept_world, world

__all__ = ["kept_world", "world"]
