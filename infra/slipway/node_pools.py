"""Node pools by name: the name that people and workloads use, and the one that Azure knows.

Most of a pool cannot be changed: another size of machine needs another pool. A pool's name in Azure therefore ends in a
check of everything that cannot be changed, so that a change of it makes a new pool beside the old one, which is then
drained and deleted. Workloads find their nodes by a label that stays.
"""

import json
from dataclasses import asdict, dataclass
from hashlib import sha256

LABEL = "slipway/pool"
"""On each node: the pool's name in config."""

_CHECK = 4
"""Characters of the check. Azure takes 12 in all."""

NAME_LENGTH = 12 - _CHECK
"""The longest name of a pool in config."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Facts that Azure never changes in a pool that exists (learn.microsoft.com, "Agent Pools - Create Or Update")."""

    vm_size: str
    os_disk_type: str
    os_disk_gib: int
    zones: tuple[str, ...]
    max_pods: int
    host_encryption: bool


def physical_name(name: str, shape: Shape) -> str:
    """The pool's name in Azure, such as "app3f2a"."""
    facts = json.dumps(asdict(shape), sort_keys=True)
    return name + sha256(facts.encode()).hexdigest()[:_CHECK]


def surge_nodes(max_surge: str, count: int) -> int:
    """Return the number of machines that an upgrade adds to `count`.

    `max_surge` is a number, or a percentage that is rounded up.
    """
    if max_surge.endswith("%"):
        return -(-count * int(max_surge[:-1]) // 100)
    return min(int(max_surge), count)
