"""Doors for callers: what travels through them is encrypted, unless few can see it."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from policy.model import Fault, Level, Resource, rule
from policy.values import at, is_unknown, mapping, members

SERVICE = "kubernetes:core/v1:Service"
_INTERNAL = "service.beta.kubernetes.io/azure-load-balancer-internal"
_DEMAND = "What the public calls speaks TLS."
_REMEDY = (
    "set slipway:entry to kind gateway, which answers over HTTPS; "
    "or let private networks alone call, in slipway:workload.service.allowedSources"
)


@rule("public-plain-http-protected", SERVICE, demand=_DEMAND, remedy=_REMEDY)
def protected(resource: Resource) -> Iterator[Fault]:
    """A Service that its program protects is one that people depend on."""
    if resource.protected:
        yield from _plain(resource)


@rule("public-plain-http", SERVICE, demand=_DEMAND, remedy=_REMEDY, level=Level.ADVISORY)
def unprotected(resource: Resource) -> Iterator[Fault]:
    """An environment for trying things out may have a reason."""
    if not resource.protected:
        yield from _plain(resource)


def _plain(resource: Resource) -> Iterator[Fault]:
    """Ports that say themselves that they speak HTTP, open to networks beyond the private ones."""
    spec = mapping(at(resource.inputs, "spec"))
    internal = mapping(at(resource.inputs, "metadata.annotations")).get(_INTERNAL)
    if spec.get("type") != "LoadBalancer" or internal in ("true", True) or not _public(spec):
        return
    for position, port in enumerate(members(spec.get("ports"))):
        if mapping(port).get("appProtocol") in ("http", "kubernetes.io/h2c", "kubernetes.io/ws"):
            yield Fault(f"spec.ports[{position}].appProtocol", f"{port['appProtocol']}, for {_who(spec)}")


def _public(spec: Mapping[str, Any]) -> bool:
    sources = spec.get("loadBalancerSourceRanges")
    return not is_unknown(sources) and (not members(sources) or any(map(_is_public, members(sources))))


def _who(spec: Mapping[str, Any]) -> str:
    sources = members(spec.get("loadBalancerSourceRanges"))
    return ", ".join(str(one) for one in sources if _is_public(one)) or "everybody"


def _is_public(source: object) -> bool:
    """Leave text that is no network to the cluster, which refuses it."""
    try:
        return not ip_network(str(source)).is_private
    except ValueError:
        return False


RULES = (protected, unprotected)
