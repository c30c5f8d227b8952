"""Values that Azure would add to a resource or answer to a question, by name instead of by value.

A value that only Azure computes becomes "${<resource>.<property>}". So a rendered state is stable, needs no credentials
and still shows which resource feeds which. What is not listed here stays unknown, as in a real first preview.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass

from .record import Record, Value

_OUTPUTS: Mapping[str, tuple[str, ...]] = {
    "azure-native:containerregistry:Registry": ("loginServer",),
    "azure-native:managedidentity:UserAssignedIdentity": ("name", "principalId", "clientId", "tenantId"),
    "azure-native:monitor:AzureMonitorWorkspace": (
        "metrics.prometheusQueryEndpoint",
        "defaultIngestionSettings.dataCollectionRuleResourceId",
    ),
    "azure-native:network:PublicIPAddress": ("ipAddress", "dnsSettings.fqdn"),
    "azure-native:operationalinsights:Workspace": ("customerId",),
    "azure-native:dashboard:Grafana": ("properties.endpoint", "identity.principalId"),
    "azure-native:storage:StorageAccount": ("primaryEndpoints.blob",),
    "azuredevops:index/servicePrincipalEntitlement:ServicePrincipalEntitlement": ("descriptor",),
    "azuredevops:index/serviceEndpointAzureRM:ServiceEndpointAzureRM": (
        "workloadIdentityFederationIssuer",
        "workloadIdentityFederationSubject",
        "serviceEndpointId",
    ),
}
"""Properties that are no inputs, by type; a dot parts an object from its property."""

_CLIENT = {name: f"${{{name}}}" for name in ("subscriptionId", "tenantId", "clientId", "objectId")}

_KUBECONFIG = {
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [
        {
            "name": "cluster",
            "cluster": {"server": "https://cluster.invalid:443", "certificate-authority-data": "Y2VydGlmaWNhdGU="},
        }
    ],
}

_ANSWERS: Mapping[str, Mapping[str, Value]] = {
    "azuredevops:index/getAgentQueue:getAgentQueue": {"id": "${pool.id}"},
    "azuredevops:index/getGitRepository:getGitRepository": {"id": "${repository.id}"},
    "azuredevops:index/getGroup:getGroup": {"descriptor": "${azure-devops-group.descriptor}"},
    "azuredevops:index/getProject:getProject": {"projectId": "${project.id}"},
    "azuredevops:index/getServiceEndpointGithub:getServiceEndpointGithub": {"serviceEndpointId": "${github.id}"},
    "azure-native:authorization:getClientConfig": _CLIENT,
    "azure-native:containerservice:listManagedClusterUserCredentials": {
        "kubeconfigs": [{"name": "clusterUser", "value": base64.b64encode(json.dumps(_KUBECONFIG).encode()).decode()}]
    },
}


_ABSENT = frozenset({"azure-native:containerservice:getManagedCluster"})
"""Questions for what runs already: a rendered state starts from nothing."""


class UnansweredError(Exception):
    """Error of a program that asked for something without a stand-in here."""


class AbsentError(Exception):
    """A program asked for what is not there, which it has to expect."""


@dataclass(frozen=True)
class State:
    """Answer for one resource: its id, and properties beside its inputs."""

    id: str
    properties: dict[str, Value]


class Computed:
    """Named values for everything that Azure computes."""

    def state(self, record: Record) -> State:
        """Id and computed properties of `record`, to be laid over its inputs."""
        properties = _answered(record)
        for path in _OUTPUTS.get(record.type, ()):
            _put(properties, record, path)
        return State(f"${{{record.name}.id}}", properties)

    def invoke(self, token: str, args: Mapping[str, Value]) -> dict[str, Value]:
        """The answer to a provider's function. UnansweredError where none is known."""
        if token in _ABSENT:
            raise AbsentError(f"Code=ResourceNotFound: {token}")
        try:
            return {**args, **_ANSWERS[token]}
        except KeyError:
            raise UnansweredError(f"no stand-in answers {token}; computed.py lists those that are known") from None


class Nothing(Computed):
    """Values of a first preview, before anything exists: all that is no input is unknown."""

    def state(self, record: Record) -> State:
        return State("", _answered(record))


def _answered(record: Record) -> dict[str, Value]:
    """Inputs that come back in another shape, also on a first preview."""
    found: dict[str, Value] = {}
    identity, metadata = record.inputs.get("identity"), record.inputs.get("metadata")
    if isinstance(identity, Mapping) and isinstance(ids := identity.get("userAssignedIdentities"), list):
        # Azure takes a list of ids and answers with a map; the SDK fails on a list there.
        found["identity"] = {**identity, "userAssignedIdentities": {str(one): {} for one in ids}}
    if record.type.startswith("kubernetes:"):
        # The provider names what has no name.
        found["metadata"] = {"name": record.assigned_name, **(metadata if isinstance(metadata, Mapping) else {})}
    return found


def _put(properties: dict[str, Value], record: Record, path: str) -> None:
    """Set the property at `path`, which may be inside an object, to its own name."""
    first, *rest = path.split(".")
    named = f"${{{record.name}.{path}}}"
    known = properties.get(first)
    properties[first] = {**(known if isinstance(known, Mapping) else {}), rest[0]: named} if rest else named
