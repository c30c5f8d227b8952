"""Steady load on an environment, and what came of it in any stretch of time."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from delivery.paths import ROOT

from .machine import Sample

_SETTLE_SECONDS = 1.0
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
        return (
            f"{self.name:<28} {self.seconds:5.0f} s {self.count:6} requests, {failed}{again}; "
            f"p50 {self.p50:6.1f}  p99 {self.p99:6.1f}  worst {self.worst:6.1f} ms; others {self.others:.0%}"
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


@dataclass
class Load:
    """Requests to `host`, `per_second` of them, for as long as the `with` block lasts."""

    host: str
    folder: Path
    per_second: float = 100
    resends: int = 0
    stretches: list[Figures] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._log = self.folder / f"load-{time.monotonic_ns()}.tsv"
        arguments = (self.host, "80", str(self.per_second), str(self.resends))
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
        self._process.stdin.close()
        if self._process.wait() and error is None:
            raise RuntimeError(f"the client ended with exit code {self._process.returncode}")

    @contextmanager
    def stretch(self, name: str) -> Iterator[Stretch]:
        """What happens meanwhile is told apart."""
        before = Sample.take(self._process.pid)
        found = Stretch(name, begun=time.monotonic())
        yield found
        found.ended = time.monotonic()
        others = before.others(Sample.take(self._process.pid))
        time.sleep(_SETTLE_SECONDS)  # for answers to what was due in its last moment
        found.figures = self._figures(found, others)
        self.stretches.append(found.figures)

    def _figures(self, stretch: Stretch, others: float) -> Figures:
        rows = [line.split("\t") for line in self._log.read_text(encoding="utf-8").splitlines()]
        inside = [row for row in rows if len(row) == 4 and stretch.begun <= float(row[0]) < stretch.ended]
        assert inside, f"no request was due during {stretch.name}"
        times = sorted(float(row[1]) for row in inside)
        return Figures(
            name=stretch.name,
            seconds=stretch.ended - stretch.begun,
            count=len(inside),
            failures=Counter(row[3] for row in inside if row[3] != "200"),
            resent=sum(int(row[2]) for row in inside),
            p50=times[len(times) // 2],
            p99=times[len(times) * 99 // 100],
            worst=times[-1],
            others=others,
        )
