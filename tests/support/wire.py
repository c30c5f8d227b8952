"""Bytes on the wire: a relay on loopback that counts what goes each way."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_CHUNK = 1 << 16


@dataclass
class Wire:
    """Bytes that went to the other side and came from it, with everything that HTTP adds."""

    host: str
    sent: int = 0
    received: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, *, sent: int = 0, received: int = 0) -> None:
        """Count."""
        with self._lock:
            self.sent += sent
            self.received += received

    def since(self, sent: int) -> int:
        """Bytes sent since the count stood at `sent`."""
        return self.sent - sent


@contextmanager
def counted(host: str) -> Iterator[Wire]:
    """A relay to `host:port`; its own address is `Wire.host`. It ends with the block."""
    address, _, port = host.rpartition(":")
    listener = socket.create_server(("127.0.0.1", 0))
    wire = Wire(f"127.0.0.1:{listener.getsockname()[1]}")

    def accept() -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=_join, args=(near, (address, int(port)), wire), daemon=True).start()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield wire
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _join(near: socket.socket, address: tuple[str, int], wire: Wire) -> None:
    """Both ways of one connection, until both have ended."""
    with near, contextlib.suppress(OSError), socket.create_connection(address) as far:
        outward = threading.Thread(target=_pump, args=(near, far, lambda count: wire.add(sent=count)))
        outward.start()
        _pump(far, near, lambda count: wire.add(received=count))
        outward.join()


def _pump(source: socket.socket, sink: socket.socket, count: Callable[[int], None]) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(_CHUNK):
            count(len(data))
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
