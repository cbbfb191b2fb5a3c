from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.platform import Platform


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A running platform in demo mode, shared by the tests of one module; each leaves it running."""
    platform = Platform(tmp_path_factory.mktemp("platform") / "home").start("--demo").wait_ready()
    yield platform
    platform.remove()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"
