"""Room in a subscription for a stack's machines: pure arithmetic on figures of Azure and of the stack file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

TOTAL = "cores"
"""Azure's name for all processors of a region together."""


@dataclass(frozen=True)
class Pool:
    """A node pool as the stack file sizes it. `surge` machines come on top while it is upgraded."""

    name: str
    vm_size: str
    count: int
    surge: int = 1


@dataclass(frozen=True)
class Size:
    """A size of machine: the family whose quota it counts against, its processors, and why it cannot be had here."""

    family: str
    cores: int
    refused: str = ""


@dataclass(frozen=True)
class Short:
    """A quota that does not suffice."""

    family: str
    needed: int
    left: int
    limit: int


def sizes(skus: Iterable[Mapping[str, Any]]) -> dict[str, Size]:
    """The sizes that `az vm list-skus` describes."""
    found = {}
    for sku in skus:
        capabilities = {one.get("name"): one.get("value") for one in sku.get("capabilities") or ()}
        refused = ", ".join(
            sorted(
                {str(one.get("reasonCode")) for one in sku.get("restrictions") or () if one.get("type") == "Location"}
            )
        )
        found[str(sku.get("name"))] = Size(str(sku.get("family")), int(capabilities.get("vCPUs") or 0), refused)
    return found


def needed(pools: Iterable[Pool], known: Mapping[str, Size]) -> dict[str, int]:
    """Processors by family, and in all, when every pool is at its largest and one of them is being upgraded."""
    wanted: dict[str, int] = {}
    largest: dict[str, int] = {}
    for pool in pools:
        size = known.get(pool.vm_size)
        if size is None:
            continue
        for family in (size.family, TOTAL):
            wanted[family] = wanted.get(family, 0) + pool.count * size.cores
            largest[family] = max(largest.get(family, 0), pool.surge * size.cores)
    return {family: count + largest[family] for family, count in wanted.items()}


def short(wanted: Mapping[str, int], usage: Iterable[Mapping[str, Any]], *, own: Mapping[str, int]) -> list[Short]:
    """The quotas that do not suffice. `own` is what the stack itself uses already, by family."""
    found = []
    for entry in usage:
        family = str((entry.get("name") or {}).get("value"))
        if family not in wanted:
            continue
        limit, used = int(entry.get("limit") or 0), int(entry.get("currentValue") or 0)
        left = limit - used + own.get(family, 0)
        if wanted[family] > left:
            found.append(Short(family, wanted[family], left, limit))
    return found
