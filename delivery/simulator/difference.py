"""Differences between inputs, property by property, and those of them that force a replacement.

Ported from the observed behaviour of azure-native: old inputs are compared with new ones; path parameters and the
properties below cannot be changed in place.
"""

import re
from typing import Any

from .arm import ArmType
from .values import Properties, at

Changes = dict[str, str]
"""Property path such as `agentPoolProfiles[0].count` to `ADD`, `DELETE` or `UPDATE`."""

_CLUSTER_NETWORK = ["dnsServiceIP", "networkDataplane", "networkMode", "networkPlugin", "networkPluginMode"]
_CLUSTER_NETWORK += ["networkPolicy", "outboundType", "podCidr", "serviceCidr", "serviceCidrs"]
FORCE_NEW = {
    "authorization:RoleAssignment": ["principalId", "roleDefinitionId", "principalType", "condition"],
    "containerservice:AgentPool": ["vmSize", "gpuInstanceProfile", "vnetSubnetID", "osDiskType", "osType"],
    "containerservice:ManagedCluster": [
        "diskEncryptionSetID",
        "dnsPrefix",
        "fqdnSubdomain",
        "linuxProfile",
        "nodeResourceGroup",
        "windowsProfile",
        *(f"networkProfile.{name}" for name in _CLUSTER_NETWORK),
        *(f"agentPoolProfiles[].{name}" for name in ("vmSize", "gpuInstanceProfile", "vnetSubnetID")),
    ],
    "network:PrivateEndpoint": ["subnet"],
    "network:PublicIPAddress": ["sku", "publicIPAddressVersion", "publicIPPrefix"],
    "storage:StorageAccount": ["isHnsEnabled", "kind"],
}


def difference(old: Any, new: Any, path: str = "") -> Changes:
    """Return each path whose value differs; objects and lists are compared member by member."""
    if isinstance(old, dict) and isinstance(new, dict):
        found: Changes = {}
        for name in sorted({*old, *new}):
            found |= _member(old, new, name, f"{path}.{name}" if path else name)
        return found
    if isinstance(old, list) and isinstance(new, list):
        found = {}
        for number in range(max(len(old), len(new))):
            pair = [{0: values[number]} if number < len(values) else {} for values in (old, new)]
            found |= _member(pair[0], pair[1], 0, f"{path}[{number}]")
        return found
    return {} if _same(old, new, path) else {path: "UPDATE"}


def _member(old: dict[Any, Any], new: dict[Any, Any], name: Any, path: str) -> Changes:
    if name not in new:
        return {path: "DELETE"}
    if name not in old:
        return {path: "ADD"}
    return difference(old[name], new[name], path)


def _same(old: Any, new: Any, path: str) -> bool:
    if path == "location" and isinstance(old, str) and isinstance(new, str):
        return old.lower().replace(" ", "") == new.lower().replace(" ", "")
    return bool(old == new)


def replacing(type_: ArmType, changes: Changes, state: Properties, new: Properties) -> set[str]:
    """Return the changed paths that force a replacement; adding a value that the cloud already has does not."""
    keys = {*type_.parameters, "location", *FORCE_NEW.get(type_.token.removeprefix("azure-native:"), [])}
    found = set()
    for path, kind in changes.items():
        plain = re.sub(r"\[\d+\]", "[]", path)
        if any(plain == key or plain.startswith((f"{key}.", f"{key}[]")) for key in keys):
            dotted = re.sub(r"\[(\d+)\]", r".\1", path)
            if kind != "ADD" or at(state, dotted) != at(new, dotted):
                found.add(path)
    return found
