"""The cores that this service may use."""

import os
from pathlib import Path


def available_cores() -> int:
    """Cores this process may use: the affinity mask, or the container's CPU limit where that is less."""
    mask = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(mask, _cgroup_cores(Path("/sys/fs/cgroup/cpu.max")) or mask))


def _cgroup_cores(path: Path) -> int | None:
    """CPU limit in whole cores, rounded up, of a cgroup v2 file such as `150000 100000`; None where there is none."""
    try:
        quota, period = path.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return None
    return None if quota == "max" else -(-int(quota) // int(period))
