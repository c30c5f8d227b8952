"""The provider kubernetes, for machines without the real one: objects live in the simulated cluster."""

import hashlib
from typing import Any

import yaml

from . import laws
from .cloud import Resource
from .difference import difference
from .laws import RefusedError
from .outputs import as_inputs
from .provider import Provider, Target, Verdict
from .values import UNKNOWN, Properties, at, merged

_AUTONAMED = "pulumi.com/autonamed"
_IDENTIFIER = "clusterIdentifier"
_SERVICE = "service.beta.kubernetes.io/"
_IMMUTABLE = {
    "ConfigMap": ["data", "binaryData", "immutable"],
    "DaemonSet": ["spec.selector"],
    "Deployment": ["spec.selector"],
    "Job": ["spec.selector", "spec.template", "spec.completions"],
    "Secret": ["data", "stringData", "type"],
    "Service": ["spec.clusterIP"],
    "StatefulSet": ["spec.selector", "spec.serviceName", "spec.volumeClaimTemplates"],
}
_PATCH = "Patch"
_GIVEN = ("default", "kube-node-lease", "kube-public", "kube-system")
_CLUSTER_WIDE = (
    "Namespace",
    "ClusterRole",
    "ClusterRoleBinding",
    "PriorityClass",
    "CustomResourceDefinition",
    "GatewayClass",
)


class Kubernetes(Provider):
    """Objects of the cluster that the kubeconfig leads to."""

    def diff_config(self, old: Properties, new: Properties) -> Verdict | None:
        """Replace the provider, with all its objects, where the cluster is or may be another one.

        A `clusterIdentifier` that stays means that the cluster stays; the kubeconfig then decides nothing.
        """
        changes = difference(old, new)
        if _IDENTIFIER in old and _IDENTIFIER in new:
            return Verdict(changes, {_IDENTIFIER} & changes.keys())
        same = _servers(old) == _servers(new) and UNKNOWN not in _servers(new)
        return Verdict(changes, set() if same else {"kubeconfig"} & changes.keys())

    def check(self, target: Target, old: Properties, new: Properties, seed: bytes) -> Properties:
        _, group_version, kind = target.token.split(":")
        inputs: Properties = {"apiVersion": group_version.removeprefix("core/"), "kind": kind} | new
        metadata: Properties = dict(inputs.get("metadata") or {})
        if "name" not in metadata:
            suffix = hashlib.sha256(seed).hexdigest()[:8]
            metadata["name"] = at(old, "metadata.name") or f"{target.name}-{suffix}"
            metadata["annotations"] = metadata.get("annotations", {}) | {_AUTONAMED: "true"}
        if kind not in _CLUSTER_WIDE:
            metadata.setdefault("namespace", self.config.get("namespace", "default"))
        return inputs | {"metadata": metadata}

    def diff(self, target: Target, state: Properties, old: Properties, new: Properties) -> Verdict:
        del state
        changes = difference(old, new)
        keys = ["metadata.name", "metadata.namespace", "kind", *_IMMUTABLE.get(target.token.split(":")[2], [])]
        replaces = {
            path for path in changes if any(path == key or path.startswith((f"{key}.", f"{key}[")) for key in keys)
        }
        same_name = at(old, "metadata.name") == at(new, "metadata.name")
        return Verdict(changes, replaces, delete_first=bool(replaces) and same_name)

    def preview(self, target: Target, state: Properties | None, inputs: Properties) -> Properties:
        """Return outputs as the server's dry run does: a Service's status is known and empty before its creation."""
        status = (state or {}).get("status") or ({"loadBalancer": {}} if target.token.endswith(":Service") else UNKNOWN)
        return inputs | {"status": status}

    def create(self, target: Target, inputs: Properties) -> tuple[str, Properties]:
        name, cluster = _id(inputs), self._cluster()
        place = _place(cluster, target, name)
        namespace = at(inputs, "metadata.namespace")
        if found := self.cloud.get(place):
            if not _is_patch(target):
                raise RefusedError(f'{target.token} "{name}" already exists')
            _agrees(found, inputs)
        home = f"{cluster.id}/objects/core/v1/Namespace/{namespace}"
        if namespace not in (None, *_GIVEN) and not self.cloud.get(home):
            raise RefusedError(f'namespaces "{namespace}" not found')
        return name, self._write(target, place, inputs)

    def update(self, target: Target, resource_id: str, inputs: Properties) -> Properties:
        place = _place(self._cluster(), target, resource_id)
        if not self.cloud.get(place):
            raise RefusedError(f'{target.token} "{resource_id}" not found')
        return self._write(target, place, inputs)

    def _write(self, target: Target, place: str, inputs: Properties) -> Properties:
        status: Properties = {}
        if target.token.endswith(":Service") and at(inputs, "spec.type") == "LoadBalancer":
            status = {"loadBalancer": {"ingress": [{"ip": self._address(inputs)}]}}
        if target.token.endswith(":Deployment"):
            status = {"readyReplicas": at(inputs, "spec.replicas") or 1, "observedGeneration": 1}
        uid = hashlib.sha256(place.encode()).hexdigest()[:32]
        found = self.cloud.get(place) if _is_patch(target) else None
        said = merged(found.body, inputs) if found else inputs
        body: Properties = merged(said, {"status": status, "metadata": {"uid": uid}})
        self.cloud.write(Resource(place, target.token, target.name, body))
        return body

    def _address(self, inputs: Properties) -> str:
        """Return the public address that the Service names. Raises RefusedError where it would stay pending."""
        notes = at(inputs, "metadata.annotations") or {}
        name, group = notes.get(f"{_SERVICE}azure-pip-name"), notes.get(f"{_SERVICE}azure-load-balancer-resource-group")
        if not name:
            return "203.0.113.254"
        cluster = self._cluster()
        for found in self.cloud.all("azure-native:network:PublicIPAddress"):
            steps = found.id.split("/")
            if steps[-1] == name and steps[4].lower() == str(group or cluster.body["nodeResourceGroup"]).lower():
                laws.may_join(self.cloud, cluster, found)
                return str(found.body["ipAddress"])
        raise RefusedError(f"the Service's address stays pending: no public IP {name} in resource group {group}")

    def read(
        self, target: Target, resource_id: str, inputs: Properties, state: Properties
    ) -> tuple[Properties, Properties] | None:
        found = self.cloud.get(_place(self._cluster(), target, resource_id))
        return (as_inputs(inputs, state, found.body), found.body) if found else None

    def delete(self, target: Target, resource_id: str) -> None:
        if _is_patch(target):
            return  # lets go of its values; the object is another owner's
        place = _place(self._cluster(), target, resource_id)
        if target.token.endswith(":Namespace"):
            for found in self.cloud.below(place.partition("/objects/")[0]):
                if at(found.body, "metadata.namespace") == resource_id:
                    self.cloud.remove(found.id)
        self.cloud.remove(place)

    def invoke(self, token: str, arguments: Properties) -> Properties:
        raise RefusedError(f"this simulation does not answer {token} {arguments}")

    def _cluster(self) -> Resource:
        """Return the cluster that the kubeconfig leads to. Raises RefusedError where there is none."""
        servers = _servers(self.config)
        for cluster in self.cloud.all("azure-native:containerservice:ManagedCluster"):
            if f"https://{cluster.body['fqdn']}:443" in servers:
                return cluster
        raise RefusedError(f"configured Kubernetes cluster is unreachable: {servers}")


