"""The database for one command: the external one, that of the running instance, or the embedded one started for as long.

Several commands may run at once: the first starts the server and, at its end, waits for the others before stopping it.
"""

import contextlib
import time
from collections.abc import Iterator

from runtime.home import Instance, make_home
from runtime.lock import Lock
from runtime.postgres import EmbeddedPostgres
from runtime.supervisor import read_state
from runtime.words import Problem, say

PATIENCE = 90.0


def up_lock(instance: Instance) -> Lock:
    """Held by the supervisor for as long as it lives."""
    return Lock(instance.run / "up.lock")


def server_lock(instance: Instance) -> Lock:
    """Exclusive: starts and stops the embedded server. Shared: uses the one that another command started."""
    return Lock(instance.run / "postgres.lock")


@contextlib.contextmanager
def database(instance: Instance) -> Iterator[str]:
    """The connection URL of a database that answers. Raises Problem."""
    if instance.database_url:
        yield instance.database_url
        return
    make_home(instance.home)
    server, lock = EmbeddedPostgres(instance.home), server_lock(instance)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if up_lock(instance).held_elsewhere():
            if read_state(instance.state_file) and server.secrets_file.exists() and server.is_ready():
                yield server.url
                return
        elif lock.acquire():
            yield from _own(server, lock)
            return
        elif lock.acquire(shared=True):
            if server.is_ready():
                try:
                    yield server.url
                finally:
                    lock.release()
                return
            lock.release()
        time.sleep(0.1)
    raise Problem(say("数据库没有应答", "the database does not answer"))


def _own(server: EmbeddedPostgres, lock: Lock) -> Iterator[str]:
    try:
        server.start()
        lock.acquire(shared=True)
        try:
            yield server.url
        finally:
            lock.acquire(wait=True)  # until no other command uses it, however this one ended
    finally:
        server.stop()
        lock.release()
