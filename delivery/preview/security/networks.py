"""Who can reach what: address lists, network rules, policies of the cluster's network, and Services."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from delivery.preview.kinds import word
from delivery.preview.model import Change, Json, Operation
from delivery.preview.values import is_unknown

from .effect import Effect, at, listed

_ANYWHERE: Final = frozenset({"*", "internet", "any", "0.0.0.0/0", "::/0"})
_CLUSTER: Final = "azure-native:containerservice:ManagedCluster"
_LISTS: Final = {
    _CLUSTER: ("apiServerAccessProfile.authorizedIPRanges", "its API server"),
    "kubernetes:core/v1:Service": ("spec.loadBalancerSourceRanges", "its address"),
}
"""Lists of who is let in; without an entry, everybody is."""
_EXCEPTIONS: Final = (
    ("azure-native:storage:StorageAccount", "networkRuleSet.ipRules", "iPAddressOrRange"),
    ("azure-native:storage:StorageAccount", "networkRuleSet.virtualNetworkRules", "virtualNetworkResourceId"),
    ("azure-native:containerregistry:Registry", "networkRuleSet.ipRules", "iPAddressOrRange"),
    ("azure-native:keyvault:Vault", "properties.networkAcls.ipRules", "value"),
    ("azure-native:keyvault:Vault", "properties.networkAcls.virtualNetworkRules", "id"),
)
"""Lists of who is let in though nobody is."""
_INTERNAL: Final = 'metadata.annotations["service.beta.kubernetes.io/azure-load-balancer-internal"]'

Network = IPv4Network | IPv6Network


def networks(change: Change) -> Iterator[Effect]:
    """Networks opened or closed."""
    yield from _address_lists(change)
    yield from _exceptions(change)
    last = change.state.type.rpartition(":")[2]
    if change.state.type == "azure-native:network:SecurityRule":
        yield from _rules([change.old and change.old.inputs], [change.new and change.new.inputs])
    elif change.state.type == "azure-native:network:NetworkSecurityGroup":
        yield from _rules(listed(at(change.old, "securityRules")), listed(at(change.new, "securityRules")))
    elif last == "NetworkPolicy":
        yield from _network_policy(change)
    elif change.state.type == "kubernetes:core/v1:Service":
        yield from _service(change)


def _address_lists(change: Change) -> Iterator[Effect]:
    path, what = _LISTS.get(change.state.type, ("", ""))
    if not path or change.new is None or change.old is None:
        return
    before, after = at(change.old, path) or [], at(change.new, path) or []
    if not isinstance(before, list) or not isinstance(after, list) or before == after:
        return
    if not after or _open(after):
        if before and not _open(before):
            yield Effect(f"{what} lets every network in")
        return
    if not before or _open(before):
        yield Effect(f"{what} lets only {word(after)} in", loosens=False)
        return
    new = [entry for entry in after if not _covered(entry, before)]
    if new:
        yield Effect(f"{what} lets {word(new)} in as well")
    elif closed := [entry for entry in before if not _covered(entry, after)]:
        yield Effect(f"{what} no longer lets {word(closed)} in", loosens=False)


def _exceptions(change: Change) -> Iterator[Effect]:
    for resource_type, path, key in _EXCEPTIONS:
        if change.state.type != resource_type or change.new is None or change.old is None:
            continue
        before = [item.get(key) for item in listed(at(change.old, path)) if isinstance(item, dict)]
        after = [item.get(key) for item in listed(at(change.new, path)) if isinstance(item, dict)]
        new = [entry for entry in after if not _covered(entry, before)]
        gone = [entry for entry in before if not _covered(entry, after)]
        if new:
            yield Effect(f"lets {word(new)} in as well")
        elif gone:
            yield Effect(f"no longer lets {word(gone)} in", loosens=False)


def _open(entries: list[Json]) -> bool:
    return any(str(entry).casefold() in _ANYWHERE for entry in entries)


def _covered(entry: Json, known: list[Json]) -> bool:
    """Whether an address or range is inside one that was let in before."""
    if entry in known:
        return True
    network = _network(entry)
    if network is None:
        return False
    for other in map(_network, known):
        if isinstance(network, IPv4Network) and isinstance(other, IPv4Network) and network.subnet_of(other):
            return True
        if isinstance(network, IPv6Network) and isinstance(other, IPv6Network) and network.subnet_of(other):
            return True
    return False


def _network(entry: Json) -> Network | None:
    try:
        return ip_network(str(entry), strict=False)
    except ValueError:
        return None


def _rules(before: list[Json], after: list[Json]) -> Iterator[Effect]:
    known = [rule for rule in before if isinstance(rule, dict)]
    for rule in after:
        if not isinstance(rule, dict) or str(rule.get("access")) != "Allow" or any(_as(rule, old) for old in known):
            continue
        direction = str(rule.get("direction", "Inbound"))
        sources = rule.get("sourceAddressPrefixes") or [rule.get("sourceAddressPrefix", "*")]
        ports = rule.get("destinationPortRanges") or [rule.get("destinationPortRange", "*")]
        who = "the internet" if _open(listed(sources)) else word(sources)
        where = "every port" if "*" in ports else f"port {word(ports)}"
        if direction == "Inbound" and (known or who == "the internet"):
            yield Effect(f"lets {who} in to {where}")
        elif direction != "Inbound" and known:
            yield Effect(f"lets traffic out on {where}")
    for rule in known:
        named = {item.get("name"): item for item in after if isinstance(item, dict)}
        if str(rule.get("access")) == "Deny" and (named.get(rule.get("name")) or {}).get("access") != "Deny":
            yield Effect(f"no longer denies what {rule.get('name', 'a rule')} denied")


def _as(rule: dict[str, Json], old: dict[str, Json]) -> bool:
    """Whether the rule is as it was, as far as it is known: an unknown may well turn out to be what it was."""
    return all(rule.get(key) == old.get(key) or is_unknown(rule.get(key)) for key in rule.keys() | old.keys())


def _network_policy(change: Change) -> Iterator[Effect]:
    if change.operation is Operation.DELETE:
        yield Effect("no longer holds traffic back")
        return
    if change.old is None:
        return
    for side, verb in (("ingress", "in"), ("egress", "out")):
        before, after = listed(at(change.old, f"spec.{side}")), listed(at(change.new, f"spec.{side}"))
        for rule in [rule for rule in after if rule not in before]:
            peers = rule.get("from" if side == "ingress" else "to") if isinstance(rule, dict) else None
            yield Effect(f"lets {'more' if peers else 'everything'} {verb}")
        was, now = (side.capitalize() in listed(at(state, "spec.policyTypes")) for state in (change.old, change.new))
        if was and not now:
            yield Effect(f"no longer holds back what goes {verb}")
    if at(change.old, "spec.podSelector") != at(change.new, "spec.podSelector"):
        yield Effect("holds for other pods than before")


def _service(change: Change) -> Iterator[Effect]:
    if change.new is None:
        return
    kind, was = at(change.new, "spec.type") or "ClusterIP", at(change.old, "spec.type") or "ClusterIP"
    internal = str(at(change.new, _INTERNAL)).casefold() == "true"
    was_internal = str(at(change.old, _INTERNAL)).casefold() == "true"
    ports = [port.get("port") for port in listed(at(change.new, "spec.ports")) if isinstance(port, dict)]
    if kind in ("LoadBalancer", "NodePort") and not internal:
        known = [port.get("port") for port in listed(at(change.old, "spec.ports")) if isinstance(port, dict)]
        if change.old is None or was == "ClusterIP" or was_internal:
            known = []
            if change.old is not None:
                yield Effect("is reachable from outside the cluster")
        if new := [port for port in ports if port not in known]:
            who = at(change.new, "spec.loadBalancerSourceRanges")
            yield Effect(f"opens port {word(new)} to {'every network' if not who or _open(who) else word(who)}")
    elif change.old is not None and was in ("LoadBalancer", "NodePort") and not was_internal:
        yield Effect("is no longer reachable from outside the cluster", loosens=False)
