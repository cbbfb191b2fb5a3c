"""Starts granian for one of our two applications: `python -m runtime.serve web|live SOCKET [workers] [threads]`.

Its workers ask the kernel to die with granian's main process: else a kill -9 of that one would leave a second live
process serving old websockets.
"""

import importlib
import multiprocessing
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from runtime.child import die_with_parent


def load(target: str) -> Any:
    """Runs in granian's worker: the application, after tying the worker's life to its parent's."""
    die_with_parent(os.getppid(), signal.SIGKILL)
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)


def preload(target: str) -> None:
    """Import the application once in the main process: its workers are forked with it, which halves start and memory.

    Connections opened meanwhile must not be shared with the workers.
    """
    importlib.import_module(target.partition(":")[0])
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        close_pool = getattr(connection, "close_pool", None)
        if close_pool is not None:
            close_pool()


def serve(kind: str, socket: Path, workers: int, threads: int) -> None:
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    web = kind == "web"
    target = "config.wsgi:application" if web else "config.asgi:application"
    if web and workers > 1 and multiprocessing.get_start_method() == "fork" and threading.active_count() == 1:
        preload(target)
    server = Server(
        target,
        uds=socket,
        uds_permissions=0o600,
        interface=Interfaces.WSGI if web else Interfaces.ASGI,
        workers=workers if web else 1,  # a lesson lives in one live process
        blocking_threads=threads if web else None,
        http=HTTPModes.http1,
        websockets=not web,
        backlog=2048,
        backpressure=None if web else 20_000,
        log_level=LogLevels.warning,
        workers_kill_timeout=8 if web else 12,  # lessons are handed on first
    )
    server.serve(target_loader=load, wrap_loader=True)


def main() -> None:
    kind, socket = sys.argv[1], Path(sys.argv[2])
    workers = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    threads = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    socket.unlink(missing_ok=True)
    serve(kind, socket, workers, threads)


if __name__ == "__main__":
    main()
