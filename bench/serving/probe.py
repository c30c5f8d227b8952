"""The time that readiness takes to answer while 16 connections classify: late probes restart healthy Pods."""

import time
from dataclasses import dataclass
from functools import partial

from . import client
from .quiet import Quiet, percentile
from .report import Findings, under
from .server import Server
from .wrk import Wrk

_CONNECTIONS = 16
_SECONDS = 8.0
_INTERVAL = 0.02
_TIMEOUT = 5.0


@dataclass(frozen=True)
class Probes:
    """Latencies of one taking, in ms; each probe on a connection of its own, as a kubelet's."""

    p50: float
    p99: float
    failed: int

    def __str__(self) -> str:
        return f"p50 {self.p50:.1f} p99 {self.p99:.1f} ms"


def findings(servers: list[Server], wrk: Wrk, quiet: Quiet) -> Findings:
    """Each server in turn."""
    part = Findings("probe", "Readiness probe at saturation", ["server", "p50 ms", "p99 ms", "failed"])
    for server in servers:
        taking = quiet.take(f"{server.kind.name} {server.kind.ready}", partial(_probes, server, wrk))
        probes = taking.result
        name = server.kind.name if taking.quiet else f"~{server.kind.name}"
        part.rows.append([name, f"{probes.p50:.1f}", f"{probes.p99:.1f}", str(probes.failed)])
        part.facts[name] = {"p50_ms": probes.p50, "p99_ms": probes.p99, "failed": probes.failed}
        if server.kind.name == "ours":
            part.targets.append(under("readiness p99 at saturation", probes.p99, 50, " ms", quiet=taking.quiet))
            part.targets.append(under("failed probes", probes.failed, 1))
    return part


def _probes(server: Server, wrk: Wrk) -> Probes:
    running = wrk.start(server, _CONNECTIONS, _SECONDS + 1)
    time.sleep(0.5)
    request = client.get(server.kind.ready)
    latencies, failed = [], 0
    start = time.perf_counter()
    for number in range(int(_SECONDS / _INTERVAL)):
        time.sleep(max(0.0, start + number * _INTERVAL - time.perf_counter()))
        asked = time.perf_counter()
        if asked - start > _SECONDS:
            break
        try:
            failed += client.ask(server.address, request, _TIMEOUT).status != 200
        except OSError:
            failed += 1
        latencies.append((time.perf_counter() - asked) * 1000)
    wrk.result(running)
    return Probes(percentile(latencies, 0.5), percentile(latencies, 0.99), failed)
