"""Azure Resource Manager's ids: where a resource of each type lives, and which inputs name it."""

import re
from dataclasses import dataclass

from .values import UNKNOWN, Properties

SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"
TENANT = "22222222-2222-4222-8222-222222222222"

_GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
_ACCOUNT = "Microsoft.Storage/storageAccounts/{accountName}"
_BLOBS = f"{_ACCOUNT}/blobServices/default"
_CLUSTER = "Microsoft.ContainerService/managedClusters/{resourceName}"
_IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}"
_NETWORK = "Microsoft.Network/virtualNetworks/{virtualNetworkName}"
_REGISTRY = "Microsoft.ContainerRegistry/registries/{registryName}"
_ZONE = "Microsoft.Network/privateDnsZones/{privateZoneName}"
_TOPIC = "Microsoft.EventGrid/systemTopics/{systemTopicName}"

# Of the REST API's reference; a name in braces is the SDK's input. What starts with a slash or a brace is whole.
_PATHS = {
    "alertsmanagement:PrometheusRuleGroup": "Microsoft.AlertsManagement/prometheusRuleGroups/{ruleGroupName}",
    "applicationinsights:Component": "Microsoft.Insights/components/{resourceName}",
    "applicationinsights:WebTest": "Microsoft.Insights/webtests/{webTestName}",
    "authorization:ManagementLockByScope": "{scope}/providers/Microsoft.Authorization/locks/{lockName}",
    "authorization:RoleAssignment": "{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
    "consumption:Budget": "{scope}/providers/Microsoft.Consumption/budgets/{budgetName}",
    "containerregistry:CacheRule": f"{_REGISTRY}/cacheRules/{{cacheRuleName}}",
    "containerregistry:Registry": _REGISTRY,
    "containerregistry:Replication": f"{_REGISTRY}/replications/{{replicationName}}",
    "containerservice:AgentPool": f"{_CLUSTER}/agentPools/{{agentPoolName}}",
    "containerservice:MaintenanceConfiguration": f"{_CLUSTER}/maintenanceConfigurations/{{configName}}",
    "containerservice:ManagedCluster": _CLUSTER,
    "dashboard:Dashboard": "Microsoft.Dashboard/dashboards/{dashboardName}",
    "dashboard:DashboardDefinition": (
        "Microsoft.Dashboard/dashboards/{dashboardName}/dashboardDefinitions/{definitionName}"
    ),
    "dashboard:Grafana": "Microsoft.Dashboard/grafana/{workspaceName}",
    "dns:RecordSet": "Microsoft.Network/dnsZones/{zoneName}/{recordType}/{relativeRecordSetName}",
    "dns:Zone": "Microsoft.Network/dnsZones/{zoneName}",
    "eventgrid:SystemTopic": _TOPIC,
    "eventgrid:SystemTopicEventSubscription": f"{_TOPIC}/eventSubscriptions/{{eventSubscriptionName}}",
    "keyvault:Vault": "Microsoft.KeyVault/vaults/{vaultName}",
    "managedidentity:FederatedIdentityCredential": (
        f"{_IDENTITY}/federatedIdentityCredentials/{{federatedIdentityCredentialResourceName}}"
    ),
    "managedidentity:UserAssignedIdentity": _IDENTITY,
    "monitor:ActionGroup": "Microsoft.Insights/actionGroups/{actionGroupName}",
    "monitor:ActivityLogAlert": "Microsoft.Insights/activityLogAlerts/{activityLogAlertName}",
    "monitor:AzureMonitorWorkspace": "Microsoft.Monitor/accounts/{azureMonitorWorkspaceName}",
    "monitor:DataCollectionEndpoint": "Microsoft.Insights/dataCollectionEndpoints/{dataCollectionEndpointName}",
    "monitor:DataCollectionRule": "Microsoft.Insights/dataCollectionRules/{dataCollectionRuleName}",
    "monitor:DataCollectionRuleAssociation": (
        "{resourceUri}/providers/Microsoft.Insights/dataCollectionRuleAssociations/{associationName}"
    ),
    "monitor:DiagnosticSetting": "{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
    "monitor:MetricAlert": "Microsoft.Insights/metricAlerts/{ruleName}",
    "monitor:ScheduledQueryRule": "Microsoft.Insights/scheduledQueryRules/{ruleName}",
    "network:NatGateway": "Microsoft.Network/natGateways/{natGatewayName}",
    "network:NetworkSecurityGroup": "Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}",
    "network:PrivateDnsZoneGroup": (
        "Microsoft.Network/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}"
    ),
    "network:PrivateEndpoint": "Microsoft.Network/privateEndpoints/{privateEndpointName}",
    "network:PublicIPAddress": "Microsoft.Network/publicIPAddresses/{publicIpAddressName}",
    "network:PublicIPPrefix": "Microsoft.Network/publicIPPrefixes/{publicIpPrefixName}",
    "network:Subnet": f"{_NETWORK}/subnets/{{subnetName}}",
    "network:VirtualNetwork": _NETWORK,
    "operationalinsights:Workspace": "Microsoft.OperationalInsights/workspaces/{workspaceName}",
    "portal:Dashboard": "Microsoft.Portal/dashboards/{dashboardName}",
    "privatedns:PrivateZone": _ZONE,
    "privatedns:VirtualNetworkLink": f"{_ZONE}/virtualNetworkLinks/{{virtualNetworkLinkName}}",
    "resources:ResourceGroup": _GROUP,
    "storage:BlobContainer": f"{_BLOBS}/containers/{{containerName}}",
    "storage:BlobContainerImmutabilityPolicy": (
        f"{_BLOBS}/containers/{{containerName}}/immutabilityPolicies/{{immutabilityPolicyName}}"
    ),
    "storage:BlobServiceProperties": f"{_ACCOUNT}/blobServices/{{blobServicesName}}",
    "storage:ManagementPolicy": f"{_ACCOUNT}/managementPolicies/{{managementPolicyName}}",
    "storage:StorageAccount": _ACCOUNT,
}
_SINGLETONS = {"storage:BlobServiceProperties"}
_FIXED_NAMES = {"privatedns:PrivateZone", "dns:Zone", "storage:BlobServiceProperties", "storage:ManagementPolicy"}


