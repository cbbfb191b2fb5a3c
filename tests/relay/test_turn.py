"""The way around firewalls: coturn as `lantian up` starts it lets our passwords through, while they last, and nobody else."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import aioice
import pytest
from aioice.ice import TransportPolicy

from lantian.teach.live.engine.ice import CREDENTIAL_S, ice_servers
from runtime import coturn
from runtime.home import Instance, make_home, read_instance


def _port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def turn(wire: tuple[str, str]) -> Iterator[Instance]:
    home = Path(mkdtemp(prefix="lt-turn-")) / "home"
    home.parent.chmod(0o755)
    told = {"LANTIAN_HOME": str(home), "LANTIAN_TURN_PORT": str(_port()), "LANTIAN_BIND": wire[1]}
    instance = replace(
        read_instance(told), turn_ports=(28_000 + os.getpid() % 20 * 100, 28_099 + os.getpid() % 20 * 100)
    )
    make_home(instance.home)
    launch = coturn.prepare(instance)
    log = instance.home / "logs" / "turn.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            launch.command(), env=launch.env, cwd=launch.cwd, stdout=output, stderr=output, start_new_session=True
        )
    try:
        deadline = time.monotonic() + 15
        while not _listens(instance):
            assert process.poll() is None, log.read_text()[-2000:]
            assert time.monotonic() < deadline, log.read_text()[-2000:]
            time.sleep(0.05)
        yield instance
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(instance.turn_folder, ignore_errors=True)
        shutil.rmtree(home.parent, ignore_errors=True)


def _listens(instance: Instance) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((instance.bind, instance.turn_port)) == 0


def password(instance: Instance, now: float, secret: str = "") -> tuple[str, str]:
    """As the live process gives it to an end of the stage at `now`."""
    server = ice_servers([], ["turn:x"], secret or coturn.turn_secret(instance), "class:x", now)[0]
    return server["username"], server["credential"]


async def _talk(instance: Instance, user: str, word: str) -> bytes:
    """What arrives of a word that goes by the relay alone."""
    near = aioice.Connection(
        ice_controlling=True,
        turn_server=(instance.bind, instance.turn_port),
        turn_username=user,
        turn_password=word,
        transport_policy=TransportPolicy.RELAY,
    )
    far = aioice.Connection(ice_controlling=False)
    try:
        for one, other in ((near, far), (far, near)):
            await one.gather_candidates()
            for candidate in one.local_candidates:
                await other.add_remote_candidate(candidate)
            await other.add_remote_candidate(None)
            other.remote_username, other.remote_password = one.local_username, one.local_password
        assert {candidate.type for candidate in near.local_candidates} <= {"relay"}
        async with asyncio.timeout(10):
            await asyncio.gather(near.connect(), far.connect())
            await near.send(b"over there")
            return await far.recv()
    finally:
        with contextlib.suppress(Exception):
            await asyncio.gather(near.close(), far.close())


def talk(instance: Instance, user: str, word: str) -> bytes:
    return asyncio.run(_talk(instance, user, word))


def test_a_connection_by_the_relay_alone_holds_with_the_password_of_an_end(turn: Instance) -> None:
    assert talk(turn, *password(turn, time.time())) == b"over there"


def test_a_password_that_ran_out_was_made_up_or_is_another_ends_opens_nothing(turn: Instance) -> None:
    user, word = password(turn, time.time())
    later = f"{int(time.time()) + 10 * CREDENTIAL_S}:class:x"
    for wrong in (
        password(turn, time.time() - CREDENTIAL_S - 10),
        password(turn, time.time(), "another secret"),
        (user, "x" * len(word)),
        (later, word),
    ):
        with pytest.raises((aioice.stun.TransactionFailed, ConnectionError)):
            talk(turn, *wrong)


def test_what_browsers_are_told_is_where_it_listens(turn: Instance) -> None:
    public = replace(turn, janus_public="203.0.113.7", turn_port=3478)
    assert coturn.turn_urls(public) == "turn:203.0.113.7:3478?transport=udp,turn:203.0.113.7:3478?transport=tcp"
    assert "external-ip=203.0.113.7" in coturn.configuration(public, Path("/x"))
    assert coturn.turn_urls(replace(turn, hosts=("lantian.example.cn",))).startswith("turn:lantian.example.cn:")
