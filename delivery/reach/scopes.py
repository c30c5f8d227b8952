"""Scopes of a recorded program: where each resource is, as one path that ends in its own name.

A recorded reference such as `${cluster-aks.id}` becomes that resource's path. What only Azure can tell, such as
`${subscriptionId}` or another stack's output, stays as it is and equals itself.
"""

import re

from delivery.preview.record import Record, Recorded

from .arm_paths import GROUP, find_path

_AZURE = "azure-native:"
_REFERENCE = re.compile(r"\$\{(?P<resource>[\w-]+)\.(?P<property>id|name)\}")
_INPUT = re.compile(r"{(\w+)}")
SUBSCRIPTION = "/subscriptions/${subscriptionId}"


def read_path(record: Record) -> str:
    """Return the path of a resource's type, its inputs in braces. KeyError: arm_paths.py lacks the type."""
    return find_path(record.type)


def name_type(record: Record) -> str:
    """Return the type as actions name it, such as `Microsoft.ContainerService/managedClusters/agentPools`."""
    path = read_path(record)
    if path == GROUP:
        return "Microsoft.Resources/subscriptions/resourceGroups"
    provider, *rest = path.rpartition("/providers/")[2].split("/")
    return "/".join([provider, *rest[::2]])


def locate(found: Recorded, record: Record) -> str:
    """Return the path of a recorded resource of Azure. A name that the provider chooses is the resource's own here."""

    def fill(match: re.Match[str]) -> str:
        given = record.inputs.get(match[1], record.name)
        return "${subscriptionId}" if match[1] == "subscriptionId" else resolve(found, str(given))

    return _INPUT.sub(fill, read_path(record))


def resolve(found: Recorded, scope: str) -> str:
    """Return a scope with each reference to a recorded resource replaced by that resource's path or name."""

    def follow(match: re.Match[str]) -> str:
        for one in found.resources:
            if one.name == match["resource"] and one.type.startswith(_AZURE):
                place = locate(found, one)
                return place if match["property"] == "id" else place.rpartition("/")[2]
        return match[0]

    return _REFERENCE.sub(follow, scope)


def contains(outer: str, inner: str) -> bool:
    """Return whether one resolved scope is another one, or lies around it."""
    around, within = (path.casefold().rstrip("/") for path in (outer, inner))
    return within == around or within.startswith(f"{around}/")
