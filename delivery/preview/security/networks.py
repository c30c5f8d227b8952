"""Network access: address lists, network rules, policies of the cluster's network, and Services."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from delivery.preview.kinds import word
from delivery.preview.model import Change, Effect, Json, Operation, State
from delivery.preview.paths import at
from delivery.preview.values import is_unknown, listed

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
"""Lists of who is let in where all others are shut out."""
_INTERNAL: Final = 'metadata.annotations["service.beta.kubernetes.io/azure-load-balancer-internal"]'
_INTERNAL_PATTERN: Final = "metadata.annotations.service.beta.kubernetes.io/azure-load-balancer-internal"

_RULES: Final = ("securityRules[]",)
"""Each rule of a group is judged as a whole."""

Network = IPv4Network | IPv6Network


def networks(change: Change) -> Iterator[Effect]:
    """Networks opened or closed."""
    yield from _address_lists(change)
    yield from _exceptions(change)
    last = change.state.type.rpartition(":")[2]
    if change.state.type == "azure-native:network:SecurityRule":
        for effect in _rules([change.old and change.old.inputs], [change.new and change.new.inputs]):
            yield replace(effect, explains=("*",))
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
    was_open, opened = not before or _open(before), not after or _open(after)
    new = [entry for entry in after if not _covered(entry, before)]
    if opened:
        text = f"{what} lets every network in{', as before' if was_open else ''}"
        yield Effect(text, loosens=not was_open, explains=(path,))
    elif was_open:
        yield Effect(f"{what} lets only {word(after)} in", loosens=False, explains=(path,))
    elif new:
        yield Effect(f"{what} lets {word(new)} in as well", explains=(path,))
    else:
        closed = [entry for entry in before if not _covered(entry, after)]
        text = f"{what} no longer lets {word(closed)} in" if closed else f"{what} lets the same networks in"
        yield Effect(text, loosens=False, explains=(path,))


def _exceptions(change: Change) -> Iterator[Effect]:
    for resource_type, path, key in _EXCEPTIONS:
        if change.state.type != resource_type or change.new is None or change.old is None:
            continue
        before = [item.get(key) for item in listed(at(change.old, path)) if isinstance(item, dict)]
        after = [item.get(key) for item in listed(at(change.new, path)) if isinstance(item, dict)]
        new = [entry for entry in after if not _covered(entry, before)]
        gone = [entry for entry in before if not _covered(entry, after)]
        if new:
            yield Effect(f"lets {word(new)} in as well", explains=(path,))
        elif gone:
            yield Effect(f"no longer lets {word(gone)} in", loosens=False, explains=(path,))


def _open(entries: list[Json]) -> bool:
    return any(str(entry).casefold() in _ANYWHERE for entry in entries)


def _covered(entry: Json, known: list[Json]) -> bool:
    """Return True where an address or range is among the known ones, or inside one of them."""
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
    """Tell of each rule that is not as it was; an edited description loosens nothing."""
    old = {str(rule.get("name")): rule for rule in before if isinstance(rule, dict)}
    new = {str(rule.get("name")): rule for rule in after if isinstance(rule, dict)}
    for name, rule in new.items():
        former = old.get(name)
        if any(_alike(rule, other) for other in old.values()):
            continue
        if former is not None and former.get("access") == "Deny" and rule.get("access") == "Deny":
            yield Effect(f"rule {name} denies less or other things: {_between(former, rule)}", explains=_RULES)
        elif rule.get("access") == "Allow":
            yield from _allowed(rule, known=bool(old))
        elif old:
            yield Effect(f"rule {name} denies {_traffic(rule)}", loosens=False, explains=_RULES)
    for name, rule in old.items():
        kept = (new.get(name) or {}).get("access")
        if rule.get("access") == "Deny" and kept != "Deny":
            yield Effect(f"no longer denies what {name} denied", explains=_RULES)
        elif rule.get("access") == "Allow" and kept is None:
            yield Effect(f"rule {name} is gone: it allowed {_traffic(rule)}", loosens=False, explains=_RULES)


def _allowed(rule: dict[str, Json], *, known: bool) -> Iterator[Effect]:
    who, where = _peers(rule), _ports(rule)
    if rule.get("direction", "Inbound") != "Inbound":
        if known:
            yield Effect(f"lets traffic out on {where}", explains=_RULES)
    elif known or who == "the internet":
        yield Effect(f"lets {who} in to {where}", explains=_RULES)


def _traffic(rule: dict[str, Json]) -> str:
    return f"{_peers(rule)} to {_ports(rule)}"


def _peers(rule: dict[str, Json]) -> str:
    sources = rule.get("sourceAddressPrefixes") or [rule.get("sourceAddressPrefix", "*")]
    return "the internet" if _open(listed(sources)) else word(sources)


def _ports(rule: dict[str, Json]) -> str:
    ports = rule.get("destinationPortRanges") or [rule.get("destinationPortRange", "*")]
    return "every port" if "*" in ports else f"port {word(ports)}"


def _alike(rule: dict[str, Json], old: dict[str, Json]) -> bool:
    """Return whether the rule does what it did, as far as it is known: an unknown may turn out to be what it was."""
    keys = (rule.keys() | old.keys()) - {"description"}
    return all(rule.get(key) == old.get(key) or is_unknown(rule.get(key)) for key in keys)


def _between(old: dict[str, Json], new: dict[str, Json]) -> str:
    keys = sorted(key for key in (old.keys() | new.keys()) - {"description"} if old.get(key) != new.get(key))
    return ", ".join(f"{key} {word(old.get(key))} -> {word(new.get(key))}" for key in keys)


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
            yield Effect(f"lets {'more' if peers else 'everything'} {verb}", explains=(f"spec.{side}",))
        was, now = (side.capitalize() in listed(at(state, "spec.policyTypes")) for state in (change.old, change.new))
        if was and not now:
            yield Effect(f"no longer holds back what goes {verb}", explains=("spec.policyTypes",))
    if at(change.old, "spec.podSelector") != at(change.new, "spec.podSelector"):
        yield Effect("holds for other pods than before", explains=("spec.podSelector",))


def _service(change: Change) -> Iterator[Effect]:
    if change.new is None:
        return
    kind, was = at(change.new, "spec.type") or "ClusterIP", at(change.old, "spec.type") or "ClusterIP"
    internal = str(at(change.new, _INTERNAL)).casefold() == "true"
    was_internal = str(at(change.old, _INTERNAL)).casefold() == "true"
    outside, was_outside = kind != "ClusterIP" and not internal, was != "ClusterIP" and not was_internal
    explains = ("spec.type", _INTERNAL_PATTERN)
    if change.old is not None and outside and not was_outside:
        yield Effect("is reachable from outside the cluster", explains=explains)
    elif was_outside and not outside:
        yield Effect("is no longer reachable from outside the cluster", loosens=False, explains=explains)
    if kind not in ("LoadBalancer", "NodePort") or internal:
        return
    ports, known = _service_ports(change.new), _service_ports(change.old) if was_outside else []
    if new := [port for port in ports if port not in known]:
        who = at(change.new, "spec.loadBalancerSourceRanges")
        reach = "every network" if not who or _open(who) else word(who)
        yield Effect(f"opens port {word(new)} to {reach}", explains=("spec.ports[].port",))
    if closed := [port for port in known if port not in ports]:
        yield Effect(f"closes port {word(closed)}", loosens=False, explains=("spec.ports[]",))


def _service_ports(state: State | None) -> list[Json]:
    return [port.get("port") for port in listed(at(state, "spec.ports")) if isinstance(port, dict)]
