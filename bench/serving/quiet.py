"""Takings on a shared machine: repeated while others use it, and marked where they never stop."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from .machine import snapshot
from .server import Server

_ATTEMPTS = 3

T = TypeVar("T")


@dataclass(frozen=True)
class Taking(Generic[T]):
    """What was measured, and the share of the machine that others used meanwhile."""

    result: T
    foreign: float
    quiet: bool


class Quiet:
    """Takes a measurement again, a few times, until others used less than `limit` of the machine.

    Takings again cost `patience` seconds at most, all together, so that the bench ends on a busy machine too.
    """

    def __init__(self, servers: list[Server], limit: float, tell: Callable[[str], None], patience: float = 240) -> None:
        self._servers = servers
        self._sessions = frozenset(server.process.pid for server in servers)
        self._limit = limit
        self._patience = patience
        self._tell = tell

    def take(self, label: str, measure: Callable[[], T]) -> Taking[T]:
        """The quiet taking, or the least noisy one."""
        takings = []
        for attempt in range(_ATTEMPTS):
            start, before = time.perf_counter(), snapshot(self._sessions)
            result = measure()
            seconds = time.perf_counter() - start
            foreign = snapshot(self._sessions).foreign_since(before, seconds)
            for server in self._servers:
                server.require_alive()
            takings.append(Taking(result, foreign, foreign <= self._limit))
            self._tell(f"{label}: {result}, others used {foreign:.0%}" + ("" if takings[-1].quiet else ": noisy"))
            self._patience -= seconds if attempt else 0
            if takings[-1].quiet or self._patience <= 0:
                break
        return min(takings, key=lambda taking: taking.foreign)


def foreign_share(seconds: float) -> float:
    """The share of the machine that others use while the bench waits."""
    before = snapshot(frozenset())
    time.sleep(seconds)
    return snapshot(frozenset()).foreign_since(before, seconds)


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of all stay at or below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
