"""Names that people give to the types of resources, and what is lost when one is gone."""

import re
from dataclasses import dataclass
from typing import Final

from .model import State
from .values import UNKNOWN, is_secret

CHANGED_BY_AZURE: Final = {
    "azure-native:containerservice:ManagedCluster": ("agentPoolProfiles", "kubernetesVersion"),
    "azure-native:containerservice:AgentPool": ("count", "orchestratorVersion"),
}
"""Properties that upgrade channel and autoscaler decide about, by type."""

_NOUNS: Final = {
    "azure-native:resources:ResourceGroup": "resource group",
    "azure-native:containerservice:ManagedCluster": "cluster",
    "azure-native:containerservice:AgentPool": "node pool",
    "azure-native:containerregistry:Registry": "registry",
    "azure-native:storage:StorageAccount": "storage account",
    "azure-native:storage:BlobContainer": "blob container",
    "azure-native:storage:BlobServiceProperties": "blob service settings",
    "azure-native:network:PublicIPAddress": "public address",
    "azure-native:network:VirtualNetwork": "virtual network",
    "azure-native:network:NetworkSecurityGroup": "network security group",
    "azure-native:network:SecurityRule": "network rule",
    "azure-native:dns:Zone": "DNS zone",
    "azure-native:dns:RecordSet": "DNS record",
    "azure-native:authorization:RoleAssignment": "role assignment",
    "azure-native:authorization:ManagementLockByScope": "lock",
    "azure-native:managedidentity:UserAssignedIdentity": "identity",
    "azure-native:managedidentity:FederatedIdentityCredential": "federated credential",
    "azure-native:operationalinsights:Workspace": "log workspace",
    "azure-native:keyvault:Vault": "key vault",
    "kubernetes:core/v1:Service": "Service",
    "pulumi:providers:azure-native": "Azure provider",
    "pulumi:providers:kubernetes": "Kubernetes provider",
    "pulumi:providers:azuredevops": "Azure DevOps provider",
    "azuredevops:index/buildDefinition:BuildDefinition": "pipeline",
    "azuredevops:index/environment:Environment": "environment",
    "azuredevops:index/checkApproval:CheckApproval": "approval check",
    "azuredevops:index/checkBranchControl:CheckBranchControl": "branch control check",
    "azuredevops:index/checkExclusiveLock:CheckExclusiveLock": "exclusive lock check",
    "azuredevops:index/checkBusinessHours:CheckBusinessHours": "business hours check",
    "azuredevops:index/checkRequiredTemplate:CheckRequiredTemplate": "required template check",
    "azuredevops:index/pipelineAuthorization:PipelineAuthorization": "pipeline authorization",
    "azuredevops:index/serviceEndpointAzureRM:ServiceEndpointAzureRM": "service connection",
    "azuredevops:index/git:Git": "Git repository",
    "azuredevops:index/project:Project": "Azure DevOps project",
}
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_HOLDS: Final = {
    "azure-native:resources:ResourceGroup": "everything in it",
    "azure-native:containerservice:ManagedCluster": "everything that runs on it",
    "azure-native:containerregistry:Registry": "its images",
    "azure-native:storage:StorageAccount": "its data",
    "azure-native:storage:BlobContainer": "its blobs",
    "azure-native:storage:Blob": "its content",
    "azure-native:storage:FileShare": "its files",
    "azure-native:storage:Queue": "its messages",
    "azure-native:storage:Table": "its rows",
    "azure-native:network:PublicIPAddress": "its address",
    "azure-native:network:PublicIPPrefix": "its addresses",
    "azure-native:dns:Zone": "its names",
    "azure-native:dns:RecordSet": "its name",
    "azure-native:privatedns:PrivateZone": "its names",
    "azure-native:operationalinsights:Workspace": "its logs",
    "azure-native:monitor:AzureMonitorWorkspace": "its metrics",
    "azure-native:insights:Component": "its telemetry",
    "azure-native:keyvault:Vault": "its secrets and keys",
    "azure-native:keyvault:Secret": "its value",
    "azure-native:keyvault:Key": "its key",
    "azure-native:compute:Disk": "its data",
    "azure-native:compute:Snapshot": "its data",
    "azure-native:netapp:Volume": "its data",
    "kubernetes:core/v1:Namespace": "everything in it",
    "kubernetes:core/v1:PersistentVolumeClaim": "its data",
    "kubernetes:core/v1:PersistentVolume": "its data",
    "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition": "every object of its kind",
    "azuredevops:index/git:Git": "its commits",
    "azuredevops:index/project:Project": "everything in it",
    "azuredevops:index/buildDefinition:BuildDefinition": "its runs",
    "azuredevops:index/environment:Environment": "its deployments",
}
HOLDS_ORDER: Final = {resource_type: position for position, resource_type in enumerate(_HOLDS)}
"""Those that take most with them first."""

