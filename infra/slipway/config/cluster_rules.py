"""What the cluster's settings must not say together, nor against the network, the workload or the pipelines.

Each rule yields (path, what was found, what is allowed). Its parameters are named after the sections that it reads.
"""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network

from slipway import address_plan, node_pools
from slipway.regions import has_zones

from .cluster import ApiAccess, Channel, Cluster, NodeImages, Tier
from .environment import Environment
from .network import Network
from .node_pools import Nodes, SystemPool, UserPool
from .pipelines import Pipelines
from .workload import Workload

_Problem = tuple[str, str, str]

_POOL_NAME = re.compile(rf"[a-z][a-z0-9]{{0,{node_pools.NAME_LENGTH - 1}}}")


def pools_are_named_well(cluster: Cluster) -> Iterator[_Problem]:
    """A pool's name in Azure is this one and a check of what it consists of."""
    for name in cluster.pools:
        if not _POOL_NAME.fullmatch(name):
            allowed = f"a name of 1 to {node_pools.NAME_LENGTH} lower-case letters and digits, a letter first"
            yield f"cluster.pools.{name}", f"the name {name!r}", allowed


def counts_are_in_order(cluster: Cluster) -> Iterator[_Problem]:
    """The most machines are not fewer than the fewest."""
    for path, pool in _pools(cluster):
        if pool.max_count < pool.min_count:
            yield f"{path}.maxCount", str(pool.max_count), f"at least minCount, {pool.min_count}"


def zones(environment: Environment, cluster: Cluster) -> Iterator[_Problem]:
    """Zones can be chosen only where there are zones, each once."""
    for path, pool in _pools(cluster):
        if pool.zones and not has_zones(environment.location):
            yield f"{path}.zones", str(list(pool.zones)), f"[], since {environment.location} has no zones"
        if len(set(pool.zones)) != len(pool.zones):
            yield f"{path}.zones", str(list(pool.zones)), "each zone once"


def version_is_left_to_the_channel(cluster: Cluster) -> Iterator[_Problem]:
    """A patch version and somebody else who chooses patches would undo each other's work."""
    version, channel = cluster.kubernetes_version, cluster.upgrades.channel
    if version.count(".") == 2 and channel is not Channel.NONE:
        yield "cluster.kubernetesVersion", version, f"MAJOR.MINOR, since upgrades.channel {channel} chooses the patch"


def windows_have_work(cluster: Cluster) -> Iterator[_Problem]:
    """A window for what never happens is a misunderstanding."""
    upgrades = cluster.upgrades
    if upgrades.cluster_window and upgrades.channel is Channel.NONE:
        yield "cluster.upgrades.clusterWindow", "a window", "nothing, since upgrades.channel is none"
    if upgrades.node_window and upgrades.node_images is NodeImages.NONE:
        yield "cluster.upgrades.nodeWindow", "a window", "nothing, since upgrades.nodeImages is None"
    if upgrades.freezes and not (upgrades.cluster_window or upgrades.node_window):
        yield "cluster.upgrades.freezes", f"{len(upgrades.freezes)} of them", "none without a window that they close"
    for index, freeze in enumerate(upgrades.freezes):
        if freeze.end < freeze.start:
            yield f"cluster.upgrades.freezes[{index}].end", freeze.end, f"{freeze.start} or later"


def ranges_are_where_they_decide(cluster: Cluster) -> Iterator[_Problem]:
    """Ranges without access authorised would look like a lock and be none."""
    api, path = cluster.api, "cluster.api.authorisedRanges"
    if api.access is ApiAccess.AUTHORISED and not api.authorised_ranges:
        yield path, "nothing", "at least one range, or cluster.api.access public or private"
    if api.access is not ApiAccess.AUTHORISED and api.authorised_ranges:
        yield path, f"{len(api.authorised_ranges)} of them", f"none with cluster.api.access {api.access}"
    for index, found in enumerate(api.authorised_ranges):
        if IPv4Network(found).prefixlen == 0:
            yield f"{path}[{index}]", found, "a range of your own; for everybody, cluster.api.access public"
        elif not IPv4Network(found).is_global:
            yield f"{path}[{index}]", found, "a public range: the API server sees no private address"


