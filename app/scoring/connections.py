"""Fairness between the connections of the public port: whose request is next, and who makes room for another."""

from collections import deque
from enum import Enum, auto
from typing import NoReturn

import gevent
from gevent import socket
from gevent.event import Event

_PAUSE_SECONDS = 1e-6
"""A timer, unlike `sleep(0)`, lets the loop look at all sockets before it goes on."""


class Turns:
    """Lets requests go on one after the other, one a pass of the loop: no crowd holds up a probe or a new answer."""

    def __init__(self) -> None:
        self._first: deque[Event] = deque()
        self._last: deque[Event] = deque()
        self._taken = Event()
        """Set from a pass's first request until the next pass."""

    def wait(self, *, last: bool = False) -> None:
        """Return when it is the caller's turn; `last` ones stand behind all others, however long they wait."""
        if self._taken.is_set():
            turn = Event()
            (self._last if last else self._first).append(turn)
            turn.wait()
        self._taken.set()

    def run(self) -> NoReturn:
        """Give out turns, for as long as the process lives."""
        while True:
            self._taken.wait()
            gevent.sleep(_PAUSE_SECONDS)
            if queue := self._first or self._last:
                queue.popleft().set()
            else:
                self._taken.clear()


class Phase(Enum):
    """The part of its exchange that a connection is in. In all but WORK, the service waits for the client."""

    HEAD = auto()
    BODY = auto()
    WORK = auto()
    ANSWER = auto()


class ConnectionTable:
    """Open connections, at most `limit`. A full table closes the one that has kept the service waiting longest."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._phases: dict[socket.socket, Phase] = {}
        """In the order in which the service began to wait for them."""

    def admit(self, client: socket.socket) -> bool:
        """Enter a new connection, after another one has made room; False where all others are being answered."""
        if len(self._phases) >= self._limit and not self._evict():
            return False
        self._phases[client] = Phase.HEAD
        return True

    def enter(self, client: socket.socket, phase: Phase) -> None:
        """Note the next phase of `client`. A body is waited for since its head was."""
        if client in self._phases:
            if phase is not Phase.BODY:
                del self._phases[client]
            self._phases[client] = phase

    def leave(self, client: socket.socket) -> None:
        """Forget a connection."""
        self._phases.pop(client, None)

    @property
    def busy(self) -> int:
        """Connections with a request in hand."""
        return sum(phase is not Phase.HEAD for phase in self._phases.values())

    def _evict(self) -> bool:
        client = next((client for client, phase in self._phases.items() if phase is not Phase.WORK), None)
        if client is None:
            return False
        self.leave(client)
        try:
            client.shutdown(socket.SHUT_RDWR)
        except OSError:
            client.close()
        return True
