"""The paired rounds: every server up, loaded in turn with the order rotated, the raw limit taken around each slice.

A ratio is what a server gave over what the machine could give in the seconds before and after, so that it holds while
the machine's speed drifts. A slice in which others used the machine is thrown away and taken again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from .machine import processor_seconds, snapshot
from .raw import Raw
from .server import Server
from .wrk import Wrk


@dataclass(frozen=True)
class Slice:
    """One server under load for some seconds, with the raw limit around it."""

    server: str
    connections: int
    per_second: float
    raw: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    failed: int
    foreign: float

    @property
    def ratio(self) -> float:
        """Served over the raw limit."""
        return self.per_second / self.raw


@dataclass(frozen=True)
class Plan:
    """How the rounds are taken. At most twice as many are tried as are wanted."""

    rounds: int
    connections: list[int]
    seconds: float
    raw_seconds: float
    foreign_limit: float


class Rounds:
    """Takes slices until each server has enough quiet ones, or twice as many were tried."""

    def __init__(self, servers: list[Server], raw: Raw, wrk: Wrk, plan: Plan, tell: Callable[[str], None]) -> None:
        self._servers = servers
        self._raw = raw
        self._wrk = wrk
        self._plan = plan
        self._tell = tell
        self._sessions = frozenset(server.process.pid for server in servers)
        self.kept: list[Slice] = []
        self.thrown: list[Slice] = []

    def take(self) -> None:
        """Fill `kept` and `thrown`."""
        for number in range(2 * self._plan.rounds):
            wanting = [(s, c) for c in self._plan.connections for s in self._servers if self._wants(s, c)]
            if not wanting:
                return
            turn = number % len(wanting)
            for server, connections in wanting[turn:] + wanting[:turn]:
                self._take_one(server, connections)

    def _wants(self, server: Server, connections: int) -> bool:
        return len(self.of(server.kind.name, connections)) < self._plan.rounds

    def of(self, name: str, connections: int) -> list[Slice]:
        """The quiet slices of one server."""
        return [s for s in self.kept if (s.server, s.connections) == (name, connections)]

    def _take_one(self, server: Server, connections: int) -> None:
        start, before = time.perf_counter(), snapshot(self._sessions)
        raw_before = self._raw.per_second(self._plan.raw_seconds)
        used = processor_seconds(server.process.pid)
        load = self._wrk.run(server, connections, self._plan.seconds)
        used = processor_seconds(server.process.pid) - used
        server.require_alive()
        raw_after = self._raw.per_second(self._plan.raw_seconds)
        foreign = snapshot(self._sessions).foreign_since(before, time.perf_counter() - start)
        taken = Slice(
            server=server.kind.name,
            connections=connections,
            per_second=load.per_second,
            raw=(raw_before + raw_after) / 2,
            p50_ms=load.p50_ms,
            p99_ms=load.p99_ms,
            cpu_ms=1000 * used / max(1, load.requests),
            failed=load.failed,
            foreign=foreign,
        )
        quiet = foreign <= self._plan.foreign_limit
        (self.kept if quiet else self.thrown).append(taken)
        self._tell(
            f"{taken.server} c={connections}: {taken.per_second:.0f}/s of {taken.raw:.0f}/s raw = {taken.ratio:.2f}, "
            f"p50 {taken.p50_ms:.0f} p99 {taken.p99_ms:.0f} ms, others used {foreign:.0%}"
            + ("" if quiet else ": thrown away")
        )
