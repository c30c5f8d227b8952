"""The public address of the app, and its name."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from slipway.naming import Naming
from slipway.regions import has_zones

from .base import Section
from .environment import Environment
from .values import DnsLabel
from .words import Matching

ZoneName = Annotated[
    str,
    Matching(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", "a DNS zone such as example.com, in lower case"),
    Field(max_length=253),
]
"""A DNS zone, such as example.com."""

RecordName = Annotated[
    str,
    Matching(
        r"(@|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*)",
        "a name inside the zone, such as scoring, or @ for the zone itself",
    ),
]
"""A name inside a zone; @ is the zone itself."""


class DnsRecord(Section):
    """A name of one's own: an A record in a zone of Azure DNS that exists already, in the same subscription."""

    zone: ZoneName
    """The zone. Slipway never makes or deletes it."""

    resource_group: Annotated[
        str,
        Matching(r"[\w.()-]{0,89}[\w()-]", "a resource group's name: 1 to 90 letters, digits and ._-(), no dot last"),
    ]
    """The zone's resource group, which may be another than the environment's."""

    name: RecordName
    """The record's name inside the zone, such as scoring; @ for the zone itself."""

    ttl_seconds: Annotated[int, Field(ge=1, le=86_400)] = 300
    """How long resolvers may remember the address."""

    @property
    def host(self) -> str:
        """The whole name."""
        return self.zone if self.name == "@" else f"{self.name}.{self.zone}"


class Address(Section):
    """`slipway:address`. A static address that outlives the cluster."""

    zone_redundant: bool
    """Whether the address answers while any zone is up. A change gives a new address."""

    dns_label: DnsLabel | None = None
    """First part of <label>.<region>.cloudapp.azure.com. None: <workload>-<environment>-<suffix>, unique like these."""

    record: DnsRecord | None = None
    """A name of one's own. None: callers use the one above."""

    ddos_protection: bool = False
    """Whether Azure's DDoS IP Protection guards it, for a considerable monthly price of its own."""

    def label(self, naming: Naming) -> str:
        """The DNS label; of two environments with the default, no two are the same."""
        return self.dns_label or f"{naming.workload}-{naming.environment}-{naming.suffix}"

    def azure_host(self, naming: Naming) -> str:
        """Azure's own name for the address."""
        return f"{self.label(naming)}.{naming.location}.cloudapp.azure.com"

    def host(self, naming: Naming) -> str:
        """The name that callers use."""
        return self.record.host if self.record else self.azure_host(naming)


def zones(environment: Environment, address: Address) -> Iterator[tuple[str, str, str]]:
    """Zone redundancy is to be had only where there are zones."""
    if address.zone_redundant and not has_zones(environment.location):
        yield "address.zoneRedundant", "true", f"false, since {environment.location} has no zones"


RULES = (zones,)
