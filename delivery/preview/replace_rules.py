"""The properties that cannot change in place: a change to one deletes the resource and makes another.

A rendered state has no provider to ask, so this is what the providers are known to do. For azure-native: path
parameters, create-only properties, and the provider's own table; for Kubernetes: kubernetes_rules.py; for Azure
DevOps: the properties that its provider marks as forcing a new resource. An engine's preview overrules it.
"""

import re
from collections.abc import Iterable
from typing import Final

from .kubernetes_rules import force_new, immutable

_AZURE_NAMES: Final = """
    resourceGroupName resourceName accountName registryName vaultName zoneName containerName agentPoolName workspaceName
    publicIpAddressName virtualNetworkName subnetName networkSecurityGroupName securityRuleName privateEndpointName
    privateZoneName virtualNetworkLinkName privateDnsZoneGroupName roleAssignmentName
    relativeRecordSetName recordType lockName topicName systemTopicName eventSubscriptionName configName
    federatedIdentityCredentialResourceName diskName publicIpPrefixName natGatewayName blobServicesName
    managementPolicyName ruleName webhookName scopeMapName tokenName cacheRuleName maintenanceConfigurationName location
    extendedLocation budgetName actionGroupName dataCollectionRuleName azureMonitorWorkspaceName associationName
    policyAssignmentName resourceUri routeTableName routeName loadBalancerName trustedAccessRoleBindingName
"""
"""Path parameters, and the place: a resource somewhere else or under another name is another resource."""

_AZURE: Final = {
    "azure-native:containerservice:ManagedCluster": """
        dnsPrefix nodeResourceGroup linuxProfile windowsProfile fqdnSubdomain diskEncryptionSetID
        networkProfile.serviceCidr networkProfile.serviceCidrs networkProfile.dnsServiceIP networkProfile.podCidr
        networkProfile.networkMode networkProfile.networkPlugin networkProfile.networkPluginMode
        networkProfile.networkPolicy networkProfile.networkDataplane networkProfile.outboundType
        agentPoolProfiles[].vmSize agentPoolProfiles[].osDiskType agentPoolProfiles[].vnetSubnetID
        apiServerAccessProfile.enablePrivateCluster""",
    "azure-native:containerservice:AgentPool": "vmSize gpuInstanceProfile",
    "azure-native:authorization:RoleAssignment": "principalId scope roleDefinitionId",
    "azure-native:network:PublicIPAddress": "sku publicIPAddressVersion publicIPPrefix zones",
    "azure-native:network:PrivateEndpoint": "subnet",
    "azure-native:storage:StorageAccount": "isHnsEnabled kind encryption.requireInfrastructureEncryption",
    "azure-native:managedidentity:FederatedIdentityCredential": "name",
    "azure-native:keyvault:Vault": "properties.tenantId",
    "azure-native:compute:Disk": "creationData zones",
    "azure-native:dns:Zone": "zoneType",
    "azure-native:dns:RecordSet": "recordType",
    "azure-native:authorization:ManagementLockByScope": "scope",
}
_DEVOPS: Final = {
    "BuildDefinition": "projectId",
    "Environment": "projectId",
    "Git": "projectId parentRepositoryId initialization",
    "Project": "visibilityTemplate versionControl workItemTemplate",
    "CheckApproval": "projectId targetResourceId targetResourceType",
    "CheckBranchControl": "projectId targetResourceId targetResourceType",
    "CheckExclusiveLock": "projectId targetResourceId targetResourceType",
    "CheckBusinessHours": "projectId targetResourceId targetResourceType",
    "CheckRequiredTemplate": "projectId targetResourceId targetResourceType",
    "PipelineAuthorization": "projectId resourceId type pipelineId pipelineProjectId",
    "VariableGroup": "projectId",
    "ServiceEndpointAzureRM": "projectId serviceEndpointAuthenticationScheme azurermManagementGroupId environment",
    "ServiceEndpointAws": "projectId",
    "ServiceEndpointAzureEcr": "projectId azurecrSubscriptionId azurecrName resourceGroup",
    "BranchPolicyMinReviewers": "projectId",
    "BranchPolicyBuildValidation": "projectId",
    "Team": "projectId",
    "ResourceAuthorization": "projectId",
}
_PROVIDERS: Final = {
    # With a cluster identifier the kubeconfig may change; without one, any change of it moves to another cluster.
    "pulumi:providers:kubernetes": "clusterIdentifier",
    "pulumi:providers:azure-native": "subscriptionId tenantId environment",
    "pulumi:providers:azuredevops": "orgServiceUrl",
}
_POSITION = re.compile(r"\[\]")
_VERSION = re.compile(r"(\d+)\.(\d+)")


def replaces(resource_type: str, pattern: str, extra: Iterable[str] = ()) -> bool:
    """Return True where a change at `pattern` replaces such a resource; `extra` are its own `replaceOnChanges`."""
    paths = _paths(resource_type)
    return any(_within(pattern, path) for path in (*paths, *extra))


def refusal(resource_type: str, pattern: str, old: object, new: object) -> str:
    """Return why the service refuses this change of a resource that stays; empty where that is not known."""
    last = resource_type.rpartition(":")[2]
    if resource_type.startswith("kubernetes:") and any(_within(pattern, path) for path in immutable(resource_type)):
        return f"Kubernetes keeps {pattern} as it was made"
    if last == "Subnet" and pattern in ("addressPrefix", "addressPrefixes") and old is not None:
        return "no range of a subnet changes while machines are in it"
    if last == "VirtualNetwork" and pattern.startswith("addressSpace") and old is not None:
        return "a range that a subnet lies in cannot go"
    if last in ("ManagedCluster", "AgentPool") and pattern.endswith(("kubernetesVersion", "orchestratorVersion")):
        before, after = (_minor(value) for value in (old, new))
        if before and after and before[0] == after[0]:
            step = after[1] - before[1]
            return "Kubernetes goes one minor version at a time, and never back" if step not in (0, 1) else ""
    return ""


def _minor(version: object) -> tuple[int, int] | None:
    found = _VERSION.match(str(version))
    return (int(found[1]), int(found[2])) if found else None


def provider_moves(inputs: dict[str, object], pattern: str) -> bool:
    """Return True where this change replaces a Kubernetes provider without a cluster identifier."""
    return pattern in ("kubeconfig", "context", "cluster") and "clusterIdentifier" not in inputs


def _paths(resource_type: str) -> tuple[str, ...]:
    module, _, last = resource_type.rpartition(":")
    if module.startswith("kubernetes:"):
        return force_new(resource_type)
    if module.startswith("azure-native:"):
        return tuple((_AZURE.get(resource_type, "") + " " + _AZURE_NAMES).split())
    if module.startswith("azuredevops:"):
        return tuple(_DEVOPS.get(last, "projectId").split())
    return tuple(_PROVIDERS.get(resource_type, "").split())


def _within(pattern: str, path: str) -> bool:
    if path == "*":
        return True
    wanted = path.replace("[*]", "[]")
    if pattern == wanted:
        return True
    return pattern.startswith((f"{wanted}.", f"{wanted}[")) or _POSITION.sub("", pattern) == wanted
