"""What good clients feel of bad ones: 16 and 200 slow senders, 200 silent connections."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from . import client
from .quiet import Quiet, percentile
from .report import Findings, under
from .server import Server

_CROWDS = (("slow", 16), ("slow", 200), ("silent", 200))
_SECONDS = 8.0
_INTERVAL = 0.05
_TIMEOUT = 5.0
_BOUND = 3.0


@dataclass(frozen=True)
class Asked:
    """A good client's taking: one photo every 50 ms on a new connection; no answer counts as the time-out."""

    p50: float
    unanswered: int
    asked: int

    def __str__(self) -> str:
        return f"p50 {self.p50:.1f} ms, {self.unanswered} of {self.asked} unanswered"


def findings(servers: list[Server], photos: list[bytes], quiet: Quiet) -> Findings:
    """Each server, quiet and then under each crowd."""
    columns = ["server", "crowd", "p50 ms", "over quiet", "unanswered"]
    part = Findings("bad", "A good client every 50 ms beside bad clients", columns)
    for server in servers:
        name = server.kind.name
        calm = quiet.take(f"{name} without bad clients", partial(_ask, server, photos)).result
        part.rows.append([name, "none", f"{calm.p50:.1f}", "1", f"{calm.unanswered} of {calm.asked}"])
        for kind, count in _CROWDS:
            crowd = f"{count} {kind}"
            with _senders(server, kind, count):
                taking = quiet.take(f"{name} with {crowd}", partial(_ask, server, photos))
            felt, ratio = taking.result, taking.result.p50 / calm.p50
            label = name if taking.quiet else f"~{name}"
            part.rows.append([label, crowd, f"{felt.p50:.1f}", f"{ratio:.2f}", f"{felt.unanswered} of {felt.asked}"])
            part.facts[f"{label} {crowd}"] = {"p50_ms": felt.p50, "ratio": ratio, "unanswered": felt.unanswered}
            if name == "ours":
                part.targets.append(under(f"good client's p50 over quiet, {crowd}", ratio, _BOUND, quiet=taking.quiet))
                part.targets.append(under(f"good client unanswered, {crowd}", felt.unanswered, 1))
    return part


def _ask(server: Server, photos: list[bytes]) -> Asked:
    requests = [client.post(server.kind.path, photo) for photo in photos]
    latencies: list[float] = []
    unanswered = 0
    start = time.perf_counter()
    while (begun := time.perf_counter()) - start < _SECONDS:
        try:
            good = client.ask(server.address, requests[len(latencies) % len(requests)], _TIMEOUT).status == 200
        except OSError:
            good = False
        latencies.append((time.perf_counter() - begun) * 1000 if good else _TIMEOUT * 1000)
        unanswered += not good
        time.sleep(max(0.0, begun + _INTERVAL - time.perf_counter()))
    return Asked(percentile(latencies, 0.5), unanswered, len(latencies))


@contextmanager
def _senders(server: Server, kind: str, count: int) -> Iterator[None]:
    host, port = server.address
    command = [sys.executable, "-m", "bench.serving.senders", kind, str(count), host, str(port), server.kind.path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as crowd:
        assert crowd.stdin is not None
        assert crowd.stdout is not None
        if crowd.stdout.readline() != b"connected\n":
            raise RuntimeError(f"the {count} {kind} clients could not connect to {server.kind.name}")
        # A server that starves does so once its threads have met the slow ones.
        time.sleep(1.0)
        yield
        crowd.stdin.close()
