"""Steady load on an environment, and what came of it in any stretch of time."""

import math
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from delivery.paths import ROOT

from .machine import Sample

_PATIENCE_SECONDS = 17.0
"""A little more than a caller waits for an answer."""

_MOST_OTHERS = 0.1


@dataclass(frozen=True)
class Figures:
    """What came of the requests that were due in one stretch. Times in milliseconds, from the moment they were due."""

    name: str
    seconds: float
    count: int
    failures: Counter[str]
    resent: int
    p50: float
    p99: float
    worst: float
    others: float
    """The share of this machine that was taken by what is no part of the test."""

    @property
    def undisturbed(self) -> bool:
        """Whether its times tell of the workload at all."""
        return self.others <= _MOST_OTHERS

    def __str__(self) -> str:
        failed = f"{self.failures.total()} failed" + (f" {dict(self.failures)}" if self.failures else "")
        again = f", {self.resent} sent again" if self.resent else ""
        noise = f"others {self.others:.0%}" + ("" if self.undisturbed else ": times not judged")
        return (
            f"{self.name:<28} {self.seconds:5.0f} s {self.count:6} requests, {failed}{again}; "
            f"p50 {self.p50:6.1f}  p99 {self.p99:6.1f}  worst {self.worst:6.1f} ms; {noise}"
        )


@dataclass
class Stretch:
    """From entering to leaving a `with` block; its figures are known after that."""

    name: str
    begun: float = 0.0
    ended: float = 0.0
    figures: Figures | None = None

    @property
    def result(self) -> Figures:
        """The figures."""
        assert self.figures is not None, "the stretch has not ended"
        return self.figures


@dataclass(frozen=True)
class Request:
    """What came of one. Milliseconds, from the moment it was due; no outcome while there is no answer."""

    milliseconds: float
    resent: int
    outcome: str | None


@dataclass
class Load:
    """Requests to `host`, `per_second` of them, for as long as the `with` block lasts.

    Every request that was due is accounted for: what has no answer after `patience` seconds has failed. Leaving the
    block raises where a request failed that was due between stretches.
    """

    host: str
    folder: Path
    per_second: float = 100
    resends: int = 0
    stretches: list[Figures] = field(default_factory=list)
    port: int = 80
    name: str = ""
    authority: str = ""
    """File of certificates that are trusted. Empty: plain HTTP."""
    patience: float = _PATIENCE_SECONDS
    _told: set[int] = field(default_factory=set)
    """Numbers of the requests that were due in a stretch."""

    def __enter__(self) -> Self:
        self._log = self.folder / f"load-{time.monotonic_ns()}.tsv"
        arguments = [self.host, str(self.port), str(self.per_second), str(self.resends)]
        if self.authority:
            arguments += [self.name, self.authority]
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.cluster.client", *arguments],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=output,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        until = time.monotonic()
        self._process.stdin.close()
        try:
            code = self._process.wait(self.patience)
        except subprocess.TimeoutExpired:
            code = 0  # what hangs is told below
            self._process.kill()
            self._process.wait()
        if error is not None:
            return
        if code:
            raise RuntimeError(f"the client ended with exit code {code}")
        others = [number for number in self._due(0.0, until) if number not in self._told]
        if failures := _failures(self._requests(others)):
            raise RuntimeError(f"requests failed that were due between stretches: {dict(failures)}")

    @contextmanager
    def stretch(self, name: str) -> Iterator[Stretch]:
        """What happens meanwhile is told apart."""
        before = Sample.take(self._process.pid)
        found = Stretch(name, begun=time.monotonic())
        yield found
        found.ended = time.monotonic()
        others = before.others(Sample.take(self._process.pid))
        found.figures = self._figures(found, others)
        self.stretches.append(found.figures)

    def _figures(self, stretch: Stretch, others: float) -> Figures:
        numbers = self._due(stretch.begun, stretch.ended)
        assert numbers, f"no request was due during {stretch.name}"
        self._told.update(numbers)
        until = time.monotonic() + self.patience
        while any(one.outcome is None for one in self._requests(numbers)) and time.monotonic() < until:
            time.sleep(0.1)
        inside = self._requests(numbers)
        times = sorted(one.milliseconds for one in inside)
        return Figures(
            name=stretch.name,
            seconds=stretch.ended - stretch.begun,
            count=len(inside),
            failures=_failures(inside),
            resent=sum(one.resent for one in inside),
            p50=times[len(times) // 2],
            p99=times[len(times) * 99 // 100],
            worst=times[-1],
            others=others,
        )

    def _lines(self) -> list[str]:
        """What the client said so far, in whole lines."""
        return self._log.read_text(encoding="utf-8").split("\n")[:-1]

    def _due(self, begun: float, ended: float) -> range:
        """Numbers of the requests that were due from `begun` until before `ended`."""
        start, *_ = self._lines() or ["inf"]
        if math.isinf(float(start)):
            return range(0)
        first, last = (math.ceil((moment - float(start)) * self.per_second) for moment in (begun, ended))
        return range(max(0, first), max(0, last))

    def _requests(self, numbers: Iterable[int]) -> list[Request]:
        """What came of each so far."""
        start, *rows = self._lines()
        known: dict[int, Request] = {}
        for number, milliseconds, resent, outcome in (row.split("\t") for row in rows):
            known[int(number)] = Request(float(milliseconds), int(resent), outcome)
        now = time.monotonic() - float(start)
        return [known.get(one) or Request((now - one / self.per_second) * 1000, 0, None) for one in numbers]


def _failures(requests: Iterable[Request]) -> Counter[str]:
    return Counter(one.outcome or "no answer yet" for one in requests if one.outcome != "200")
