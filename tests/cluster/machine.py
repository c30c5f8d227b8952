"""How much of this machine others take, so that their noise is not held against the workload."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_PODS = tuple(
    Path("/sys/fs/cgroup", path.format(group))
    for group in ("kubepods", "kubepods.slice")
    for path in ("{}/cpu.stat", "cpuacct/{}/cpuacct.usage")
)
"""CPU use of all pods, by control groups of version 2 and 1, as a kubelet or systemd names them."""

_CLUSTER = ("etcd", "kube-", "kubelet", "containerd", "dockerd")
"""How programs begin that make a one-node cluster."""

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Sample:
    """Processor seconds since the machine began: of all, and of the cluster with its pods and of process `client`."""

    busy: float
    own: float
    moment: float

    @classmethod
    def take(cls, client: int) -> Self:
        """Now."""
        with Path("/proc/stat").open(encoding="ascii") as file:
            user, nice, system, _idle, _wait, interrupt, soft, steal = map(int, file.readline().split()[1:9])
        busy = (user + nice + system + interrupt + soft + steal) / _TICK
        return cls(
            busy, _pods() + _programs(client), float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
        )

    def others(self, later: Self) -> float:
        """The share of the machine, 0 to 1, that neither the cluster nor the client took until `later`."""
        whole = (later.moment - self.moment) * (os.cpu_count() or 1)
        return max(0.0, (later.busy - self.busy) - (later.own - self.own)) / whole


def _pods() -> float:
    for path in _PODS:
        with suppress(OSError):
            text = path.read_text(encoding="ascii")
            return int(text) / 1e9 if text.strip().isdecimal() else int(text.split()[1]) / 1e6
    return 0.0


def _programs(client: int) -> float:
    """Processor seconds of the cluster's programs, and of the client."""
    ticks = 0
    for folder in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            name, _, rest = (folder / "stat").read_text(encoding="utf-8").partition("(")[2].rpartition(")")
            if int(folder.name) == client or name.startswith(_CLUSTER):
                ticks += sum(map(int, rest.split()[11:13]))
    return ticks / _TICK
