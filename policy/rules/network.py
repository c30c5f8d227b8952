"""Addresses that stay, and doors that only serve what is served."""

from collections.abc import Iterator, Mapping
from typing import Any

from policy.model import Fault, Resource, rule
from policy.values import at, is_unknown, members

ADDRESS = "azure-native:network:PublicIPAddress"
GROUP = "azure-native:network:NetworkSecurityGroup"
SECURITY_RULE = "azure-native:network:SecurityRule"
_ANYWHERE = ("*", "Internet", "Any", "0.0.0.0/0", "::/0")
_DOORS = {
    "22": "SSH",
    "3389": "RDP",
    "5985": "WinRM",
    "5986": "WinRM",
    "6443": "the API server",
    "10250": "the kubelet",
}


@rule(
    "public-address-standard",
    ADDRESS,
    demand="A public address is of the Standard SKU and static.",
    remedy="set sku.name to Standard and publicIPAllocationMethod to Static",
)
def standard(resource: Resource) -> Iterator[Fault]:
    """Basic addresses are retired and open by default; dynamic ones change when they are let go."""
    for path, wanted in (("sku.name", "Standard"), ("publicIPAllocationMethod", "Static")):
        value = at(resource.inputs, path)
        if value != wanted and not is_unknown(value):
            yield Fault(path, str(value) if value else "not set")


@rule(
    "network-no-open-doors",
    GROUP,
    SECURITY_RULE,
    demand="No rule lets the internet in to every port, or to ports that administer machines.",
    remedy="name the ports that are served, and the networks that may administer",
)
def doors(resource: Resource) -> Iterator[Fault]:
    """Inline rules and rules of their own alike."""
    if resource.type == SECURITY_RULE:
        yield from _rule(resource.inputs, "")
        return
    for position, found in enumerate(members(at(resource.inputs, "securityRules"))):
        if isinstance(found, Mapping):
            yield from _rule(found, f"securityRules[{position}].")


def _rule(found: Mapping[str, Any], prefix: str) -> Iterator[Fault]:
    if found.get("access") != "Allow" or found.get("direction", "Inbound") != "Inbound":
        return
    sources = [found.get("sourceAddressPrefix"), *members(found.get("sourceAddressPrefixes"))]
    if not any(source in _ANYWHERE for source in sources):
        return
    for port in [found.get("destinationPortRange"), *members(found.get("destinationPortRanges"))]:
        if port == "*":
            yield Fault(f"{prefix}destinationPortRange", "every port for the internet")
        elif open_doors := [name for door, name in _DOORS.items() if _inside(door, str(port))]:
            yield Fault(
                f"{prefix}destinationPortRange", f"{port} ({', '.join(sorted(set(open_doors)))}) for the internet"
            )


def _inside(port: str, given: str) -> bool:
    low, dash, high = given.partition("-")
    if not low.isdigit() or (dash and not high.isdigit()):
        return False
    return int(low) <= int(port) <= int(high or low)


RULES = (standard, doors)
