"""A cable that can be pulled: a TCP relay between one browser and the front door."""

import contextlib
import socket
import threading
import time


class Cable:
    """Forwards 127.0.0.1:`port` to `target`. `pull` stops the bytes as a pulled plug does: connections stay, nothing passes."""

    def __init__(self, target: int) -> None:
        self.target = target
        self._plugged = threading.Event()
        self._plugged.set()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        self._plugged.wait()
        try:
            far = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            near.close()
            return
        pair = (near, far)
        self._pairs.add(pair)
        back = threading.Thread(target=self._pump, args=(far, near), daemon=True)
        back.start()
        self._pump(near, far)
        back.join()
        self._pairs.discard(pair)
        near.close()
        far.close()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._plugged.wait()
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def pull(self) -> None:
        self._plugged.clear()

    def plug(self) -> None:
        self._plugged.set()

    def cut(self, seconds: float) -> None:
        """Out for so long, then back."""
        self.pull()
        time.sleep(seconds)
        self.plug()

    def sever(self) -> None:
        """End every connection at once, as a router that restarts does."""
        for near, far in list(self._pairs):
            for side in (near, far):
                with contextlib.suppress(OSError):
                    side.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.plug()
        self._listener.close()
        self.sever()
