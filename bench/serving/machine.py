"""What the machine does besides the bench: processor time and memory, read from /proc."""

import os
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
CORES = len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class _Process:
    parent: int
    session: int
    seconds: float  # its own and its ended children's


@dataclass(frozen=True)
class Snapshot:
    """Processor seconds since boot: of all, and of the bench with every process it started."""

    busy: float
    own: float

    def foreign_since(self, earlier: "Snapshot", seconds: float) -> float:
        """The share of the machine that others took between two snapshots, 0 to 1."""
        others = (self.busy - earlier.busy) - (self.own - earlier.own)
        return max(0.0, others / (seconds * (os.cpu_count() or 1)))


def snapshot(sessions: frozenset[int]) -> Snapshot:
    """Now. `sessions` are the session ids of started servers, whose orphans still count as the bench's own."""
    processes = _processes()
    own = _tree(processes, os.getpid()) | {pid for pid, process in processes.items() if process.session in sessions}
    return Snapshot(_busy(), sum(processes[pid].seconds for pid in own))


def processor_seconds(pid: int) -> float:
    """Seconds used by the process group led by `pid`, ended members included."""
    processes = _processes()
    members = _tree(processes, pid) | {key for key, process in processes.items() if process.session == pid}
    return sum(processes[member].seconds for member in members if member in processes)


def proportional_mib(pid: int) -> float:
    """Memory of the process group led by `pid`: shared pages count in parts (PSS)."""
    processes = _processes()
    members = _tree(processes, pid) | {key for key, process in processes.items() if process.session == pid}
    return sum(_pss(member) for member in members) / 1024


def children(pid: int) -> list[int]:
    """Ids of the processes that `pid` started and that live."""
    return sorted(key for key, process in _processes().items() if process.parent == pid)


def _busy() -> float:
    # user nice system idle iowait irq softirq steal: stolen time is others' work too
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICK


def _processes() -> dict[int, _Process]:
    found = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                # The name in brackets may hold spaces and brackets of its own.
                fields = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            ticks = sum(int(field) for field in fields[11:15])
            found[int(entry.name)] = _Process(int(fields[1]), int(fields[3]), ticks / TICK)
    return found


def _tree(processes: dict[int, _Process], root: int) -> set[int]:
    tree = {root} & processes.keys()
    grown = True
    while grown:
        more = {pid for pid, process in processes.items() if process.parent in tree} - tree
        tree |= more
        grown = bool(more)
    return tree


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