_HOLDING_MODULES: Final = re.compile(
    r"azure-native:(?:sql|dbforpostgresql|dbformysql|documentdb|cosmosdb|redis|recoveryservices|dataprotection|eventhub|servicebus)"
    r":(?:Database|Server|FlexibleServer|ManagedInstance|DatabaseAccount|Redis|Vault|BackupVault|EventHub|Queue|Topic|\w*Container)$"
)


ROLES: Final = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "Role Based Access Control Administrator",
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
    "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b": "Azure Kubernetes Service RBAC Cluster Admin",
    "3498e952-d568-435e-9b2c-8d77e338d7f7": "Azure Kubernetes Service RBAC Admin",
    "a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb": "Azure Kubernetes Service RBAC Writer",
    "7f6c6a51-bcf8-42ba-9220-52d62157d7db": "Azure Kubernetes Service RBAC Reader",
    "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8": "Azure Kubernetes Service Cluster Admin Role",
    "4abbcc35-e782-43d8-92c5-2d3f1bd2253f": "Azure Kubernetes Service Cluster User Role",
    "ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8": "Azure Kubernetes Service Contributor Role",
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": "Storage Blob Data Reader",
    "17d1049b-9a84-46fb-8f53-869881c3d3ab": "Storage Account Contributor",
    "8311e382-0749-4cb8-b61a-304f252e45ec": "AcrPush",
    "7f951dda-4ed3-4680-a7ca-43fe172d538d": "AcrPull",
    "2a1e307c-b015-4ebd-883e-5b7698a07328": "Container Registry Repository Writer",
    "b93aa761-3e63-49ed-ac28-beffa264f7ac": "Container Registry Repository Reader",
    "4d97b98b-1d4f-4787-a291-c67834d212e7": "Network Contributor",
    "f1a07417-d97a-45cb-824c-7a7467783830": "Managed Identity Operator",
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": "Reader",
    "72fafb9e-0641-4937-9268-a91bfd8191a3": "Cost Management Reader",
    "577a9874-89fd-4f24-9dbd-b5034d0ad23a": "Container Registry Data Importer",
    "12338af0-0e69-4776-bea7-57ae8d297424": "Key Vault Crypto User",
    "b0d8363b-8ddd-447d-831f-62ca05bff136": "Monitoring Data Reader",
    "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
    "43d0d8ad-25c7-4714-9337-8ba259a9fe05": "Monitoring Reader",
    "22926164-76b3-42b3-bc55-97df8dab3e41": "Grafana Admin",
    "60921a7e-fef1-4a43-9b16-a26c52ad4769": "Grafana Viewer",
    "00482a5a-887f-4fb3-b363-3b7fe8e74483": "Key Vault Administrator",
    "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
    "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba": "Key Vault Certificate User",
}
"""Names of the roles that a program of ours meets, by their ids."""

