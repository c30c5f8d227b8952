"""Node pools: how many machines of which kind."""

from typing import Annotated, Literal

from pydantic import Field

from slipway.node_pools import Shape

from .base import Section
from .values import PoolName, Zones
from .words import Matching

VmSize = Annotated[
    str, Matching(r"Standard_[A-Z]{1,4}[0-9][0-9A-Za-z_-]{0,40}", "a size of virtual machine such as Standard_D4ds_v5")
]
"""A size of virtual machine, such as Standard_D4ds_v5."""

LabelKey = Annotated[
    str,
    Matching(
        r"([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?",
        "a label's key such as team or contoso.com/team",
    ),
]
"""A Kubernetes label's key."""

LabelValue = Annotated[
    str,
    Matching(
        r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?",
        "a label's value: at most 63 letters, digits, -, _ and ., in quotes if it looks like a number",
    ),
]
"""A Kubernetes label's value."""

Taint = Annotated[
    str,
    Matching(
        r"([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
        r"(=([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?)?:(NoSchedule|PreferNoSchedule|NoExecute)",
        "a taint such as gpu=true:NoSchedule; its effect is NoSchedule, PreferNoSchedule or NoExecute",
    ),
]
"""A Kubernetes taint, such as gpu=true:NoSchedule."""

Surge = Annotated[
    str, Matching(r"([1-9][0-9]?|100)%?", 'a number or percentage such as "1" or "33%", in quotes, from 1 to 100')
]
"""Machines added during an upgrade: a number, or percent of the pool."""


LEAST_OS_DISK_GIB = 30
"""The least that AKS's images need."""


class Nodes(Section):
    """What every pool has."""

    vm_size: VmSize
    """Size of its machines. Azure changes it for none: a user pool is replaced, the new one first."""

    max_count: Annotated[int, Field(ge=1, le=1000)]
    """The most machines."""

    zones: Zones = ()
    """Availability zones that its machines are spread over; empty for none."""

    os_disk_type: Literal["Managed", "Ephemeral"] = "Managed"
    """Managed, or Ephemeral: the machine's own disk, faster and free, where the size has one of osDiskGib."""

    os_disk_gib: Annotated[int, Field(ge=LEAST_OS_DISK_GIB, le=2048)] = 128
    """Size of the machines' disks."""

    max_pods: Annotated[int, Field(ge=30, le=250)] = 110
    """The most pods on one machine."""

    max_surge: Surge = "33%"
    """Machines that are added while an upgrade replaces others."""

    def shape(self, *, host_encryption: bool) -> Shape:
        """What Azure never changes in it."""
        return Shape(
            vm_size=self.vm_size,
            os_disk_type=self.os_disk_type,
            os_disk_gib=self.os_disk_gib,
            zones=self.zones,
            max_pods=self.max_pods,
            host_encryption=host_encryption,
        )


class SystemPool(Nodes):
    """The one pool that Kubernetes' own pods run on, and no others. Azure makes it with the cluster."""

    name: PoolName = "system"
    """Its name. How it gets machines of another size: docs/decisions/node-pools-named-by-content.md."""

    min_count: Annotated[int, Field(ge=1, le=1000)]
    """The fewest machines."""


class UserPool(Nodes):
    """A pool for workloads."""

    min_count: Annotated[int, Field(ge=0, le=1000)]
    """The fewest machines."""

    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict)
    """More labels of its nodes. slipway/pool is the pool's name already."""

    taints: tuple[Taint, ...] = ()
    """What keeps pods away that do not tolerate it."""