@dataclass(frozen=True)
class ArmType:
    token: str
    path: str

    @property
    def parameters(self) -> list[str]:
        """The inputs that make up the id; the last one is the resource's own name."""
        return [name for name in re.findall(r"{(\w+)}", self.path) if name != "subscriptionId"]

    @property
    def own_name(self) -> str:
        return self.parameters[-1]

    @property
    def singleton(self) -> bool:
        """It comes and goes with its parent: always there, never created, never deleted."""
        return _short(self.token) in _SINGLETONS

    @property
    def naming(self) -> str:
        """How a name that is not given is made up: `random`, `copy`, `uuid`, or `` for never."""
        if _short(self.token) in _FIXED_NAMES:
            return ""
        if "RoleAssignment" in self.token:
            return "uuid"
        own = self.path.rpartition("/providers/")[2]
        return "random" if own.count("/") <= 2 else "copy"

    @property
    def type(self) -> str:
        """Such as `Microsoft.ContainerService/managedClusters/agentPools`."""
        if self.path == _GROUP:
            return "Microsoft.Resources/resourceGroups"
        provider, *rest = self.path.rpartition("/providers/")[2].split("/")
        return "/".join([provider, *rest[::2]])

    def id(self, inputs: Properties) -> str:
        """The resource's id, or the marker of the unknown while a part of it is not known."""
        values = {"subscriptionId": SUBSCRIPTION} | {name: str(inputs.get(name, "")) for name in self.parameters}
        if UNKNOWN in values.values():
            return UNKNOWN
        return "/" + self.path.format(**values).lstrip("/")


def arm_type(token: str) -> ArmType:
    """KeyError: this simulation has no such resource type; add its path above."""
    path = _PATHS[_short(token)]
    if not path.startswith(("/", "{")):
        path = f"{_GROUP}/providers/{path}"
    return ArmType(token, path)


def parent(resource_id: str) -> str | None:
    """The id of what must exist before this can: a parent resource, its scope, or its resource group."""
    outer, _, own = resource_id.rpartition("/providers/")
    if not outer:
        return None
    steps = own.split("/")
    if len(steps) > 3:
        found = f"{outer}/providers/{'/'.join(steps[:-2])}"
        return found.removesuffix("/blobServices/default")
    return outer if outer.count("/") > 2 else None


def group_of(resource_id: str) -> str:
    return "/".join(resource_id.split("/")[:5])


def _short(token: str) -> str:
    return token.removeprefix("azure-native:")


TOKENS = [f"azure-native:{short}" for short in _PATHS]
