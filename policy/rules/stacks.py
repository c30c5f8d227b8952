"""Rules about how the resources of a stack stand together."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policy.model import Fault, Level, Resource, stack_rule
from policy.values import at, is_unknown, mapping, members

from .cluster import CLUSTER
from .registry import REGISTRY
from .storage import ACCOUNT, BLOBS
from .workload import LASTING, WORKLOADS, pod_path

POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
SERVICE = "kubernetes:core/v1:Service"
SCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
_ANYWHERE = ("0.0.0.0/0", "::/0")
_PUBLIC = ("LoadBalancer", "NodePort")
ENVIRONMENT = "azuredevops:index/environment:Environment"
_CHECKS = {
    "azuredevops:index/checkApproval:CheckApproval": "an approval",
    "azuredevops:index/checkBranchControl:CheckBranchControl": "branch control",
    "azuredevops:index/checkExclusiveLock:CheckExclusiveLock": "an exclusive lock",
}


@stack_rule(
    "default-deny",
    demand="In a namespace with pods, traffic is refused unless a policy allows it.",
    remedy="add a NetworkPolicy with an empty podSelector, both policyTypes and no rules",
)
def default_deny(resources: Sequence[Resource]) -> Iterator[tuple[Resource, Fault]]:
    """Namespaces that are known by nothing but an unknown name are left out."""
    denied = {_namespace(resource) for resource in resources if resource.type == POLICY and _denies_all(resource)}
    seen = set()
    for resource in resources:
        home = _namespace(resource)
        if resource.type in WORKLOADS and home not in denied and home not in seen:
            seen.add(home)
            yield resource, Fault("metadata.namespace", f"namespace {home} has no policy that denies all")


def _denies_all(resource: Resource) -> bool:
    spec = at(resource.inputs, "spec")
    types = set(members(at(spec, "policyTypes")))
    rules = members(at(spec, "ingress")) + members(at(spec, "egress"))
    return not mapping(at(spec, "podSelector")) and types == {"Ingress", "Egress"} and not rules


def _namespace(resource: Resource) -> str:
    return str(at(resource.inputs, "metadata.namespace") or "default")


@stack_rule(
    "metrics-inside",
    demand="The port at which pods are scraped is open to no caller.",
    remedy="lead the Service to another port of the pods, and name in the NetworkPolicy's `from` who scrapes",
)
def metrics_inside(resources: Sequence[Resource]) -> Iterator[tuple[Resource, Fault]]:
    """Services with a port outside the cluster, and policies that name no peer. Pods outside workloads are left out."""
    for workload in resources:
        if workload.type not in WORKLOADS:
            continue
        template = _template(workload)
        ports = _scraped(template)
        for other in resources if ports else ():
            if _namespace(other) == _namespace(workload):
                yield from ((other, fault) for fault in _opened(other, mapping(at(template, "metadata.labels")), ports))


def _template(workload: Resource) -> Any:  # noqa: ANN401 - what JSON can hold
    path = pod_path(workload)
    return at(workload.inputs, path.removesuffix(".spec")) if path != "spec" else workload.inputs


def _scraped(template: Any) -> set[str]:  # noqa: ANN401 - what JSON can hold
    """Number and name of the port that the annotations name; empty for pods that are not scraped."""
    annotations = mapping(at(template, "metadata.annotations"))
    if annotations.get("prometheus.io/scrape") != "true" or "prometheus.io/port" not in annotations:
        return set()
    number = str(annotations["prometheus.io/port"])
    containers = [mapping(one) for one in members(at(template, "spec.containers"))]
    ports = [mapping(port) for container in containers for port in members(container.get("ports"))]
    return {number} | {
        str(port["name"]) for port in ports if str(port.get("containerPort")) == number and "name" in port
    }


def _opened(resource: Resource, labels: Mapping[str, Any], ports: set[str]) -> Iterator[Fault]:
    spec = at(resource.inputs, "spec")
    if resource.type == SERVICE and at(spec, "type") in _PUBLIC and _selects(at(spec, "selector"), labels):
        for position, port in enumerate(members(at(spec, "ports"))):
            target = str(mapping(port).get("targetPort", mapping(port).get("port")))
            if target in ports:
                yield Fault(f"spec.ports[{position}].targetPort", target)
    elif resource.type == POLICY and _selects(at(spec, "podSelector.matchLabels"), labels):
        for position, found in enumerate(members(at(spec, "ingress"))):
            named = [mapping(port) for port in members(mapping(found).get("ports"))]
            if _for_everybody(found) and (not named or any(_includes(port, ports) for port in named)):
                words = " and ".join(str(port.get("port", "every port")) for port in named)
                yield Fault(f"spec.ingress[{position}]", f"{words or 'every port'}, to everybody")


def _for_everybody(rule: Any) -> bool:  # noqa: ANN401 - what JSON can hold
    peers = members(mapping(rule).get("from"))
    return not peers or any(at(peer, "ipBlock.cidr") in _ANYWHERE for peer in peers)


def _includes(given: Mapping[str, Any], ports: set[str]) -> bool:
    """A policy's port is a name, a number, the first number of a range, or nothing, which is every port."""
    first, last = given.get("port"), given.get("endPort")
    if isinstance(first, int) and isinstance(last, int):
        return any(first <= int(port) <= last for port in ports if port.isdigit())
    return first is None or str(first) in ports


def _selects(selector: Any, labels: Mapping[str, Any]) -> bool:  # noqa: ANN401 - what JSON can hold
    """An empty selector selects every pod; what is not known yet selects none."""
    return not is_unknown(selector) and mapping(selector).items() <= labels.items()


