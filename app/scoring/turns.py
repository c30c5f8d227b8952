"""Turns between connections: one that sends without pause stands behind probes, new connections and all others."""

from collections import deque
from typing import NoReturn

import gevent
from gevent.event import Event

_PAUSE_SECONDS = 1e-6
"""A timer, unlike `sleep(0)`, lets the loop look at all sockets before it goes on."""


class Turns:
    """Lets connections that have been answered go on one after the other; the loop serves its sockets in between."""

    def __init__(self) -> None:
        self._queue: deque[Event] = deque()
        self._pending = Event()

    def wait(self) -> None:
        """Return when it is the caller's turn."""
        turn = Event()
        self._queue.append(turn)
        self._pending.set()
        turn.wait()

    def run(self) -> NoReturn:
        """Give out turns, for as long as the process lives."""
        while True:
            self._pending.wait()
            while self._queue:
                self._queue.popleft().set()
                gevent.sleep(_PAUSE_SECONDS)
            self._pending.clear()
