"""Workloads in the cluster: confined, pinned, watched, and limited."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policy.model import Fault, Level, Resource, rule
from policy.values import at, is_unknown, mapping, members

from .switches import must_be

_PATHS = {
    "Pod": "spec",
    "CronJob": "spec.jobTemplate.spec.template.spec",
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"), "spec.template.spec"),
}
WORKLOADS = tuple(
    f"kubernetes:{group}:{kind}"
    for group, kinds in (
        ("apps/v1", ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")),
        ("batch/v1", ("Job", "CronJob")),
        ("core/v1", ("Pod",)),
    )
    for kind in kinds
)
LASTING = tuple(f"kubernetes:apps/v1:{kind}" for kind in ("Deployment", "StatefulSet"))
NAMESPACE = "kubernetes:core/v1:Namespace"
_DIGEST = re.compile(r"@sha256:([0-9a-f]{64}|\$\{[^}]+\})$|@\$\{[^}]+\}$|^\$\{[^}]+\}$")
_SYSTEM = ("kube-system", "kube-public", "default")


def pod_path(resource: Resource) -> str:
    """Return the path of the pods' specification."""
    return _PATHS.get(resource.type.rpartition(":")[2], "spec.template.spec")


def _containers(resource: Resource) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Path and content of each container, those that only start up included."""
    path = pod_path(resource)
    spec = at(resource.inputs, path)
    for kind in ("initContainers", "containers"):
        for container in members(at(spec, kind)):
            if isinstance(container, Mapping):
                yield f"{path}.{kind}[{container.get('name', '?')}]", container


@rule(
    "pod-restricted",
    *WORKLOADS,
    demand="A pod keeps to Kubernetes' restricted standard, with a root file system that it cannot write to.",
    remedy="set runAsNonRoot, readOnlyRootFilesystem, allowPrivilegeEscalation: false, capabilities.drop: [ALL] and "
    "seccompProfile.type: RuntimeDefault",
)
def restricted(resource: Resource) -> Iterator[Fault]:
    """Yield the faults that admission would refuse, before it is asked."""
    path = pod_path(resource)
    spec = mapping(at(resource.inputs, path))
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(name) is True:
            yield Fault(f"{path}.{name}", "on")
    for volume in members(spec.get("volumes")):
        if "hostPath" in mapping(volume):
            yield Fault(f"{path}.volumes[{mapping(volume).get('name')}]", "a folder of the node")
    shared = mapping(spec.get("securityContext"))
    for where, container in _containers(resource):
        context = {**shared, **mapping(container.get("securityContext"))}
        for name, wanted in (
            ("runAsNonRoot", True),
            ("readOnlyRootFilesystem", True),
            ("allowPrivilegeEscalation", False),
        ):
            if context.get(name) is not wanted and not is_unknown(context.get(name)):
                yield Fault(f"{where}.securityContext.{name}", _said(context.get(name)))
        yield from _confinement(where, context)


def _confinement(where: str, context: Mapping[str, Any]) -> Iterator[Fault]:
    if context.get("privileged") is True:
        yield Fault(f"{where}.securityContext.privileged", "on")
    if context.get("runAsUser") == 0:
        yield Fault(f"{where}.securityContext.runAsUser", "0, which is root")
    capabilities = mapping(context.get("capabilities"))
    if "ALL" not in members(capabilities.get("drop")):
        yield Fault(f"{where}.securityContext.capabilities.drop", "ALL is not among them")
    if added := [name for name in members(capabilities.get("add")) if name != "NET_BIND_SERVICE"]:
        yield Fault(f"{where}.securityContext.capabilities.add", ", ".join(map(str, added)))
    if mapping(context.get("seccompProfile")).get("type") not in ("RuntimeDefault", "Localhost"):
        yield Fault(f"{where}.securityContext.seccompProfile.type", "not RuntimeDefault")


@rule(
    "image-by-digest",
    *WORKLOADS,
    demand="An image is named by its digest.",
    remedy="write name@sha256:...; a tag may point elsewhere tomorrow",
)
def digest(resource: Resource) -> Iterator[Fault]:
    """A rollback must bring the same bytes back."""
    for where, container in _containers(resource):
        image = container.get("image")
        if isinstance(image, str) and not _DIGEST.search(image):
            yield Fault(f"{where}.image", image)


@rule(
    "probes",
    *LASTING,
    demand="A service tells when it is ready, and when it must be started anew.",
    remedy="set readinessProbe and livenessProbe on each container",
)
def probes(resource: Resource) -> Iterator[Fault]:
    """Without readiness a rollout counts pods that cannot answer yet."""
    for where, container in _containers(resource):
        if ".initContainers[" in where:
            continue
        for name in ("readinessProbe", "livenessProbe"):
            if not container.get(name):
                yield Fault(f"{where}.{name}", "not set")


@rule(
    "resources",
    *WORKLOADS,
    demand="A container says what it needs, and how much memory it may take at most.",
    remedy="set resources.requests.cpu, resources.requests.memory and resources.limits.memory",
)
def resources(resource: Resource) -> Iterator[Fault]:
    """Yield a fault for each missing value. No CPU limit is asked for: it slows a pod down though the core is free."""
    for where, container in _containers(resource):
        for name in ("requests.cpu", "requests.memory", "limits.memory"):
            if at(container, f"resources.{name}") is None:
                yield Fault(f"{where}.resources.{name}", "not set")


@rule(
    "no-cluster-token",
    *WORKLOADS,
    "kubernetes:core/v1:ServiceAccount",
    demand="A pod holds no token of the cluster unless it asks for one by name.",
    remedy="set automountServiceAccountToken to false",
)
def token(resource: Resource) -> Iterator[Fault]:
    """Workload identity projects a token of its own."""
    own = resource.type.endswith(":ServiceAccount")
    path = "automountServiceAccountToken" if own else f"{pod_path(resource)}.automountServiceAccountToken"
    yield from must_be(resource, path, on=False, silence="on")


@rule(
    "namespace-restricted",
    NAMESPACE,
    demand="A namespace admits restricted pods only.",
    remedy="label it pod-security.kubernetes.io/enforce: restricted",
)
def namespace(resource: Resource) -> Iterator[Fault]:
    """Yield a fault unless restricted pods are enforced: the last guard, independent of the pod's creator."""
    value = mapping(at(resource.inputs, "metadata.labels")).get("pod-security.kubernetes.io/enforce")
    if value != "restricted" and not is_unknown(value):
        yield Fault('metadata.labels["pod-security.kubernetes.io/enforce"]', str(value) if value else "not set")


@rule(
    "own-namespace",
    *WORKLOADS,
    demand="Nothing runs in a namespace that the cluster itself uses.",
    remedy="name a namespace of the workload's own in metadata.namespace",
    level=Level.ADVISORY,
)
def own_namespace(resource: Resource) -> Iterator[Fault]:
    """Quotas, policies and clean-up are all by namespace."""
    value = at(resource.inputs, "metadata.namespace")
    if value is None or value in _SYSTEM:
        yield Fault("metadata.namespace", str(value) if value else "not set, which means default")


def _said(value: object) -> str:
    return (
        {True: "on", False: "off", None: "not set"}.get(value, str(value))
        if isinstance(value, bool | None)
        else str(value)
    )


RULES = (restricted, digest, probes, resources, token, namespace, own_namespace)