def _servers(config: Properties) -> list[str]:
    text = str(config.get("kubeconfig") or "")
    if UNKNOWN in text:
        return [UNKNOWN]
    return [str(at(one, "cluster.server")) for one in (at(yaml.safe_load(text), "clusters") or [])]


def _id(inputs: Properties) -> str:
    metadata: dict[str, Any] = inputs["metadata"]
    return "/".join(filter(None, [metadata.get("namespace"), metadata["name"]]))


def _place(cluster: Resource, target: Target, name: str) -> str:
    _, group_version, kind = target.token.split(":")
    return f"{cluster.id}/objects/{group_version}/{kind.removesuffix(_PATCH)}/{name}"


def _is_patch(target: Target) -> bool:
    """True for a resource that adds values to an object, by a server-side apply, instead of owning it."""
    return target.token.endswith(_PATCH)


def _agrees(found: Resource, inputs: Properties) -> None:
    """Raise RefusedError where another owner set one of the values, as a server-side apply without force does."""
    theirs, ours = found.body.get("data") or {}, inputs.get("data") or {}
    differing = sorted(name for name in theirs.keys() & ours.keys() if theirs[name] != ours[name])
    if differing:
        fields = ", ".join(f".data.{name}" for name in differing)
        raise RefusedError(f"Apply failed with conflicts: another manager owns {fields} of {_id(inputs)}")
