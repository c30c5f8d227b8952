"""A process and all it has started, as /proc shows them."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

_SETTLED_SECONDS = 3.0
"""Longer than the service lingers on a connection that it has refused."""
_SETTLE_MOST_SECONDS = 20.0
_NOISE_MIB = 1.0


def tree(root: int) -> list[int]:
    """`root` and all its living descendants, by id."""
    parents = dict(_parents())
    found = {root} & parents.keys()
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found)


def running(pids: Iterable[int]) -> set[int]:
    """Those of `pids` that run: one that ended and that its parent never reaped (a zombie) does not."""
    return set(pids) & dict(_parents()).keys()


def memory_mib(root: int) -> float:
    """Memory of the tree; pages that several processes share count in parts (PSS)."""
    return sum(_pss(pid) for pid in tree(root)) / 1024


def memory_at_rest(root: int) -> float:
    """The least MiB seen, once it has not become less for a while: what is in flight may take its time to end."""
    begun = lowered = time.monotonic()
    least = memory_mib(root)
    while time.monotonic() - lowered < _SETTLED_SECONDS and time.monotonic() - begun < _SETTLE_MOST_SECONDS:
        time.sleep(_SETTLED_SECONDS / 10)
        found = memory_mib(root)
        if found < least - _NOISE_MIB:
            lowered = time.monotonic()
        least = min(least, found)
    return least


def _parents() -> list[tuple[int, int]]:
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                # The name in brackets may hold spaces and brackets of its own.
                state, parent = Path(entry.path, "stat").read_text().rpartition(")")[2].split()[:2]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if state != "Z":
                found.append((int(entry.name), int(parent)))
    return found


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