@stack_rule(
    "environment-guarded",
    demand="Where the cluster is protected, a release waits for an approval, comes from a named branch, and alone.",
    remedy="declare CheckApproval, CheckBranchControl and CheckExclusiveLock on the environment",
)
def guarded(resources: Sequence[Resource]) -> Iterator[tuple[Resource, Fault]]:
    """A stack whose program protects its cluster is one that callers depend on."""
    if not any(resource.protected for resource in resources if resource.type == CLUSTER):
        return
    checks = [resource for resource in resources if resource.type in _CHECKS]
    for environment in resources:
        if environment.type != ENVIRONMENT:
            continue
        present = {check.type for check in checks if _about(check, environment)}
        missing = [text for wanted, text in _CHECKS.items() if wanted not in present]
        if missing:
            yield environment, Fault("", f"without {' and without '.join(missing)}")


def _about(check: Resource, environment: Resource) -> bool:
    kind, target = at(check.inputs, "targetResourceType"), at(check.inputs, "targetResourceId")
    if kind != "environment" and not is_unknown(kind):
        return False  # the service's default is a service connection
    if not is_unknown(target) or target == "${unknown}":
        return True  # an id of the service's own: which environment it means cannot be told
    return str(target).startswith(f"${{{environment.name}.")


@stack_rule(
    "storage-recoverable",
    demand="Each storage account says what becomes of deleted and overwritten blobs.",
    remedy="declare BlobServiceProperties for the account, with versioning and soft delete",
    level=Level.ADVISORY,
)
def recoverable(resources: Sequence[Resource]) -> Iterator[tuple[Resource, Fault]]:
    """Without the settings both are off."""
    settled = [at(resource.inputs, "accountName") for resource in resources if resource.type == BLOBS]
    for account in resources:
        if account.type == ACCOUNT:
            names = (at(account.inputs, "accountName"), f"${{{account.name}.name}}")
            if not any(name in names or is_unknown(name) for name in settled):
                yield account, Fault("", "without BlobServiceProperties")


@stack_rule(
    "autoscaler-alone",
    demand="Where an autoscaler decides how many pods there are, the Deployment does not.",
    remedy="leave spec.replicas out of the Deployment that the autoscaler names",
)
def autoscaler(resources: Sequence[Resource]) -> Iterator[tuple[Resource, Fault]]:
    """Each release would take the number back."""
    scaled = {str(at(resource.inputs, "spec.scaleTargetRef.name")) for resource in resources if resource.type == SCALER}
    for resource in resources:
        if resource.type in LASTING and at(resource.inputs, "spec.replicas") is not None:
            names = {str(at(resource.inputs, "metadata.name")), f"${{{resource.name}.metadata.name}}"}
            if names & scaled:
                yield resource, Fault("spec.replicas", str(at(resource.inputs, "spec.replicas")))


@stack_rule(
    "role-given-once",
    demand="A role is given once for the same principal and scope.",
    remedy="remove one of the two assignments",
)
def once(resources: Sequence[Resource]) -> Iterator[tuple[Resource, Fault]]:
    """Azure refuses the second with RoleAssignmentExists, in the middle of an update."""
    seen: dict[tuple[str, ...], str] = {}
    for resource in resources:
        if resource.type != "azure-native:authorization:RoleAssignment":
            continue
        parts = tuple(str(at(resource.inputs, path)) for path in ("scope", "principalId", "roleDefinitionId"))
        if "${unknown}" in parts:
            continue
        if parts in seen:
            yield resource, Fault("", f"the same as {seen[parts]}")
        seen.setdefault(parts, resource.name)


@stack_rule(
    "image-from-own-registry",
    demand="Pods run images of the registry that their environment declares.",
    remedy="import the image into the environment's registry, and deploy it from there",
)
def own_registry(resources: Sequence[Resource]) -> Iterator[tuple[Resource, Fault]]:
    """Judge nothing in a stack without a registry: there is none to compare with."""
    names = [at(resource.inputs, "registryName") for resource in resources if resource.type == REGISTRY]
    if not names or any(map(is_unknown, names)):
        return
    own = re.compile(rf"(?:{'|'.join(re.escape(str(name)) for name in names)})(?:-[a-z0-9]+)?\.azurecr\.(?:io|us|cn)")
    for workload in resources:
        spec = at(workload.inputs, pod_path(workload)) if workload.type in WORKLOADS else None
        for container in (*members(at(spec, "initContainers")), *members(at(spec, "containers"))):
            image = str(at(container, "image"))
            host = image.partition("/")[0]
            if not is_unknown(host) and own.fullmatch(host) is None:
                yield workload, Fault(f"{pod_path(workload)}.containers[{at(container, 'name')}].image", image)


@stack_rule(
    "protected-registry-closed",
    demand="Not every network reaches the registry of a protected environment.",
    remedy="set publicNetworkAccess to Disabled, or networkRuleSet.defaultAction to Deny",
)
def protected_registry(resources: Sequence[Resource]) -> Iterator[tuple[Resource, Fault]]:
    """Take an environment for protected where its cluster is: a first one keeps its registry for those that follow."""
    if not any(resource.type == CLUSTER and resource.protected for resource in resources):
        return
    for registry in resources:
        if registry.type != REGISTRY:
            continue
        access, action = (at(registry.inputs, path) for path in ("publicNetworkAccess", "networkRuleSet.defaultAction"))
        if access != "Disabled" and action != "Deny" and not is_unknown(access) and not is_unknown(action):
            yield (
                registry,
                Fault("publicNetworkAccess", f"{access or 'not set, which means Enabled'}, to every network"),
            )


RULES = (own_registry, protected_registry, default_deny, metrics_inside, guarded, recoverable, autoscaler, once)
