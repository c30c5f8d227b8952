"""IPv4 arithmetic: subnets cut from one address space, and whether ranges stay apart.

Every function takes and gives networks as text in CIDR form, without host bits.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from itertools import combinations

_BITS = 32

_RESERVED_BY_AZURE = 5
"""Addresses of each subnet: the network's, the router's, two of the DNS, the broadcast's (learn.microsoft.com, "Virtual
network FAQ")."""

_NODE_POD_PREFIX = 24
"""Prefix length of the pods' network that Azure CNI Overlay gives each node, with any maxPods."""

_DNS_HOST = 10
"""The cluster's DNS answers on the tenth address of the services' network, as AKS has it by default."""


@dataclass(frozen=True, kw_only=True)
class AddressPlan:
    """Address ranges of the virtual network: its whole space, and the subnets of nodes and of endpoints."""

    space: str
    nodes: str
    endpoints: str


def plan(space: str, *, nodes: int, endpoints: int) -> AddressPlan:
    """The subnets of an address space; `nodes` and `endpoints` are prefix lengths. ValueError if they do not fit."""
    return AddressPlan(space=space, **subnets(space, {"nodes": nodes, "endpoints": endpoints}))


def subnets(space: str, prefix_lengths: Mapping[str, int]) -> dict[str, str]:
    """A network of each length, in the order of the mapping, at the lowest free place.

    A name that is added at the end moves nothing that was placed before. ValueError names what does not fit.
    """
    whole = IPv4Network(space)
    placed: dict[str, IPv4Network] = {}
    for name, length in prefix_lengths.items():
        found = next(_free(whole, length, list(placed.values())), None)
        if found is None:
            raise ValueError(f"no room for a /{length} of {name} in {space}")
        placed[name] = found
    return {name: str(network) for name, network in placed.items()}


def overlaps(networks: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The names of each two networks that share an address."""
    for (one, first), (other, second) in combinations(networks.items(), 2):
        if IPv4Network(first).overlaps(IPv4Network(second)):
            yield one, other


def inside(network: str, outer: str) -> bool:
    """Return True if every address of `network` belongs to `outer`."""
    return IPv4Network(network).subnet_of(IPv4Network(outer))


def has_host(network: str, address: str) -> bool:
    """Return True if a host in `network` may have `address`: it is inside, and neither the first nor the last."""
    whole, host = IPv4Network(network), IPv4Address(address)
    return host in whole and host not in (whole.network_address, whole.broadcast_address)


def dns_address(services: str) -> str:
    """Return the address at which the cluster's DNS answers unless config sets another."""
    return str(IPv4Network(services).network_address + _DNS_HOST)


def usable(subnet: str) -> int:
    """Return the number of machines that fit in a subnet of Azure."""
    return max(0, IPv4Network(subnet).num_addresses - _RESERVED_BY_AZURE)


def nodes_served(pods: str) -> int:
    """Return the number of nodes that a pods' network is enough for."""
    return IPv4Network(pods).num_addresses >> (_BITS - _NODE_POD_PREFIX)


def _free(space: IPv4Network, length: int, taken: list[IPv4Network]) -> Iterator[IPv4Network]:
    """Free networks of a length, lowest first: one can only begin where the space does or where a neighbour ends."""
    if not space.prefixlen <= length <= _BITS:
        return
    size = 2 ** (_BITS - length)
    ends = (int(network.broadcast_address) + 1 for network in taken)
    for start in sorted((int(space.network_address), *ends)):
        aligned = -(-start // size) * size
        candidate = IPv4Network((aligned, length)) if aligned < 2**32 else None
        if candidate and candidate.subnet_of(space) and not any(map(candidate.overlaps, taken)):
            yield candidate
