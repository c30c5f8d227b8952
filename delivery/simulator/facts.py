"""Values that Azure computes by itself: addresses, principals, endpoints. A resource keeps them while it lives."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .arm import TENANT, group_of
from .cloud import Cloud
from .values import Properties, at


@dataclass(frozen=True)
class Subject:
    """One resource whose facts are asked for; `old` is its body before an update, empty at its creation."""

    id: str
    inputs: Properties
    old: Properties
    cloud: Cloud

    @property
    def name(self) -> str:
        return self.id.rpartition("/")[2]

    @property
    def region(self) -> str:
        return str(self.inputs.get("location", "")).lower().replace(" ", "")

    def kept(self, path: str, make: Callable[[], Any]) -> Any:
        """Return the value that the resource has, else a new one."""
        found = at(self.old, path)
        return make() if found is None else found


def facts(token: str, subject: Subject) -> Properties:
    """Return the computed values of one resource."""
    known = _FACTS.get(token.removeprefix("azure-native:"))
    return known(subject) if known else {}


def _guid() -> str:
    return str(uuid.uuid4())


def _identity(subject: Subject) -> Properties:
    names = ("principalId", "clientId")
    return {name: subject.kept(name, _guid) for name in names} | {"tenantId": TENANT}


def _cluster(subject: Subject) -> Properties:
    prefix = subject.inputs.get("dnsPrefix") or subject.name
    host = subject.kept("fqdn", lambda: f"{prefix}-{_guid()[:8]}.hcp.{subject.region}.azmk8s.io")
    group = group_of(subject.id).rpartition("/")[2]
    issuer = subject.kept("oidcIssuerProfile.issuerURL", lambda: f"https://{subject.region}.oic.aks/{_guid()}/")
    version = str(subject.inputs.get("kubernetesVersion", "1.34"))
    return {
        "fqdn": host,
        "nodeResourceGroup": subject.inputs.get("nodeResourceGroup") or f"MC_{group}_{subject.name}_{subject.region}",
        "oidcIssuerProfile": {"issuerURL": issuer},
        "currentKubernetesVersion": version if version.count(".") == 2 else f"{version}.2",
        "kubernetesVersion": version,
        "powerState": {"code": "Running"},
        "identity": _cluster_identity(subject),
        "identityProfile": {"kubeletidentity": _kubelet_identity(subject)},
    }


def _cluster_identity(subject: Subject) -> Properties:
    given = at(subject.inputs, "identity.userAssignedIdentities") or []
    if given:
        return {"userAssignedIdentities": {one: _principal(subject.cloud, one) for one in given}, "tenantId": TENANT}
    return {"principalId": subject.kept("identity.principalId", _guid), "tenantId": TENANT}


def _kubelet_identity(subject: Subject) -> Properties:
    given = at(subject.inputs, "identityProfile.kubeletidentity.resourceId")
    if given:
        principal = _principal(subject.cloud, given)
        return {"resourceId": given, "clientId": principal["clientId"], "objectId": principal["principalId"]}
    path = "identityProfile.kubeletidentity"
    return {name: subject.kept(f"{path}.{name}", _guid) for name in ("clientId", "objectId")}


def _principal(cloud: Cloud, identity: str) -> Properties:
    found = cloud.get(identity)
    body = found.body if found else {}
    return {name: body.get(name, "") for name in ("principalId", "clientId")}


def _account(subject: Subject) -> Properties:
    services = ("blob", "dfs", "file", "queue", "table", "web")
    hosts = {service: f"https://{subject.name}.{service}.core.windows.net/" for service in services}
    return {"primaryEndpoints": hosts, "primaryLocation": subject.region}


def _address(subject: Subject) -> Properties:
    taken = len(subject.cloud.all("azure-native:network:PublicIPAddress"))
    overlay: Properties = {"ipAddress": subject.kept("ipAddress", lambda: f"203.0.113.{taken + 1}")}
    label = at(subject.inputs, "dnsSettings.domainNameLabel")
    if label:
        overlay["dnsSettings"] = {"fqdn": f"{label}.{subject.region}.cloudapp.azure.com"}
    return overlay


def _network(subject: Subject) -> Properties:
    subnets = subject.inputs.get("subnets", [])
    return {"subnets": [{**subnet, "id": f"{subject.id}/subnets/{subnet.get('name')}"} for subnet in subnets]}


def _registry(subject: Subject) -> Properties:
    return {"loginServer": f"{subject.name}.azurecr.io"}


def _zone(_: Subject) -> Properties:
    return {"nameServers": [f"ns{number}-01.azure-dns.{end}." for number, end in enumerate(("com", "net"), start=1)]}


def _endpoint(subject: Subject) -> Properties:
    return {"logsIngestion": {"endpoint": f"https://{subject.name}.{subject.region}-1.ingest.monitor.azure.com"}}


def _component(subject: Subject) -> Properties:
    key = subject.kept("instrumentationKey", _guid)
    return {"instrumentationKey": key, "connectionString": f"InstrumentationKey={key}"}


_FACTS: dict[str, Callable[[Subject], Properties]] = {
    "applicationinsights:Component": _component,
    "containerregistry:Registry": _registry,
    "containerservice:ManagedCluster": _cluster,
    "dns:Zone": _zone,
    "keyvault:Vault": lambda subject: {"properties": {"vaultUri": f"https://{subject.name}.vault.azure.net/"}},
    "managedidentity:UserAssignedIdentity": _identity,
    "monitor:DataCollectionEndpoint": _endpoint,
    "network:PublicIPAddress": _address,
    "network:VirtualNetwork": _network,
    "operationalinsights:Workspace": lambda subject: {"customerId": subject.kept("customerId", _guid)},
    "storage:StorageAccount": _account,
}
