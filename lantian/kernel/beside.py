"""A second pair of hands: a thread that works on a database connection of its own while its maker goes on."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from django.db import DEFAULT_DB_ALIAS, connections

EVERY_S = 0.25


class Beside:
    """`work(beside)` runs in a thread while the block does, and asks `wanted` between its steps.

    An error of the thread is raised by `heard` and `wait`, which the block calls; leaving the block ends the thread.
    """

    def __init__(self, work: "Callable[[Beside], None]") -> None:
        self._work = work
        self._error: BaseException | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="beside", daemon=True)

    def _run(self) -> None:
        # none of the pool's, which has as many as there are jobs: who waits for one of them might wait for another like himself
        own = connections.create_connection(DEFAULT_DB_ALIAS)
        options = {name: value for name, value in own.settings_dict["OPTIONS"].items() if name != "pool"}
        own.settings_dict = own.settings_dict | {"OPTIONS": options}
        connections[DEFAULT_DB_ALIAS] = own
        try:
            self._work(self)
        except BaseException as error:  # noqa: BLE001 - raised where the thread is waited for
            self._error = error
        finally:
            own.close()

    def wanted(self, pause_s: float = 0) -> bool:
        """For the thread: whether the block still goes on, after so long a pause at most."""
        return not (self._over.wait(pause_s) if pause_s else self._over.is_set())

    def heard(self) -> None:
        """For the block: raises what the thread has raised."""
        if self._error is not None:
            raise self._error

    def wait(self, tell: Callable[[], None]) -> None:
        """For the block: until the thread is done, with `tell()` called now and then. Raises what it or the thread raises."""
        while self._thread.is_alive():
            self._thread.join(EVERY_S)
            tell()
        self.heard()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
