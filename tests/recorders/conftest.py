"""The region and the live process of the apps' own tests."""

from lantian.teach.live.tests.conftest import kept_world, live, shared_live, world

__all__ = ["kept_world", "live", "shared_live", "world"]
