"""What the network's ranges must not do to each other, and to Azure's own.

Sources: learn.microsoft.com, "Azure CNI Overlay networking" and "Configure Azure CNI networking" (prerequisites).
"""

from collections.abc import Iterator
from ipaddress import IPv4Network

from slipway import address_plan
from slipway.regions import has_zones

from .environment import Environment
from .network import Network

_Problem = tuple[str, str, str]

_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
"""Where nobody on the internet lives: RFC 1918 and RFC 6598."""

_TAKEN = ("169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24")
"""What AKS keeps for itself."""

_LARGEST_SERVICE_RANGE = 13
"""AKS wants serviceCidr smaller than a /12."""


def subnets_fit(network: Network) -> Iterator[_Problem]:
    """Both subnets have room in the address space."""
    try:
        _ = network.plan
    except ValueError as error:
        yield "network.addressSpace", network.address_space, f"a range with room for both subnets ({error})"


def ranges_are_private(network: Network) -> Iterator[_Problem]:
    """A range that others own on the internet could no longer be reached, and AKS's own could not be used."""
    for name, found in _ranges(network).items():
        if not any(address_plan.inside(found, private) for private in _PRIVATE):
            yield f"network.{name}", found, f"a range inside {', '.join(_PRIVATE)}"
        for taken in _TAKEN:
            if IPv4Network(found).overlaps(IPv4Network(taken)):
                yield f"network.{name}", found, f"a range apart from {taken}, which AKS keeps for itself"


def ranges_are_apart(network: Network) -> Iterator[_Problem]:
    """No address means two things."""
    ranges = _ranges(network)
    for one, other in address_plan.overlaps(ranges):
        yield f"network.{other}", ranges[other], f"a range apart from {one}, {ranges[one]}"


def services_have_a_usual_size(network: Network) -> Iterator[_Problem]:
    """AKS refuses larger ranges, and a smaller one has no tenth address or soon no free one."""
    length = IPv4Network(network.service_cidr).prefixlen
    if not _LARGEST_SERVICE_RANGE <= length <= 27:
        yield "network.serviceCidr", network.service_cidr, f"a range from /{_LARGEST_SERVICE_RANGE} to /27"


def dns_is_a_service(network: Network) -> Iterator[_Problem]:
    """The cluster's DNS is a Service, and the first address is the API server's."""
    address, services = network.dns_service_ip, network.service_cidr
    if address is None:
        return
    first = str(IPv4Network(services)[0] + 1)
    if not address_plan.has_host(services, address) or address == first:
        allowed = f"an address inside serviceCidr, {services}, other than its first two and its last"
        yield "network.dnsServiceIp", address, allowed


def callers_come_from_elsewhere(network: Network) -> Iterator[_Problem]:
    """Networks can be connected only while no address is in both; nodes and pods need no mention."""
    ranges = _ranges(network)
    for index, caller in enumerate(network.endpoint_callers):
        for name, found in ranges.items():
            if IPv4Network(caller).overlaps(IPv4Network(found)):
                yield f"network.endpointCallers[{index}]", caller, f"a range apart from {name}, {found}"


def zones(environment: Environment, network: Network) -> Iterator[_Problem]:
    """A zone can be chosen only where there are zones."""
    gateway = network.nat_gateway
    if gateway and gateway.zone and not has_zones(environment.location):
        yield "network.natGateway.zone", gateway.zone, f"nothing, since {environment.location} has no zones"


def _ranges(network: Network) -> dict[str, str]:
    return {
        "addressSpace": network.address_space,
        "podCidr": network.pod_cidr,
        "serviceCidr": network.service_cidr,
    }


RULES = (
    subnets_fit,
    ranges_are_private,
    ranges_are_apart,
    services_have_a_usual_size,
    dns_is_a_service,
    callers_come_from_elsewhere,
    zones,
)
"""Every rule above."""
