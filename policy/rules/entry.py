"""Doors for callers: what travels through them is encrypted, unless few can see it, and callers are known."""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network
from typing import Any

from policy.model import Fault, Level, Resource, rule, stack_rule
from policy.values import at, is_unknown, mapping, members

SERVICE = "kubernetes:core/v1:Service"
_ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
_PROXIES = "kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy"
_PROOF = "kubernetes:gateway.envoyproxy.io/v1alpha1:SecurityPolicy"
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


@stack_rule(
    "protected-callers-known",
    demand="Callers from public networks prove who they are, where the route is protected.",
    remedy="set slipway:entry.callers to kind entra or apiKeys; or let private networks alone call",
    level=Level.ADVISORY,
)
def known(resources: Sequence[Resource]) -> Iterator[tuple[Resource, Fault]]:
    """A service for everybody may be meant, so it is advice."""
    proxies = [resource for resource in resources if resource.type == _PROXIES]
    services = [mapping(at(one.inputs, "spec.provider.kubernetes.envoyService")) for one in proxies]
    if not any(_public(one) for one in services):
        return
    proven = [
        target for one in resources if one.type == _PROOF for target in members(at(one.inputs, "spec.targetRefs"))
    ]
    for route in resources:
        if route.type == _ROUTE and route.protected and _leads_somewhere(route):
            names = (at(route.inputs, "metadata.name"), f"${{{route.name}.metadata.name}}", "${unknown}")
            if not any(at(one, "name") in names for one in proven):
                yield route, Fault("", "without a SecurityPolicy, for everybody")


def _leads_somewhere(route: Resource) -> bool:
    """A redirect answers by itself."""
    return any(mapping(one).get("backendRefs") for one in members(at(route.inputs, "spec.rules")))


RULES = (protected, unprotected)
STACK_RULES = (known,)
