"""What the types of resources are called by people, and what is lost when one is gone."""

import re
from dataclasses import dataclass
from typing import Final

from .model import State
from .values import is_secret, is_unknown

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
}
HOLDS_ORDER: Final = {resource_type: position for position, resource_type in enumerate(_HOLDS)}
"""Those that take most with them first."""

_HOLDING_MODULES: Final = re.compile(
    r"azure-native:(?:sql|dbforpostgresql|dbformysql|documentdb|cosmosdb|redis|recoveryservices|dataprotection|eventhub|servicebus)"
    r":(?:Database|Server|FlexibleServer|ManagedInstance|DatabaseAccount|Redis|Vault|BackupVault|EventHub|Queue|Topic|\w*Container)$"
)


@dataclass(frozen=True, slots=True)
class Container:
    """A resource that others live in: they name it in one property, and are gone when it is."""

    type: str
    named_by: str
    """Its own property that holds its Azure or Kubernetes name."""
    mentioned_as: str
    """The property in which those that live in it give that name."""
    prefix: str
    """What the types of those that live in it begin with."""


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
    """What a person calls the type: `public address`, `Deployment`."""
    if resource_type in _NOUNS:
        return _NOUNS[resource_type]
    last = resource_type.rpartition(":")[2]
    if resource_type.startswith("kubernetes:"):
        return last
    return " ".join(word if word.isupper() else word.lower() for word in _HUMPS.split(last))


def called(state: State) -> str:
    """The resource as a person would say it: `node pool app`, and `registry` rather than `registry registry`."""
    kind = noun(state.type)
    return kind if f" {kind}".casefold().endswith(f" {state.name}".casefold()) else f"{kind} {state.name}"


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
    """How many nodes a pool is told to have: `3 nodes`, `1 to 4 nodes`; nothing where that is not said."""
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
    if is_secret(value) or is_unknown(value):
        return "a secret" if is_secret(value) else "a value known after apply"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


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
