"""The region and the live process of the apps' own tests."""

from lantian.teach.live.tests.conftest import kept, live, shared_live, world

__all__ = ["kept", "live", "shared_live", "world"]
