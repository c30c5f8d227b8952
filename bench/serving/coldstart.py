"""From nothing to ready, and the memory it then takes."""

from functools import partial
from pathlib import Path
from statistics import median

from .machine import proportional_mib
from .quiet import Quiet
from .report import Findings, under
from .server import Kind, Server

_STARTS = 5


def memory(servers: list[Server]) -> dict[str, float]:
    """PSS of each server's processes, MiB."""
    return {server.kind.name: proportional_mib(server.process.pid) for server in servers}


def findings(kinds: list[Kind], model: Path, memories: dict[str, float], quiet: Quiet) -> Findings:
    """Each kind started a few times; the median from the command to the first ready answer."""
    columns = ["server", "start s", "from-to", "PSS MiB", "exit"]
    part = Findings("start", "Cold start to ready, memory after load, exit status at SIGTERM", columns)
    for kind in kinds:
        starts, statuses, quietly = [], set(), True
        for _ in range(_STARTS):
            taking = quiet.take(f"{kind.name} cold start", partial(_start, kind, model))
            starts.append(taking.result[0])
            statuses.add(taking.result[1])
            quietly = quietly and taking.quiet
        spread, exits = f"{min(starts):.2f}-{max(starts):.2f}", ",".join(map(str, sorted(statuses)))
        mib = memories[kind.name]
        part.rows.append([kind.name, f"{median(starts):.2f}", spread, f"{mib:.0f}", exits])
        part.facts[kind.name] = {"start_seconds": starts, "pss_mib": mib, "exit": sorted(statuses)}
        if kind.name == "ours":
            part.targets.append(under("cold start to ready", median(starts), 1.0, " s", quiet=quietly))
    return part


def _start(kind: Kind, model: Path) -> tuple[float, int]:
    server = Server(kind, model)
    return server.cold_start, server.stop()
