"""Address ranges, and which traffic enters and leaves."""

from ipaddress import IPv4Address
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from slipway import address_plan
from slipway.address_plan import AddressPlan

from .base import Section
from .values import Cidr
from .words import Counted


def _address(text: str) -> str:
    try:
        return str(IPv4Address(text))
    except ValueError as error:
        raise ValueError("an IPv4 address such as 10.41.0.10") from error


Zone = Literal["1", "2", "3"]
"""An availability zone of the region."""


class NatGateway(Section):
    """One address for everything that leaves the nodes."""

    zone: Zone | None = None
    """The one zone that it runs in. None: Azure chooses one. Either way it falls with that zone."""

    idle_timeout_minutes: Annotated[int, Field(ge=4, le=120)] = 4
    """An outbound connection that is silent for longer is forgotten."""


class Network(Section):
    """`slipway:network`. Ranges cannot be changed under a cluster: Azure refuses, or replaces the cluster with it."""

    address_space: Cidr
    """Range of the virtual network; private, and apart from every network that will be connected to it."""

    node_prefix_length: Annotated[int, Field(ge=16, le=28)]
    """Size of the nodes' subnet, such as 22 for a /22; each node takes one address, pods take none of it."""

    endpoint_prefix_length: Annotated[int, Field(ge=22, le=28)]
    """Size of the private endpoints' subnet."""

    pod_cidr: Cidr
    """Range that pods get addresses from, a /24 for each node. Known inside the cluster only."""

    service_cidr: Cidr
    """Range that Services get addresses from. Known inside the cluster only."""

    dns_service_ip: Annotated[str, AfterValidator(_address)] | None = None
    """Address of the cluster's DNS, inside serviceCidr. None: its tenth."""

    service_endpoints: tuple[Literal["Microsoft.Storage", "Microsoft.KeyVault"], ...] = ()
    """Services that nodes reach over Azure's backbone and that may admit the nodes' subnet by name."""

    nat_gateway: NatGateway | None = None
    """Outbound over one fixed address. None: over the cluster's load balancer. A change replaces the cluster."""

    endpoint_callers: Annotated[tuple[Cidr, ...], Counted(0, 50, "ranges")] = ()
    """Ranges of connected networks, such as the build agents', that may use the private endpoints beside the nodes."""

    @property
    def plan(self) -> AddressPlan:
        """Who lives where. ValueError if the subnets do not fit, which a rule has then reported."""
        return address_plan.plan(
            self.address_space, nodes=self.node_prefix_length, endpoints=self.endpoint_prefix_length
        )

    @property
    def dns_address(self) -> str:
        """Where the cluster's DNS answers."""
        return self.dns_service_ip or address_plan.dns_address(self.service_cidr)
