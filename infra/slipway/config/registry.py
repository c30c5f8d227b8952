"""The environment's own container registry."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from slipway.regions import has_zones

from .access import Access, PublicAddresses, addresses
from .base import Section
from .environment import Environment
from .pipelines import Pipelines


class Tier(StrEnum):
    """Registry SKUs."""

    BASIC = "Basic"
    STANDARD = "Standard"
    PREMIUM = "Premium"


class Registry(Section):
    """`slipway:registry`. Admin user and anonymous pull are off, and cannot be turned on."""

    sku: Tier
    """Basic 10 GiB, Standard 100 GiB, Premium 500 GiB, and whatever is marked Premium here."""

    zone_redundant: bool
    """Whether Azure is asked for copies in three zones. Premium; a change replaces the registry."""

    access: Access
    """Networks that may ask: public all, selected (Premium) the listed addresses and the private endpoint, private
    (Premium) only that."""

    allowed_addresses: PublicAddresses = ()
    """Public addresses that push or pull, such as those of build agents, with access selected."""

    untagged_retention_days: Annotated[int, Field(ge=1, le=365)] | None = None
    """Delete a manifest once it had no tag for so many days; a deployed image keeps its tag. Premium. None: never."""

    soft_delete_days: Annotated[int, Field(ge=1, le=90)] | None = None
    """How long a deleted image can be taken back. An Azure preview, not together with untaggedRetentionDays."""


def premium(registry: Registry) -> Iterator[tuple[str, str, str]]:
    """What Azure gives Premium registries alone."""
    if registry.sku is Tier.PREMIUM:
        return
    needs = f"with registry.sku Premium; {registry.sku} has none of it"
    if registry.zone_redundant:
        yield "registry.zoneRedundant", "true", f"false, or true {needs}"
    if registry.access is not Access.PUBLIC:
        yield "registry.access", registry.access, f"public, or {registry.access} {needs}"
    if registry.untagged_retention_days is not None:
        yield "registry.untaggedRetentionDays", str(registry.untagged_retention_days), f"nothing, or days {needs}"


def forgetting(registry: Registry) -> Iterator[tuple[str, str, str]]:
    """Azure refuses to delete untagged manifests for good in a registry that can take deletions back."""
    if registry.untagged_retention_days is not None and registry.soft_delete_days is not None:
        yield "registry.softDeleteDays", str(registry.soft_delete_days), "nothing beside untaggedRetentionDays"


def zones(environment: Environment, registry: Registry) -> Iterator[tuple[str, str, str]]:
    """Zone redundancy is to be had only where there are zones."""
    if registry.zone_redundant and not has_zones(environment.location):
        yield "registry.zoneRedundant", "true", f"false, since {environment.location} has no zones"


def listed(registry: Registry) -> Iterator[tuple[str, str, str]]:
    """Addresses are listed exactly where they decide."""
    yield from addresses("registry", registry.access, registry.allowed_addresses)


def agents(environment: Environment, registry: Registry, pipelines: Pipelines | None) -> Iterator[tuple[str, str, str]]:
    """Where images are built an agent pushes them; elsewhere Azure itself copies them in."""
    if pipelines is None or pipelines.pool is not None or environment.promotes_from is not None:
        return
    if registry.access is not Access.PUBLIC:
        allowed = f"a pool of your own agents, since registry.access is {registry.access}"
        yield "pipelines.pool", "nothing (Microsoft-hosted agents)", allowed


RULES = (premium, forgetting, zones, listed, agents)
