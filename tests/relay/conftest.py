"""One Janus for a worker's tests here; whoever kills it starts it again."""

from collections.abc import Iterator

import pytest

from tests.relay.wire import JanusProcess, interface, janus_process


@pytest.fixture(scope="session")
def wire() -> Iterator[tuple[str, str]]:
    """Name and address of the interface that Janus uses."""
    with interface() as found:
        yield found


@pytest.fixture(scope="session")
def janus(wire: tuple[str, str]) -> Iterator[JanusProcess]:
    with janus_process(wire[0]) as process:
        yield process