def groups_are_named_once(cluster: Cluster) -> Iterator[_Problem]:
    """Azure refuses the same role twice, and whoever may do everything need not be let look."""
    seen: set[str] = set()
    for kind, groups in (("admins", cluster.access.admins), ("readers", cluster.access.readers)):
        for index, group in enumerate(groups):
            if group in seen:
                yield f"cluster.access.{kind}[{index}]", group, "each group once, with the one role that it needs"
            seen.add(group)


def tier_has_it(cluster: Cluster) -> Iterator[_Problem]:
    """What the free tier leaves out."""
    if cluster.cost_analysis and cluster.tier is Tier.FREE:
        yield "cluster.costAnalysis", "true", "false, or true with cluster.tier Standard or Premium"


def nodes_have_addresses(network: Network, cluster: Cluster) -> Iterator[_Problem]:
    """Every machine, also those that an upgrade adds, takes one address, and the private API server one more."""
    try:
        room = address_plan.usable(network.plan.nodes)
    except ValueError:
        return  # the network's own rule tells
    wanted = _most_nodes(cluster) + (cluster.api.access is ApiAccess.PRIVATE)
    if wanted > room:
        found = f"{network.node_prefix_length} (room for {room})"
        yield "network.nodePrefixLength", found, f"a subnet for {wanted}: all pools at maxCount, and their maxSurge"


def pods_have_addresses(network: Network, cluster: Cluster) -> Iterator[_Problem]:
    """Every machine takes a /24 of the pods' range."""
    room, wanted = address_plan.nodes_served(network.pod_cidr), _most_nodes(cluster)
    if wanted > room:
        found = f"{network.pod_cidr} (for {room} nodes)"
        yield "network.podCidr", found, f"a range with a /24 for each of {wanted} nodes: maxCount and maxSurge of all"


def agents_reach_the_api(cluster: Cluster, pipelines: Pipelines | None) -> Iterator[_Problem]:
    """Microsoft's hosted agents are outside every network, and their addresses change each week."""
    if pipelines and pipelines.pool is None and cluster.api.access is not ApiAccess.PUBLIC:
        allowed = f"a pool of your own agents, since cluster.api.access is {cluster.api.access}"
        yield "pipelines.pool", "nothing (Microsoft-hosted agents)", allowed


def workload_has_its_pool(cluster: Cluster, workload: Workload) -> Iterator[_Problem]:
    """The app runs on a pool that exists, lets it in, and has the zones that it must be spread over."""
    pool = cluster.pools.get(workload.pool)
    if pool is None:
        yield "workload.pool", workload.pool, f"a pool of cluster.pools: {', '.join(sorted(cluster.pools))}"
        return
    keeping_away = [taint for taint in pool.taints if not taint.endswith(":PreferNoSchedule")]
    if keeping_away:
        yield (
            "workload.pool",
            workload.pool,
            f"a pool without the taint {keeping_away[0]}, which the app does not tolerate",
        )
    if workload.spread.zones == "required" and len(pool.zones) < 2:
        allowed = f"preferred, since cluster.pools.{workload.pool}.zones has fewer than two"
        yield "workload.spread.zones", workload.spread.zones, allowed


def _pools(cluster: Cluster) -> Iterator[tuple[str, SystemPool | UserPool]]:
    yield "cluster.system", cluster.system
    for name, pool in cluster.pools.items():
        yield f"cluster.pools.{name}", pool


def _most_nodes(cluster: Cluster) -> int:
    pools: list[Nodes] = [cluster.system, *cluster.pools.values()]
    return sum(pool.max_count + node_pools.surge_nodes(pool.max_surge, pool.max_count) for pool in pools)


RULES = (
    pools_are_named_well,
    counts_are_in_order,
    zones,
    version_is_left_to_the_channel,
    windows_have_work,
    ranges_are_where_they_decide,
    groups_are_named_once,
    tier_has_it,
    nodes_have_addresses,
    pods_have_addresses,
    agents_reach_the_api,
    workload_has_its_pool,
)
"""Every rule above."""
