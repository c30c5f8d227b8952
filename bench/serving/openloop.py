"""Open loop: photos come due at a fixed rate whether or not earlier ones were answered, as they do from many people.

Latency counts from the moment a photo was due, so that a server that stalls cannot slow the clock that judges it.
"""

import random
import threading
import time
from dataclasses import dataclass
from functools import partial
from itertools import accumulate

from . import client
from .quiet import Quiet, percentile
from .report import Findings, Target, under
from .server import Server

_CLIENTS = 64
_TIMEOUT = 10.0


@dataclass(frozen=True)
class Latency:
    """Of one taking, in ms from the moment due."""

    per_second: float
    p50: float
    p99: float
    failed: int

    def __str__(self) -> str:
        return f"{self.per_second:.0f}/s p50 {self.p50:.1f} p99 {self.p99:.1f} ms"


class OpenLoop:
    """A set of kept-alive clients that share one schedule of due times."""

    def __init__(self, server: Server, photos: list[bytes], due: list[float]) -> None:
        self._server = server
        self._requests = [client.post(server.kind.path, photo) for photo in photos]
        self._due = due
        self._next = 0
        self._lock = threading.Lock()
        self._latencies: list[float] = []
        self._failed = 0
        self._start = 0.0

    def run(self) -> Latency:
        """Send all, wait for all."""
        clients = [threading.Thread(target=self._client, daemon=True) for _ in range(_CLIENTS)]
        # All connections are there before the first photo is due.
        self._start = time.perf_counter() + 0.5
        for thread in clients:
            thread.start()
        for thread in clients:
            thread.join()
        rate = len(self._due) / self._due[-1]
        return Latency(rate, percentile(self._latencies, 0.5), percentile(self._latencies, 0.99), self._failed)

    def _client(self) -> None:
        connection = client.Connection(self._server.address, _TIMEOUT)
        while (index := self._take()) is not None:
            due = self._start + self._due[index]
            time.sleep(max(0.0, due - time.perf_counter()))
            try:
                good = connection.ask(self._requests[index % len(self._requests)]).status == 200
            except OSError:
                good = False
                connection.close()
                connection = client.Connection(self._server.address, _TIMEOUT)
            with self._lock:
                self._latencies.append((time.perf_counter() - due) * 1000)
                self._failed += not good
        connection.close()

    def _take(self) -> int | None:
        with self._lock:
            self._next += 1
            return self._next - 1 if self._next <= len(self._due) else None


def even(rate: float, seconds: float) -> list[float]:
    """Due times at equal distances."""
    return [number / rate for number in range(1, int(rate * seconds) + 1)]


def chance(rate: float, seconds: float) -> list[float]:
    """Due times of people who know nothing of each other (Poisson), the same at each call."""
    source = random.Random(1)
    return list(accumulate(source.expovariate(rate) for _ in range(int(rate * seconds))))


def findings(rates: dict[str, float], servers: list[Server], photos: list[bytes], quiet: Quiet, turns: int) -> Findings:
    """Each server at half of its own speed, in `turns` turns; the medians of the turns' percentiles."""
    columns = ["server", "arrivals", "/s", "p50 ms", "p99 ms", "p99/p50", "failed"]
    part = Findings("open", "Open loop at half load, from the moment due", columns)
    for name, schedule in (("even", even), ("chance", chance)):
        taken: dict[str, list[Latency]] = {server.kind.name: [] for server in servers}
        noisy = set()
        for turn in range(turns):
            for server in servers[turn % len(servers) :] + servers[: turn % len(servers)]:
                due = schedule(rates[server.kind.name] / 2, 8.0)
                label = f"{server.kind.name} open loop, {name} arrivals"
                taking = quiet.take(label, partial(_latency, server, photos, due))
                taken[server.kind.name].append(taking.result)
                if not taking.quiet:
                    noisy.add(server.kind.name)
        for server_name, latencies in taken.items():
            _add(part, f"{'~' if server_name in noisy else ''}{server_name}", name, latencies)
    return part


def _latency(server: Server, photos: list[bytes], due: list[float]) -> Latency:
    return OpenLoop(server, photos, due).run()


def _add(part: Findings, server: str, arrivals: str, latencies: list[Latency]) -> None:
    p50, p99 = (percentile([getattr(taken, key) for taken in latencies], 0.5) for key in ("p50", "p99"))
    rate, failed = latencies[0].per_second, sum(taken.failed for taken in latencies)
    row = [server, arrivals, f"{rate:.0f}", f"{p50:.1f}", f"{p99:.1f}", f"{p99 / p50:.2f}", str(failed)]
    part.rows.append(row)
    part.facts[f"{server} {arrivals}"] = {"rate": rate, "p50_ms": p50, "p99_ms": p99, "failed": failed}
    if server.lstrip("~") == "ours":
        part.targets += _targets(arrivals, p99 / p50, failed, quiet=server == "ours")


def _targets(arrivals: str, ratio: float, failed: int, *, quiet: bool) -> list[Target]:
    lost = under(f"failed at half load, {arrivals} arrivals", failed, 1)
    # Arrivals by chance make queues at any server; no bound was promised for them.
    return [under("p99 over p50 at half load", ratio, 2.0, quiet=quiet), lost] if arrivals == "even" else [lost]
