"""Steady load on a service while something happens to it, and what came of every request."""

import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from delivery.examples.folder import BUNDLE_FILE, Examples
from delivery.failure import FailureError
from delivery.interrupts import held
from delivery.paths import ROOT
from delivery.service.running import Running

from .caller import RIGHT

PER_SECOND = 10
_QUIET_SECONDS = 1.5
_ANSWER_SECONDS = 20


class LostError(FailureError):
    """Requests failed while something was exchanged that no caller should have noticed."""


@dataclass(frozen=True)
class Figures:
    """Figures of the load. Times are in milliseconds, from the moment a request was due to its answer."""

    seconds: float
    count: int
    failures: Counter[str]
    p50: float
    p99: float
    worst: float

    @classmethod
    def of(cls, rows: list[tuple[float, str]], seconds: float) -> Self:
        """`rows` are (milliseconds, outcome). Raises FailureError where there are none."""
        if not rows:
            raise FailureError("the load made no request; nothing is known of what callers noticed")
        times = sorted(row[0] for row in rows)
        failures = Counter(row[1] for row in rows if row[1] != RIGHT)
        return cls(seconds, len(rows), failures, times[len(times) // 2], times[len(times) * 99 // 100], times[-1])

    def __str__(self) -> str:
        return (
            f"{self.count} requests in {self.seconds:.0f} s, {self.failures.total() or 'none'} failed; half within "
            f"{self.p50:.0f} ms, 99 of 100 within {self.p99:.0f}, the slowest {self.worst:.0f}"
        )

    def check(self) -> None:
        """Raises LostError with every kind of failure unless all went well."""
        if self.failures:
            kinds = "; ".join(f"{count} times {what}" for what, count in self.failures.most_common())
            raise LostError(f"{self.failures.total()} of {self.count} requests failed under load: {kinds}")


class Load:
    """Examples to `running`, by turns, for as long as the `with` block lasts, a quiet moment before and after included.

    `figures` are known after it.
    """

    def __init__(self, running: Running, folder: Path, examples: Examples, per_second: float = PER_SECOND) -> None:
        self._running = running
        self._log = folder / "load.tsv"
        self._bundle = folder / BUNDLE_FILE
        self._examples = examples
        self._per_second = per_second
        self.figures: Figures | None = None

    def __enter__(self) -> Self:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._bundle.write_bytes(self._examples.to_bundle())
        target = (self._running.host, str(self._running.port), str(self._per_second), str(self._bundle))
        with self._log.open("wb") as output, held():
            self._process = subprocess.Popen(
                [sys.executable, "-m", "delivery.rehearse.caller", *target],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=output,
                start_new_session=True,  # Ctrl-C reaches it through its owner alone
            )
        self._begun = time.monotonic()
        try:
            time.sleep(_QUIET_SECONDS)
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                time.sleep(_QUIET_SECONDS)
                self.figures = self._settled()
        finally:
            self._kill()

    def _settled(self) -> Figures:
        """Figures of everything, once all that was asked is answered."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        seconds = time.monotonic() - self._begun
        try:
            code = self._process.wait(_ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            raise LostError(f"requests under load were not answered within {_ANSWER_SECONDS} s") from None
        if code:
            raise FailureError(f"the load's client ended by itself, with exit code {code}")
        lines = [line.split("\t") for line in self._log.read_text(encoding="utf-8").splitlines()]
        return Figures.of([(float(milliseconds), outcome) for _, milliseconds, outcome in lines], seconds)

    def _kill(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.kill()
        self._process.wait()
