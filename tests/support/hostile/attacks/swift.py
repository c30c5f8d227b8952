"""Clients that are faster than the service: they send without pause, and read the answers or do not."""

import re
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from .attack import PATIENCE, Act, Address, Aim, Harvest

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LIVE = b"GET /v2/health/live HTTP/1.1\r\nHost: a\r\n\r\n"
OPENAPI = b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n"
"""The largest answer that every service gives to everybody."""
GET_1_0 = b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
_BLOCK = 64 * 1024
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
_NARROW = 4096
_RECONNECT_SECONDS = 0.01


@dataclass
class _Client:
    """One connection of a flood, and how far it has sent its block."""

    socket: socket.socket
    block: bytes
    started: int = 0
    """Bytes of the block that come once, at the start."""
    sent: int = 0

    def write(self) -> None:
        """Send as much as the service takes now."""
        self.sent += self.socket.send(memoryview(self.block)[self.sent :])
        if self.sent == len(self.block):
            self.sent = self.started


@dataclass(frozen=True)
class Flood:
    """Connections that send a block over and over behind a start; a closed one is opened again."""

    connections: int
    block: bytes
    start: bytes = b""
    reads: bool = True

    def run(self, aim: Aim, harvest: Harvest) -> None:
        """Send for as long as the aim says."""
        deadline = time.monotonic() + aim.seconds
        with selectors.DefaultSelector() as waiting:
            for _ in range(self.connections):
                self._join(waiting, aim.address)
            while time.monotonic() < deadline:
                for key, events in waiting.select(0.05):
                    if not _serve(key.data, events, harvest):
                        waiting.unregister(key.fileobj)
                        key.data.socket.close()
                        harvest.count(None)
                        time.sleep(_RECONNECT_SECONDS)
                        self._join(waiting, aim.address)
            for key in list(waiting.get_map().values()):
                key.data.socket.close()

    def _join(self, waiting: selectors.BaseSelector, address: Address) -> None:
        client = socket.socket()
        client.settimeout(PATIENCE)
        if not self.reads:
            # A small window: the service's own buffers are full, and its writes wait, after few answers.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _NARROW)
        client.connect(address)
        client.settimeout(0)
        events = selectors.EVENT_WRITE | (selectors.EVENT_READ if self.reads else 0)
        waiting.register(client, events, _Client(client, self.start + self.block, len(self.start)))


def pipelining(message: bytes, connections: int = 1, *, reads: bool = True) -> Callable[[Aim], Act]:
    """An attack of clients that send `message` again and again without waiting for its answer."""
    flood = Flood(connections, message * (_BLOCK // len(message)), reads=reads)
    return lambda aim: lambda harvest: flood.run(aim, harvest)


def mute_crowd(aim: Aim) -> Act:
    """An attack of as many clients as the service serves at once, none of which reads what it asks for."""
    flood = Flood(aim.size(200, 2000), OPENAPI * (_BLOCK // len(OPENAPI)), reads=False)
    return lambda harvest: flood.run(aim, harvest)


def one_at_a_time(aim: Aim) -> Act:
    """An attack of one client that asks again as soon as it is answered."""

    def act(harvest: Harvest) -> None:
        deadline = time.monotonic() + aim.seconds
        with socket.create_connection(aim.address, PATIENCE) as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while time.monotonic() < deadline:
                client.sendall(GET)
                data = client.recv(_BLOCK)
                if not data:
                    harvest.blame("a client that waits for its answers was cut off")
                    return
                tally(data, harvest)

    return act


def tally(data: bytes, harvest: Harvest) -> None:
    """Count the status lines in what was received."""
    for status in _STATUS.findall(data):
        harvest.answers[status.decode()] += 1


def _serve(client: _Client, events: int, harvest: Harvest) -> bool:
    """Read and write as the socket allows; False once the service has closed it."""
    try:
        if events & selectors.EVENT_READ:
            data = client.socket.recv(_BLOCK)
            if not data:
                return False
            tally(data, harvest)
        if events & selectors.EVENT_WRITE:
            client.write()
    except BlockingIOError:
        return True
    except OSError:
        return False
    return True
