"""The witness: honest clients beside an attack, and what they feel of it."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

from tests.support.hostile import corpus
from tests.support.processes import memory_mib
from tests.support.service import Service

_EVERY_SECONDS = 0.05
_MEMORY_EVERY_SECONDS = 0.25
_PATIENCE = 60.0
_LABEL = "red"
_PICTURE = corpus.coloured(_LABEL, "PNG")


@dataclass
class Series:
    """Times of one client's requests in seconds, as one that never waits for a late answer would have seen them."""

    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    refused: int = 0
    """Answers 503."""

    def add(self, seconds: float) -> None:
        """Add a request; those that were due while it was still waited for count as waiting too."""
        while seconds > 0:
            self.seconds.append(seconds)
            seconds -= _EVERY_SECONDS

    @property
    def median(self) -> float:
        """The time that half of the requests took at most."""
        return median(self.seconds) if self.seconds else 0.0

    @property
    def p95(self) -> float:
        """The time that 19 of 20 requests took at most."""
        return sorted(self.seconds)[int(0.95 * (len(self.seconds) - 1))] if self.seconds else 0.0

    @property
    def slowest(self) -> float:
        """The longest time."""
        return max(self.seconds, default=0.0)


@dataclass
class Sight:
    """The witness's view of one stretch of time."""

    good: Series = field(default_factory=Series)
    probes: Series = field(default_factory=Series)
    memory: list[float] = field(default_factory=list)
    """MiB of all processes, PSS."""


@contextmanager
def watching(service: Service) -> Iterator[Sight]:
    """A sight that is filled until the block ends: a picture and a probe every 50 ms, and the memory."""
    sight = Sight()
    over = threading.Event()
    work: list[Callable[[], None]] = [
        lambda: _ask(over, sight.good, lambda: _classify(service)),
        lambda: _ask(over, sight.probes, lambda: _probe(service)),
        lambda: _weigh(over, sight.memory, service.process.pid),
    ]
    threads = [threading.Thread(target=job, daemon=True) for job in work]
    for thread in threads:
        thread.start()
    try:
        yield sight
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _ask(over: threading.Event, series: Series, request: Callable[[], str]) -> None:
    """Ask every 50 ms. `request` gives a fault, or nothing."""
    while True:
        due = time.monotonic()
        try:
            fault = request()
        except (OSError, http.client.HTTPException) as error:
            fault = f"{type(error).__name__}: {error}"
        taken = time.monotonic() - due
        series.add(taken)
        if fault == "503":
            series.refused += 1
        elif fault:
            series.faults.append(f"after {taken:.2f} s: {fault}")
        if over.wait(max(0.0, _EVERY_SECONDS - taken)):
            return


def _classify(service: Service) -> str:
    status, body = _answer(service.host, service.port, "POST", "/v1/classify", _PICTURE)
    if status != 200:
        return "503" if status == 503 else f"{status}: {body[:200]!r}"
    label = json.loads(body)["classes"][0]["label"]
    return "" if label == _LABEL else f"classified as {label!r}, it shows {_LABEL!r}"


def _probe(service: Service) -> str:
    status, body = _answer(service.host, service.management_port, "GET", "/healthz")
    return "" if status == 200 else f"{status} to a probe: {body[:200]!r}"


def _answer(host: str, port: int, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _weigh(over: threading.Event, memory: list[float], pid: int) -> None:
    while True:
        memory.append(memory_mib(pid))
        if over.wait(_MEMORY_EVERY_SECONDS):
            return
