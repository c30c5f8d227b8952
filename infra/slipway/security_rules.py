"""Callers that may open connections to the nodes and to the private endpoints.

No other caller may: the last rule of each list closes what Azure's own defaults leave open inside the virtual network
and to every network connected to it. What leaves is not limited: the nodes' needs are names, which a security group
cannot hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import network

EVERYBODY = "0.0.0.0/0"
"""Range by which config lets anybody call."""

_INTERNET = "Internet"
_LOAD_BALANCER = "AzureLoadBalancer"
_LAST = 4096


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Callers, each a range or one of Azure's service tags, and where they may go."""

    name: str
    sources: tuple[str, ...]
    destination: pulumi.Input[str]
    ports: tuple[str, ...] = ("*",)
    protocol: network.SecurityRuleProtocol = network.SecurityRuleProtocol.ASTERISK
    why: str


def to_nodes(
    *, nodes: str, pods: str, callers: Sequence[str], address: pulumi.Input[str], ports: Sequence[int]
) -> list[network.SecurityRuleArgs]:
    """Rules of the nodes' subnet. `callers` may use `ports` of the public `address`.

    AKS opens its own security group, on the machines, by itself, but never one on a subnet that it was given. The load
    balancer passes packets on with its own public address as their destination (floating IP), so that address is what
    the rule must name, and no node's. Pods of different nodes talk with their own addresses, which are no part of the
    virtual network; so their range is named too.
    """
    return _rules(
        Entry(
            name="allow-callers",
            sources=tuple(sorted({_INTERNET if caller == EVERYBODY else caller for caller in callers})),
            destination=address,
            ports=tuple(map(str, ports)),
            protocol=network.SecurityRuleProtocol.TCP,
            why="Callers of the app, through the load balancer",
        ),
        Entry(
            name="allow-load-balancer-probes",
            sources=(_LOAD_BALANCER,),
            destination="*",
            why="The load balancer asks each node whether it is healthy",
        ),
        Entry(name="allow-nodes", sources=(nodes,), destination=nodes, why="Nodes among themselves"),
        Entry(name="allow-nodes-to-pods", sources=(nodes,), destination=pods, why="Kubelet's probes, and Services"),
        Entry(name="allow-pods", sources=(pods,), destination=pods, why="Pods among themselves, DNS above all"),
    )


def to_endpoints(*, callers: Sequence[str], endpoints: str) -> list[network.SecurityRuleArgs]:
    """Return the rules of the private endpoints' subnet: `callers` over HTTPS, and no others."""
    return _rules(
        Entry(
            name="allow-https",
            sources=tuple(callers),
            destination=endpoints,
            ports=("443",),
            protocol=network.SecurityRuleProtocol.TCP,
            why="Nodes and connected networks",
        )
    )


def _rules(*entries: Entry) -> list[network.SecurityRuleArgs]:
    rules = [_allow(entry, 100 + 10 * place) for place, entry in enumerate(entries)]
    return [*rules, _DENY]


def _allow(entry: Entry, priority: int) -> network.SecurityRuleArgs:
    """Azure has one property for one value and another for several, and refuses a tag among several addresses."""
    alone = len(entry.sources) == 1
    return network.SecurityRuleArgs(
        name=entry.name,
        description=entry.why,
        priority=priority,
        direction=network.SecurityRuleDirection.INBOUND,
        access=network.SecurityRuleAccess.ALLOW,
        protocol=entry.protocol,
        source_address_prefix=entry.sources[0] if alone else None,
        source_address_prefixes=None if alone else list(entry.sources),
        source_port_range="*",
        destination_address_prefix=entry.destination,
        destination_port_range=entry.ports[0] if len(entry.ports) == 1 else None,
        destination_port_ranges=None if len(entry.ports) == 1 else list(entry.ports),
    )


_DENY = network.SecurityRuleArgs(
    name="deny-everything-else",
    description="Azure's defaults would admit every connected network",
    priority=_LAST,
    direction=network.SecurityRuleDirection.INBOUND,
    access=network.SecurityRuleAccess.DENY,
    protocol=network.SecurityRuleProtocol.ASTERISK,
    source_address_prefix="*",
    source_port_range="*",
    destination_address_prefix="*",
    destination_port_range="*",
)
