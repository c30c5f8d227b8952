"""Paths of Azure's resources, by the type that declares them. Source: the REST API's reference."""

from typing import Final

GROUP: Final = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
_ACCOUNT = "Microsoft.Storage/storageAccounts/{accountName}"
_BLOBS = f"{_ACCOUNT}/blobServices/default"
_CLUSTER = "Microsoft.ContainerService/managedClusters/{resourceName}"
_IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}"
_NETWORK = "Microsoft.Network/virtualNetworks/{virtualNetworkName}"
_REGISTRY = "Microsoft.ContainerRegistry/registries/{registryName}"
_ZONE = "Microsoft.Network/privateDnsZones/{privateZoneName}"
_TOPIC = "Microsoft.EventGrid/systemTopics/{systemTopicName}"

PATHS: Final = {
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
    "resources:ResourceGroup": GROUP,
    "storage:BlobContainer": f"{_BLOBS}/containers/{{containerName}}",
    "storage:BlobContainerImmutabilityPolicy": (
        f"{_BLOBS}/containers/{{containerName}}/immutabilityPolicies/{{immutabilityPolicyName}}"
    ),
    "storage:BlobServiceProperties": f"{_ACCOUNT}/blobServices/{{blobServicesName}}",
    "storage:ManagementPolicy": f"{_ACCOUNT}/managementPolicies/{{managementPolicyName}}",
    "storage:StorageAccount": _ACCOUNT,
}
"""A name in braces is the SDK's input. What starts with a slash or a brace is whole; the rest is inside `GROUP`."""


def find_path(resource_type: str) -> str:
    """Return the whole path of a type such as `azure-native:network:Subnet`, its inputs in braces. Raises KeyError."""
    path = PATHS[resource_type.removeprefix("azure-native:")]
    return path if path.startswith(("/", "{")) else f"{GROUP}/providers/{path}"
