"""A wire between two parts of the service that a test may slow, hold, cut or unplug."""

import contextlib
import socket
import struct
import threading
import time
from dataclasses import dataclass, field

from ops.network import LOOPBACK, any_free_port

# Closing with this sends a reset at once, as a cut line or a dead machine would.
_RESET = struct.pack("ii", 1, 0)
_PIECE = 65_536


@dataclass
class Wire:
    """Listens on a port of its own and passes bytes on to ``target``, both ways.

    ``seconds`` delays every answer. Bytes held by ``hold`` arrive when the wire is
    opened again, unless it was cut meanwhile: then they never do.
    """

    target: int = 0
    seconds: float = 0.0
    port: int = field(default_factory=any_free_port)

    def __post_init__(self) -> None:
        self._asking, self._answering = threading.Event(), threading.Event()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._listener: socket.socket | None = None
        self.open()

    def open(self) -> None:
        """Let everything through, and new connections in."""
        self._asking.set()
        self._answering.set()
        if self._listener is None:
            self._listener = _listen(self.port)
            threading.Thread(
                target=self._accept, args=(self._listener,), daemon=True
            ).start()

    def hold(self, *, asking: bool = True, answering: bool = True) -> None:
        """Pass nothing on and close nothing: the other side seems to think."""
        if asking:
            self._asking.clear()
        if answering:
            self._answering.clear()

    def cut(self) -> None:
        """Reset every connection; whoever connects again is let in."""
        for pair in list(self._pairs):
            self._end(pair)

    def unplug(self) -> None:
        """Reset every connection and refuse new ones."""
        if self._listener is not None:
            # Wakes the thread that waits in accept, which closing alone does not.
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self.cut()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection((LOOPBACK, self.target), timeout=5)
            except OSError:
                _reset(client)
                continue
            self._join(client, server)

    def _join(self, client: socket.socket, server: socket.socket) -> None:
        pair = (client, server)
        self._pairs.add(pair)
        for one in pair:
            one.settimeout(None)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for ends, gate in (
            (pair, self._asking),
            (pair[::-1], self._answering),
        ):
            threading.Thread(
                target=self._pump, args=(pair, ends, gate), daemon=True
            ).start()

    def _pump(
        self,
        pair: tuple[socket.socket, socket.socket],
        ends: tuple[socket.socket, socket.socket],
        gate: threading.Event,
    ) -> None:
        source, sink = ends
        is_answer = gate is self._answering
        with contextlib.suppress(OSError):
            while data := source.recv(_PIECE):
                gate.wait()
                if is_answer and self.seconds:
                    time.sleep(self.seconds)
                sink.sendall(data)
        self._end(pair)

    def _end(self, pair: tuple[socket.socket, socket.socket]) -> None:
        self._pairs.discard(pair)
        for one in pair:
            _reset(one)


def _listen(port: int) -> socket.socket:
    return socket.create_server((LOOPBACK, port), backlog=200)


def _reset(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        one.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        one.close()
