"""State that Azure changes by itself: Kubernetes' version, and the number of machines.

azure-native sends a whole body with each change, and `ignore_changes` puts the last input into it, however old. So a
body that has to be sent holds what runs at that moment, kept within what config allows. A body that is as it was is not
sent at all: only there the last input stands in, so that a preview shows no change but ours.
Why it is so: docs/decisions/what-azure-changes-is-read-live.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi_azure_native import containerservice as aks
from pulumi_azure_native.provider import Provider

_ABSENT = re.compile(r"\b(?:Resource|ResourceGroup)NotFound\b")
"""Azure's codes for a cluster that is not there yet, or whose resource group is not."""


@dataclass(frozen=True, kw_only=True)
class RunningPool:
    """Machines of one pool: how many, of which version, and its bounds where it has an autoscaler."""

    count: int
    version: str
    bounds: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Running:
    """A cluster's version, and its pools by their names in Azure."""

    version: str
    pools: Mapping[str, RunningPool] = field(default_factory=dict)


async def find(provider: Provider, *, resource_group: str, name: str) -> Running | None:
    """Ask Azure for a cluster; None where there is none yet. RunError: Azure did not answer."""
    try:
        found = await aks.get_managed_cluster(
            resource_group_name=resource_group, resource_name=name, opts=pulumi.InvokeOptions(provider=provider)
        )
    except Exception as error:
        if _ABSENT.search(str(error)):
            return None
        raise pulumi.RunError(f"the running versions and counts of cluster {name} cannot be read: {error}") from error
    pools = {
        str(pool.name): RunningPool(
            count=pool.count or 0,
            version=pool.orchestrator_version or "",
            bounds=(pool.min_count or 0, pool.max_count) if pool.max_count else None,
        )
        for pool in found.agent_pool_profiles or []
    }
    return Running(version=found.kubernetes_version or "", pools=pools)


def machines(pool: RunningPool | None, *, least: int, most: int) -> int:
    """The count to send: what the autoscaler chose, within the bounds; `least` for a pool to be made."""
    return min(max(pool.count if pool else least, least), most)


def newer(wanted: str, running: str) -> str:
    """The newer one of both; a wanted MAJOR.MINOR is met by each of its patches."""
    if not running:
        return wanted
    asked = _numbers(wanted)
    raised = asked > _numbers(running)[: len(asked)]
    return wanted if raised else running


def pool_version(wanted: str, control_plane: str, pool: RunningPool | None) -> str:
    """The version to send for a pool.

    AKS takes the running one or exactly the control plane's. A pool that lags behind catches up when config asks.
    """
    if pool is None or not pool.version:
        return control_plane
    return pool.version if newer(wanted, pool.version) == pool.version else control_plane


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
