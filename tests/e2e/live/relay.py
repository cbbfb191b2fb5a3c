"""A line with delay and loss between this network and a namespace: two TUN devices and what carries packets between them.

    python -m tests.e2e.live.relay NAMESPACE NEAR FAR DELAY_MS LOSS

netem is not in every kernel; this needs /dev/net/tun and root alone. The rate is none of its business: the kernel's tbf shapes
what leaves each device. DELAY_MS one way, LOSS a share (0..1) of the packets of each direction. On standard input: `cut`, `mend`,
`set DELAY_MS LOSS`.
"""

import contextlib
import ctypes
import fcntl
import heapq
import itertools
import os
import random
import struct
import sys
import threading
import time
from pathlib import Path

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
LARGEST = 2048
libc = ctypes.CDLL(None, use_errno=True)


def enter(namespace: str | Path) -> None:
    """Put the calling thread into a network namespace (a name under /run/netns, or a path)."""
    path = Path("/run/netns") / namespace  # an absolute path stays as it is
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if libc.setns(descriptor, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {path}")
    finally:
        os.close(descriptor)


def _device(name: str) -> int:
    descriptor = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH14x", name.encode(), IFF_TUN | IFF_NO_PI))
    return descriptor


class Way:
    """One direction. Order is kept: a packet never overtakes another."""

    def __init__(self, source: int, sink: int, delay: float, loss: float, seed: int) -> None:
        self._source, self._sink = source, sink
        self.delay, self.loss = delay, loss
        self._chance = random.Random(seed)
        self._queue: list[tuple[float, int, bytes]] = []
        self._count = itertools.count()
        self._more = threading.Condition()
        self.cut = False
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._write, daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                packet = os.read(self._source, LARGEST)
            except OSError:  # a device that is not up yet
                time.sleep(0.05)
                continue
            if self.cut or self._chance.random() < self.loss:
                continue
            with self._more:
                heapq.heappush(self._queue, (time.monotonic() + self.delay, next(self._count), packet))
                self._more.notify()

    def _write(self) -> None:
        while True:
            with self._more:
                while not self._queue:
                    self._more.wait()
                due, _number, packet = self._queue[0]
                wait = due - time.monotonic()
                if wait > 0:
                    self._more.wait(wait)
                    continue
                heapq.heappop(self._queue)
            if not self.cut:
                with contextlib.suppress(OSError):  # a device that is not up yet
                    os.write(self._sink, packet)


def main(namespace: str, near: str, far: str, delay_ms: str, loss: str) -> None:
    here = _device(near)
    enter(namespace)
    there = _device(far)
    ways = [
        Way(source, sink, float(delay_ms) / 1000, float(loss), seed)
        for seed, (source, sink) in enumerate(((here, there), (there, here)))
    ]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        word, *figures = line.split()
        for way in ways:
            if word == "set":
                way.delay, way.loss = float(figures[0]) / 1000, float(figures[1])
            else:
                way.cut = word == "cut"


if __name__ == "__main__":
    main(*sys.argv[1:])
