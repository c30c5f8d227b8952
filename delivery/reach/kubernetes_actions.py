"""Actions on Kubernetes' objects, as AKS asks Azure for them.

Source: learn.microsoft.com, "Use Microsoft Entra ID authorization for the Kubernetes API". There the verbs get, list
and watch are `read`; create, update and patch are `write`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

KUBERNETES: Final = "kubernetes:"
HELM: Final = "kubernetes:helm.sh/v3:Release"
_CLUSTERS = "Microsoft.ContainerService/managedClusters"
_BUILT_IN: Final = {
    "apps",
    "autoscaling",
    "batch",
    "coordination.k8s.io",
    "core",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
}
_AWAITED: Final = {
    "Deployment": ("apps/replicasets", "pods", "persistentvolumeclaims"),
    "Service": ("endpoints",),
}
"""Objects that the provider watches until another one is ready. Source: pulumi-kubernetes, provider/pkg/await."""


@dataclass(frozen=True)
class Asked:
    """An action on objects; an empty namespace is the whole cluster."""

    action: str
    namespace: str


def shared(type_: str) -> bool:
    """Return whether a resource patches an object that others made."""
    return type_.startswith(KUBERNETES) and type_.endswith("Patch")


def ask(type_: str, inputs: Mapping[str, object], verb: str) -> Iterator[Asked]:
    """Yield what the provider asks the cluster for to `read`, `write` or `delete` an object."""
    if type_ == HELM:
        # Helm keeps its releases in Secrets; a chart makes objects of every kind, also for the whole cluster.
        yield Asked(f"{_CLUSTERS}/secrets/{verb}", str(inputs.get("namespace", "")))
        if verb != "read":
            yield Asked(f"{_CLUSTERS}/apiextensions.k8s.io/customresourcedefinitions/{verb}", "")
        return
    kind = type_.rpartition(":")[2].removesuffix("Patch")
    namespace = _namespace(kind, inputs)
    yield Asked(f"{_CLUSTERS}/{_resource(type_, kind)}/{verb}", namespace)
    if verb == "write":
        yield from (Asked(f"{_CLUSTERS}/{awaited}/read", namespace) for awaited in _AWAITED.get(kind, ()))


def _resource(type_: str, kind: str) -> str:
    group = type_.removeprefix(KUBERNETES).partition("/")[0]
    if group not in _BUILT_IN:
        return "customresources"
    return _plural(kind) if group == "core" else f"{group}/{_plural(kind)}"


def _plural(kind: str) -> str:
    """Return a kind as paths of the API name it."""
    word = kind.lower()
    if word.endswith("y"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith("s") else f"{word}s"


def _namespace(kind: str, inputs: Mapping[str, object]) -> str:
    """Return where an object is; a request for a Namespace is one inside it."""
    metadata = inputs.get("metadata")
    found = metadata if isinstance(metadata, Mapping) else {}
    return str(found.get("name" if kind == "Namespace" else "namespace") or "")