_ROLE: Final = re.compile(
    r"(?:/subscriptions/[^/\s]+)?/providers/Microsoft\.Authorization/roleDefinitions/([\w-]{36})", re.IGNORECASE
)
_RESOURCE: Final = re.compile(
    r"/subscriptions/[^/\s]+(?:/resourceGroups/(?P<group>[^/\s]+))?(?:/providers/[^/\s]+/(?P<rest>[^\s\"',]+))?",
    re.IGNORECASE,
)
_GUID: Final = re.compile(r"\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)
_REFERENCE: Final = re.compile(r"\$\{([A-Za-z0-9][^.${}]*)\.([^${}]+)\}")


@dataclass(frozen=True, slots=True)
class Container:
    """A resource that others live in: they name it in one property, and are gone when it is."""

    type: str
    named_by: str
    """Its own property that holds its Azure or Kubernetes name."""
    mentioned_as: str
    """The property in which those that live in it give that name."""
    prefix: str
    """Beginning of the types of those that live in it."""


CONTAINERS: Final = (
    Container("azure-native:resources:ResourceGroup", "resourceGroupName", "resourceGroupName", "azure-native:"),
    Container(
        "azure-native:containerservice:ManagedCluster", "resourceName", "resourceName", "azure-native:containerservice:"
    ),
    Container("azure-native:storage:StorageAccount", "accountName", "accountName", "azure-native:storage:"),
    Container(
        "azure-native:containerregistry:Registry", "registryName", "registryName", "azure-native:containerregistry:"
    ),
    Container(
        "azure-native:network:VirtualNetwork", "virtualNetworkName", "virtualNetworkName", "azure-native:network:"
    ),
    Container("azure-native:keyvault:Vault", "vaultName", "vaultName", "azure-native:keyvault:"),
    Container("azure-native:dns:Zone", "zoneName", "zoneName", "azure-native:dns:"),
    Container(
        "azure-native:managedidentity:UserAssignedIdentity",
        "resourceName",
        "resourceName",
        "azure-native:managedidentity:FederatedIdentityCredential",
    ),
    Container("kubernetes:core/v1:Namespace", "metadata.name", "metadata.namespace", "kubernetes:"),
)


def noun(resource_type: str) -> str:
    """Return a person's word for the type: `public address`, `Deployment`."""
    if resource_type in _NOUNS:
        return _NOUNS[resource_type]
    last = resource_type.rpartition(":")[2]
    if resource_type.startswith("kubernetes:"):
        return last
    return " ".join(word if word.isupper() else word.lower() for word in _HUMPS.split(last))


def called(state: State) -> str:
    """The resource as a person would say it: `node pool app`, and `registry` rather than `registry registry`."""
    return call(noun(state.type), state.name)


def call(kind: str, name: str) -> str:
    """Return what people call a thing of this kind and name, without saying the kind twice."""
    if f" {kind}".casefold().endswith(f" {name}".casefold()):
        return kind
    return name if names_kind(kind, name) else f"{kind} {name}"


def names_kind(kind: str, name: str) -> bool:
    """Return whether the name begins with the kind: `cluster-aks`."""
    return name.casefold().startswith(f"{kind.replace(' ', '-')}-".casefold())


def holds(state: State) -> str:
    """The data or the address that is gone when the resource is: `its images`. Nothing where there is none."""
    if state.type in _HOLDS:
        return _HOLDS[state.type]
    if _HOLDING_MODULES.match(state.type):
        return "its data"
    if state.type == "kubernetes:core/v1:Service" and _kind_of_service(state) == "LoadBalancer":
        return "its address"
    if state.type == "kubernetes:core/v1:Secret":
        return "its values"
    return ""


def holds_models(state: State) -> bool:
    """Return whether the models that environments build from are gone when the resource is."""
    return "slipway:index:ModelStore$" in state.key and bool(holds(state))


def nodes(state: State) -> str:
    """Return the number of nodes that a pool shall have: `3 nodes`, `1 to 4 nodes`; empty where it is not set."""
    inputs = state.inputs
    low, high, count = inputs.get("minCount"), inputs.get("maxCount"), inputs.get("count")
    if inputs.get("enableAutoScaling") and isinstance(low, int) and isinstance(high, int):
        return _plural(high) if low == high else f"{low} to {_plural(high)}"
    return _plural(count) if isinstance(count, int | float) and not isinstance(count, bool) else ""


def word(value: object) -> str:
    """A value inside a sentence."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ", ".join(word(item) for item in value) or "nothing"
    if is_secret(value) or value == UNKNOWN:
        return "a secret" if is_secret(value) else "a value known after apply"
    if isinstance(value, str):
        return readable(value)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def readable(text: str) -> str:
    """Return a text with names in place of ids: `role AcrPull`, `registries/cr in rg`, `id of kubelet`, `5b6f0d3e…`."""
    if "${" in text:
        text = _REFERENCE.sub(r"\2 of \1", text)
    if "/" in text:
        text = _ROLE.sub(lambda found: _role(found[1]), text)
        text = _RESOURCE.sub(_place, text)
    return _GUID.sub(lambda found: ROLES.get(found[0].casefold(), f"{found[1]}…"), text) if "-" in text else text


def _role(identifier: str) -> str:
    return f"role {ROLES.get(identifier.casefold(), identifier)}"


def _place(found: re.Match[str]) -> str:
    group, rest = found["group"], found["rest"]
    if rest:
        return f"{rest} in {group}" if group else rest
    return f"resource group {group}" if group else "the subscription"


def plural(kind: str, count: int) -> str:
    """`1 identity`, `3 identities`."""
    if count != 1:
        kind = f"{kind[:-1]}ies" if kind.endswith("y") and kind[-2:-1] not in "aeiou" else f"{kind}s"
    return f"{count} {kind}"


def _plural(count: float) -> str:
    return f"{count:g} node" if count == 1 else f"{count:g} nodes"


def _kind_of_service(state: State) -> object:
    spec = state.inputs.get("spec")
    return spec.get("type") if isinstance(spec, dict) else None
