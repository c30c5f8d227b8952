"""Turns between requests: one for each pass of the event loop, so that no crowd holds up a probe or a new answer."""

from collections import deque
from typing import NoReturn

import gevent
from gevent.event import Event

_PAUSE_SECONDS = 1e-6
"""A timer, unlike `sleep(0)`, lets the loop look at all sockets before it goes on."""


class Turns:
    """Lets requests go on one after the other; the loop serves its sockets in between."""

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
