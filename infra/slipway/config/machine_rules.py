"""Demands on a size of machine, for the pool that asks for it and for the app that runs on it.

Each rule yields (path, what was found, what is allowed). Its parameters are named after the sections that it reads.
They refuse only what can never work: agents of the platform take their part of each machine as well. A size that
slipway/machines.py does not list passes them all.
"""

from collections.abc import Iterator

from slipway.machines import ARCHITECTURE, Machine, burstable, machine, machines

from .canary import canary_scaling
from .cluster import Cluster
from .entry import Entry
from .environment import Environment
from .node_pools import LEAST_OS_DISK_GIB, Nodes, UserPool
from .quantities import mebibytes, millicores
from .workload import Workload

_Problem = tuple[str, str, str]

_CORES = 2
"""AKS makes no node of fewer cores (learn.microsoft.com, "Quotas and regional limits for AKS")."""

_MEMORY = {"system": 4, "user": 2}
"""GiB that AKS asks of a node, by the kind of its pool."""


def machines_are_large_enough(environment: Environment, cluster: Cluster) -> Iterator[_Problem]:
    """AKS makes no node of a machine that Kubernetes' own pods would fill."""
    for path, pool in _pools(cluster):
        size, kind = machine(pool.vm_size), "user" if isinstance(pool, UserPool) else "system"
        if size and (size.cores < _CORES or size.memory_gib < _MEMORY[kind]):
            found = f"{pool.vm_size} ({size.cores} vCPU, {size.memory_gib:g} GiB)"
            allowed = f"a size of at least {_CORES} vCPU and {_MEMORY[kind]} GiB, which AKS asks of a {kind} pool"
            yield f"{path}.vmSize", found, f"{allowed}; {_sizes(environment)}"


def disks_have_room(cluster: Cluster) -> Iterator[_Problem]:
    """An ephemeral disk lies on the machine itself: on its cache, its temporary disk or its NVMe disks."""
    for path, pool in _pools(cluster):
        size = machine(pool.vm_size)
        if size is None or pool.os_disk_type != "Ephemeral" or pool.os_disk_gib <= size.room_gib:
            continue
        if size.room_gib < LEAST_OS_DISK_GIB:
            found = f"Ephemeral, and {pool.vm_size} has room for {size.room_gib} GiB"
            others = _like(size, room=pool.os_disk_gib)
            yield f"{path}.osDiskType", found, f"Managed, or a vmSize with a disk of its own, such as {others}"
        else:
            found = f"{pool.os_disk_gib}, and {pool.vm_size} has room for {size.room_gib} GiB"
            yield f"{path}.osDiskGib", found, f"at most {size.room_gib} with osDiskType Ephemeral, or a larger vmSize"


def app_fits_the_processor(cluster: Cluster, workload: Workload) -> Iterator[_Problem]:
    """Images are built for one kind of processor, and pods ask for it: no other machine ever takes one."""
    pool = cluster.pools.get(workload.pool)
    size = machine(pool.vm_size) if pool else None
    if pool and size and size.architecture != ARCHITECTURE:
        found = f"{pool.vm_size} ({size.architecture})"
        allowed = f"an {ARCHITECTURE} size, since workload.pool is {workload.pool}: such as {_like(size)}"
        yield f"cluster.pools.{workload.pool}.vmSize", found, allowed


def replica_fits_a_machine(cluster: Cluster, workload: Workload) -> Iterator[_Problem]:
    """A replica that no machine has room for waits for ever, and no autoscaler helps it."""
    pool = cluster.pools.get(workload.pool)
    size = machine(pool.vm_size) if pool else None
    if pool is None or size is None:
        return
    resources, where = workload.resources, f"what AKS leaves to pods of a {pool.vm_size}"
    cpu, memory = size.allocatable_millicores(), size.allocatable_mebibytes(pool.max_pods)
    if millicores(resources.cpu_request) > cpu:
        allowed = f"at most {cpu}m, {where}, or a larger cluster.pools.{workload.pool}.vmSize"
        yield "workload.resources.cpuRequest", resources.cpu_request, allowed
    if mebibytes(resources.memory) > memory:
        allowed = f"at most {memory}Mi, {where}, or a larger cluster.pools.{workload.pool}.vmSize"
        yield "workload.resources.memory", resources.memory, allowed


def replicas_fit_the_pool(cluster: Cluster, workload: Workload, entry: Entry | None = None) -> Iterator[_Problem]:
    """All replicas, those that a rollout adds, and a canary's have room on as many machines as the pool may have."""
    pool = cluster.pools.get(workload.pool)
    size = machine(pool.vm_size) if pool else None
    each = _replicas(size, pool, workload) if pool and size else 0
    if pool is None or each == 0:
        return  # nothing is known of the machine, or no replica fits it, which its own rule tells
    place = entry.canary if entry else None
    canary = canary_scaling(workload.scaling, place.share).max_replicas if place else 0
    wanted = workload.scaling.max_replicas + workload.rollout.max_surge + canary
    if wanted > each * pool.max_count:
        room = each * pool.max_count
        found = f"{workload.scaling.max_replicas} and rollout.maxSurge {workload.rollout.max_surge}"
        found += f" and {canary} of a canary" if canary else ""
        allowed = (
            f"at most {room} together: {each} on each of {pool.max_count} {pool.vm_size}; or "
            f"cluster.pools.{workload.pool}.maxCount {-(-wanted // each)} or more"
        )
        yield "workload.scaling.maxReplicas", found, allowed


def _replicas(size: Machine, pool: Nodes, workload: Workload) -> int:
    """The number of replicas that one machine has room for."""
    resources = workload.resources
    return min(
        size.allocatable_millicores() // millicores(resources.cpu_request),
        size.allocatable_mebibytes(pool.max_pods) // mebibytes(resources.memory),
        pool.max_pods,
    )


def _pools(cluster: Cluster) -> Iterator[tuple[str, Nodes]]:
    yield "cluster.system", cluster.system
    for name, pool in cluster.pools.items():
        yield f"cluster.pools.{name}", pool


def _sizes(environment: Environment) -> str:
    return f"`az vm list-skus --location {environment.location} --resource-type virtualMachines --all` lists sizes"


def _like(size: Machine, *, room: int = 0) -> str:
    """The smallest size of the table that has no less, for the usual processor; the newest of those."""
    known = machines()
    fits = [
        name
        for name, other in known.items()
        if other.architecture == ARCHITECTURE and other.cores >= size.cores
        if other.memory_gib >= size.memory_gib and other.room_gib >= room and not burstable(name)
    ]
    return min(fits, key=lambda name: (known[name].cores, known[name].memory_gib, -int(name[-1])), default="none known")


RULES = (
    machines_are_large_enough,
    disks_have_room,
    app_fits_the_processor,
    replica_fits_a_machine,
    replicas_fit_the_pool,
)
"""Every rule above."""
