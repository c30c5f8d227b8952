"""One resource of each kind that rules are about, each as it should be."""

import copy
from datetime import date
from typing import Any

from policy.model import Resource

TODAY = date(2026, 11, 23)
_DEVOPS = "azuredevops:index"
_LABELS = {"app.kubernetes.io/name": "scoring"}
_SCRAPED = {"prometheus.io/scrape": "true", "prometheus.io/port": "9000"}
_CONTAINER = {
    "name": "app",
    "image": "registry.azurecr.io/app@sha256:" + "0" * 64,
    "ports": [{"name": "http", "containerPort": 8000}, {"name": "management", "containerPort": 9000}],
    "readinessProbe": {"httpGet": {"path": "/readyz", "port": "management"}},
    "livenessProbe": {"httpGet": {"path": "/healthz", "port": "management"}},
    "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}},
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    },
}
_POD = {
    "automountServiceAccountToken": False,
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [_CONTAINER],
}

GOOD: dict[str, tuple[str, dict[str, Any]]] = {
    "account": (
        "azure-native:storage:StorageAccount",
        {
            "accountName": "stmodels",
            "allowSharedKeyAccess": False,
            "allowBlobPublicAccess": False,
            "minimumTlsVersion": "TLS1_2",
            "networkRuleSet": {"defaultAction": "Deny"},
            "tags": {"workload": "scoring"},
        },
    ),
    "container": ("azure-native:storage:BlobContainer", {"accountName": "stmodels", "publicAccess": "None"}),
    "blobs": (
        "azure-native:storage:BlobServiceProperties",
        {
            "accountName": "stmodels",
            "isVersioningEnabled": True,
            "deleteRetentionPolicy": {"enabled": True, "days": 30},
        },
    ),
    "lifecycle": (
        "azure-native:storage:ManagementPolicy",
        {"policy": {"rules": [{"name": "old", "definition": {"actions": {"version": {"delete": {}}}}}]}},
    ),
    "registry": (
        "azure-native:containerregistry:Registry",
        {"registryName": "registry", "adminUserEnabled": False, "publicNetworkAccess": "Disabled"},
    ),
    "pool": ("azure-native:containerservice:AgentPool", {"enableNodePublicIP": False}),
    "cluster": (
        "azure-native:containerservice:ManagedCluster",
        {
            "disableLocalAccounts": True,
            "aadProfile": {"managed": True, "enableAzureRBAC": True},
            "apiServerAccessProfile": {"authorizedIPRanges": ["203.0.113.0/28"]},
            "oidcIssuerProfile": {"enabled": True},
            "securityProfile": {"workloadIdentity": {"enabled": True}},
            "networkProfile": {"networkDataplane": "cilium"},
        },
    ),
    "address": (
        "azure-native:network:PublicIPAddress",
        {"sku": {"name": "Standard"}, "publicIPAllocationMethod": "Static"},
    ),
    "group": (
        "azure-native:network:NetworkSecurityGroup",
        {
            "securityRules": [
                {
                    "name": "http",
                    "access": "Allow",
                    "direction": "Inbound",
                    "sourceAddressPrefix": "Internet",
                    "destinationPortRange": "80",
                },
                {"name": "ssh", "access": "Deny", "sourceAddressPrefix": "*", "destinationPortRange": "22"},
            ]
        },
    ),
    "role": (
        "azure-native:authorization:RoleAssignment",
        {
            "principalId": "${identity.principalId}",
            "principalType": "ServicePrincipal",
            "roleDefinitionId": "/x/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c",
            "scope": "/subscriptions/1234/resourceGroups/rg",
        },
    ),
    "federation": (
        "azure-native:managedidentity:FederatedIdentityCredential",
        {"subject": "${connection.workloadIdentityFederationSubject}", "audiences": ["api://AzureADTokenExchange"]},
    ),
    "namespace": (
        "kubernetes:core/v1:Namespace",
        {"metadata": {"name": "scoring", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}},
    ),
    "deny": (
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        {
            "metadata": {"namespace": "scoring"},
            "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
        },
    ),
    "callers": (
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        {
            "metadata": {"namespace": "scoring"},
            "spec": {
                "podSelector": {"matchLabels": _LABELS},
                "policyTypes": ["Ingress"],
                "ingress": [{"ports": [{"port": 8000}]}, {"ports": [{"port": 9000}], "from": [{"podSelector": {}}]}],
            },
        },
    ),
    "service": (
        "kubernetes:core/v1:Service",
        {
            "metadata": {"namespace": "scoring"},
            "spec": {
                "type": "LoadBalancer",
                "selector": _LABELS,
                "ports": [{"port": 80, "targetPort": "http", "appProtocol": "http"}],
                "loadBalancerSourceRanges": ["10.0.0.0/8"],
            },
        },
    ),
    "deployment": (
        "kubernetes:apps/v1:Deployment",
        {
            "metadata": {"namespace": "scoring", "labels": _LABELS},
            "spec": {"template": {"metadata": {"labels": _LABELS, "annotations": _SCRAPED}, "spec": _POD}},
        },
    ),
    "scaler": (
        "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
        {"metadata": {"namespace": "scoring"}, "spec": {"scaleTargetRef": {"name": "${deployment.metadata.name}"}}},
    ),
    "environment": (f"{_DEVOPS}/environment:Environment", {"name": "prod"}),
    "approval": (
        f"{_DEVOPS}/checkApproval:CheckApproval",
        {
            "targetResourceId": "${environment.id}",
            "targetResourceType": "environment",
            "requesterCanApprove": False,
            "approvers": ["a"],
        },
    ),
    "branches": (
        f"{_DEVOPS}/checkBranchControl:CheckBranchControl",
        {"targetResourceId": "${environment.id}", "targetResourceType": "environment"},
    ),
    "lock": (
        f"{_DEVOPS}/checkExclusiveLock:CheckExclusiveLock",
        {"targetResourceId": "${environment.id}", "targetResourceType": "environment"},
    ),
    "authorization": (
        f"{_DEVOPS}/pipelineAuthorization:PipelineAuthorization",
        {"resourceId": "${environment.id}", "pipelineId": "${pipeline.id}"},
    ),
    "pipeline": (f"{_DEVOPS}/buildDefinition:BuildDefinition", {}),
    "connection": (
        f"{_DEVOPS}/serviceEndpointAzureRM:ServiceEndpointAzureRM",
        {"serviceEndpointAuthenticationScheme": "WorkloadIdentityFederation"},
    ),
    "aws": (f"{_DEVOPS}/serviceEndpointAws:ServiceEndpointAws", {"useOidc": True}),
    "variables": (f"{_DEVOPS}/variableGroup:VariableGroup", {"allowAccess": False}),
}
_PROTECTED = ("account", "registry", "cluster")


def resource(handle: str) -> Resource:
    """A fresh copy of one sample; its name is its handle."""
    kind, inputs = GOOD[handle]
    return Resource(kind, handle, copy.deepcopy(inputs), {"protect": True} if handle in _PROTECTED else {})


def stack() -> list[Resource]:
    """All samples together."""
    return [resource(handle) for handle in GOOD]
