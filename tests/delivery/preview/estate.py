"""A small whole environment in the form of a rendered state, for tests to change one thing in."""

import copy
import json
from collections.abc import Callable
from typing import Any

from delivery.preview.compare import compare
from delivery.preview.report import Item, Report, report
from delivery.preview.states import Rendered, parse
from tests.delivery.preview.day import TODAY

Document = dict[str, Any]
Edit = Callable[["Estate"], None]

GROUP = "rg-scoring-prod-weu"
DIGEST = "sha256:" + "ab" * 32
OTHER_DIGEST = "sha256:" + "cd" * 32
COMMIT = "1a2b3c4d" + "0" * 32
OTHER_COMMIT = "5e6f7a8b" + "0" * 32
_SUBSCRIPTION = "/subscriptions/11111111-2222-3333-4444-555555555555"
REGISTRIES = f"{_SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.ContainerRegistry/registries"
_ROLE = f"{_SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
ACR_PULL = f"{_ROLE}/7f951dda-4ed3-4680-a7ca-43fe172d538d"
ACR_PUSH = f"{_ROLE}/8311e382-0749-4cb8-b61a-304f252e45ec"
_TAGS = {"workload": "scoring", "environment": "prod", "managedBy": "pulumi"}
_LABELS = {"app.kubernetes.io/name": "scoring", "app.kubernetes.io/instance": "scoring-prod"}
_DEVOPS = "azuredevops:index"


class Estate:
    """The resources by `<type's last part>/<name>`, for edits."""

    def __init__(self) -> None:
        self.resources: list[Document] = copy.deepcopy(_RESOURCES)
        self.outputs: Document = {"endpointUrl": "http://scoring-prod.westeurope.cloudapp.azure.com/"}

    def __getitem__(self, handle: str) -> Document:
        kind, _, name = handle.partition("/")
        named = [r for r in self.resources if r["name"] == name and r["type"].endswith(f":{kind}")]
        return next(resource for resource in named if not resource["options"].get("component"))

    def inputs(self, handle: str) -> Document:
        inputs: Document = self[handle]["inputs"]
        return inputs

    def remove(self, handle: str) -> None:
        self.resources.remove(self[handle])

    def add(self, resource: Document) -> None:
        self.resources.append(resource)

    def document(self, stack: str = "prod") -> bytes:
        ordered = sorted(self.resources, key=lambda resource: (resource["type"], resource["name"]))
        whole = {"format": 1, "project": "slipway", "stack": stack, "resources": ordered, "outputs": self.outputs}
        return json.dumps(whole, indent=2, sort_keys=True).encode()

    def rendered(self) -> Rendered:
        return parse(self.document(), "estate")


def changed(head: Edit, base: Edit | None = None) -> Report:
    """The report of one edit of the estate; `base` edits what it is compared with."""
    before, after = Estate(), Estate()
    if base is not None:
        base(before)
        base(after)
    head(after)
    return report(compare(before.rendered(), after.rendered(), "base against head"), TODAY)


def item(shown: Report, handle: str) -> Item:
    """The one item about a resource."""
    kind, _, name = handle.partition("/")
    found = [one for one in shown.items if one.name == name and one.type.endswith(f":{kind}")]
    assert len(found) == 1, (handle, [(one.type, one.name) for one in shown.items])
    return found[0]


def _azure(kind: str, name: str, parent: str, inputs: Document, **options: Any) -> Document:
    given = {"resourceGroupName": GROUP, "location": "westeurope", "tags": _TAGS, **inputs}
    given = {key: value for key, value in given.items() if value is not None}
    return _resource(
        f"azure-native:{kind}", name, parent, given, provider="pulumi:providers:azure-native::azure", **options
    )


def _kubernetes(kind: str, name: str, inputs: Document, **options: Any) -> Document:
    given = {"apiVersion": kind.rpartition(":")[0].removeprefix("core/"), "kind": kind.rpartition(":")[2], **inputs}
    given["metadata"] = {"namespace": "scoring", "labels": _LABELS, **inputs.get("metadata", {})}
    if kind.endswith(":Namespace"):
        del given["metadata"]["namespace"]
    return _resource(
        f"kubernetes:{kind}",
        name,
        "slipway:index:Workload::workload",
        given,
        provider="pulumi:providers:kubernetes::k8s",
        deletedWith="azure-native:containerservice:ManagedCluster::cluster",
        **options,
    )


def _devops(kind: str, name: str, inputs: Document, **options: Any) -> Document:
    kind_type = f"{_DEVOPS}/{kind[0].lower()}{kind[1:]}:{kind}"
    given = {"projectId": "${project.id}", **inputs}
    return _resource(kind_type, name, "slipway:index:Pipelines::pipelines", given, **options)


def _component(noun: str, name: str) -> Document:
    return _resource(f"slipway:index:{noun}", name, None, {}, component=True)


def _resource(kind: str, name: str, parent: str | None, inputs: Document, **options: Any) -> Document:
    return {"type": kind, "name": name, "parent": parent, "inputs": inputs, "options": options}


def container(**changes: Any) -> Document:
    """The app's container, as a restricted pod has it."""
    return {
        "name": "app",
        "image": f"crscoringprod.azurecr.io/scoring@{DIGEST}",
        "ports": [{"containerPort": 8080, "name": "http"}],
        "env": [{"name": "SCORING_LOG_LEVEL", "value": "info"}, {"name": "SCORING_WORKERS", "value": "2"}],
        "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "1Gi"}},
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": "http"}, "periodSeconds": 5},
        "livenessProbe": {"httpGet": {"path": "/healthz", "port": "http"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        **changes,
    }


_POD = {
    "automountServiceAccountToken": False,
    "serviceAccountName": "scoring",
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [container()],
}
_FACTS = {"slipway/commit": COMMIT, "slipway/model": "resnet/7", "slipway/model-sha256": "ef" * 32}

_RESOURCES: list[Document] = [
    _component("Network", "network"),
    _component("ModelStore", "model-store"),
    _component("Registry", "registry"),
    _component("Cluster", "cluster"),
    _component("Workload", "workload"),
    _component("Pipelines", "pipelines"),
    _resource(
        "pulumi:providers:azure-native", "azure", None, {"subscriptionId": "11111111-2222-3333-4444-555555555555"}
    ),
    _resource(
        "pulumi:providers:kubernetes",
        "k8s",
        None,
        {"clusterIdentifier": "${cluster.id}", "kubeconfig": "[secret]", "enableServerSideApply": "true"},
        dependsOn=["azure-native:containerservice:ManagedCluster::cluster"],
    ),
    _resource(
        "azure-native:resources:ResourceGroup",
        "group",
        None,
        {"resourceGroupName": GROUP, "location": "westeurope", "tags": _TAGS},
        protect=True,
        provider="pulumi:providers:azure-native::azure",
    ),
    _azure(
        "network:PublicIPAddress",
        "address",
        "slipway:index:Network::network",
        {
            "publicIpAddressName": "pip-scoring-prod-weu",
            "sku": {"name": "Standard"},
            "publicIPAllocationMethod": "Static",
            "zones": ["1", "2", "3"],
            "dnsSettings": {"domainNameLabel": "scoring-prod"},
        },
    ),
    _azure(
        "storage:StorageAccount",
        "models",
        "slipway:index:ModelStore::model-store",
        {
            "accountName": "stscoringprod",
            "kind": "StorageV2",
            "sku": {"name": "Standard_ZRS"},
            "allowSharedKeyAccess": False,
            "allowBlobPublicAccess": False,
            "minimumTlsVersion": "TLS1_2",
            "networkRuleSet": {
                "defaultAction": "Deny",
                "ipRules": [{"iPAddressOrRange": "203.0.113.7"}, {"iPAddressOrRange": "203.0.113.9"}],
            },
        },
        protect=True,
    ),
    _azure(
        "storage:BlobServiceProperties",
        "recovery",
        "slipway:index:ModelStore::model-store",
        {
            "accountName": "stscoringprod",
            "blobServicesName": "default",
            "isVersioningEnabled": True,
            "deleteRetentionPolicy": {"enabled": True, "days": 30},
            "location": None,
            "tags": None,
        },
    ),
    _azure(
        "storage:BlobContainer",
        "container",
        "slipway:index:ModelStore::model-store",
        {"accountName": "stscoringprod", "containerName": "models", "location": None, "tags": None},
    ),
    _azure(
        "containerregistry:Registry",
        "registry",
        "slipway:index:Registry::registry",
        {
            "registryName": "crscoringprod",
            "sku": {"name": "Premium"},
            "adminUserEnabled": False,
            "publicNetworkAccess": "Disabled",
        },
        protect=True,
    ),
    _azure(
        "managedidentity:UserAssignedIdentity",
        "kubelet",
        "slipway:index:Cluster::cluster",
        {"resourceName": "id-kubelet-scoring-prod-weu"},
    ),
    _azure(
        "authorization:RoleAssignment",
        "kubelet-pull",
        "slipway:index:Cluster::cluster",
        {
            "principalId": "${kubelet.principalId}",
            "principalType": "ServicePrincipal",
            "roleDefinitionId": ACR_PULL,
            "scope": f"{REGISTRIES}/crscoringprod",
            "resourceGroupName": None,
            "location": None,
            "tags": None,
        },
        dependsOn=["azure-native:managedidentity:UserAssignedIdentity::kubelet"],
    ),
    _azure(
        "containerservice:ManagedCluster",
        "cluster",
        "slipway:index:Cluster::cluster",
        {
            "resourceName": "aks-scoring-prod-weu",
            "kubernetesVersion": "1.33",
            "dnsPrefix": "scoring-prod",
            "disableLocalAccounts": True,
            "aadProfile": {"managed": True, "enableAzureRBAC": True},
            "apiServerAccessProfile": {"authorizedIPRanges": ["203.0.113.0/28", "198.51.100.0/28"]},
            "oidcIssuerProfile": {"enabled": True},
            "securityProfile": {"workloadIdentity": {"enabled": True}},
            "networkProfile": {"networkPlugin": "azure", "networkDataplane": "cilium", "networkPolicy": "cilium"},
            "agentPoolProfiles": [{"name": "system", "mode": "System", "count": 2, "vmSize": "Standard_D2s_v5"}],
            "autoUpgradeProfile": {"upgradeChannel": "none"},
        },
        protect=True,
    ),
    _azure(
        "containerservice:AgentPool",
        "app",
        "slipway:index:Cluster::cluster",
        {
            "resourceName": "aks-scoring-prod-weu",
            "agentPoolName": "app1",
            "mode": "User",
            "count": 3,
            "vmSize": "Standard_D4s_v5",
            "location": None,
            "tags": None,
        },
        dependsOn=["azure-native:containerservice:ManagedCluster::cluster"],
    ),
    _kubernetes(
        "core/v1:Namespace",
        "namespace",
        {
            "metadata": {
                "name": "scoring",
                "labels": {**_LABELS, "pod-security.kubernetes.io/enforce": "restricted"},
            }
        },
        protect=True,
    ),
    _kubernetes(
        "networking.k8s.io/v1:NetworkPolicy",
        "deny-all",
        {"spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}},
    ),
    _kubernetes(
        "networking.k8s.io/v1:NetworkPolicy",
        "allow-http",
        {
            "spec": {
                "podSelector": {"matchLabels": _LABELS},
                "policyTypes": ["Ingress"],
                "ingress": [{"from": [{"namespaceSelector": {}}], "ports": [{"port": 8080}]}],
            }
        },
    ),
    _kubernetes("core/v1:ConfigMap", "settings", {"data": {"SCORING_TIMEOUT": "30"}}),
    _kubernetes(
        "apps/v1:Deployment",
        "app",
        {
            "metadata": {"annotations": {**_FACTS, "slipway/build": "77"}},
            "spec": {
                "replicas": 3,
                "selector": {"matchLabels": _LABELS},
                "template": {"metadata": {"labels": _LABELS, "annotations": _FACTS}, "spec": _POD},
            },
        },
        dependsOn=["kubernetes:core/v1:ConfigMap::settings"],
    ),
    _kubernetes(
        "core/v1:Service",
        "entry",
        {
            "spec": {
                "type": "LoadBalancer",
                "selector": _LABELS,
                "ports": [{"name": "http", "port": 80, "targetPort": "http"}],
                "loadBalancerSourceRanges": ["203.0.113.0/24"],
            }
        },
    ),
    _devops("Project", "project", {"projectId": None, "name": "slipway"}, protect=True),
    _devops("Environment", "environment", {"name": "prod"}),
    _devops(
        "CheckApproval",
        "approval",
        {
            "targetResourceId": "${environment.id}",
            "targetResourceType": "environment",
            "approvers": ["aaaa", "bbbb"],
            "minimumRequiredApprovers": 2,
            "requesterCanApprove": False,
        },
    ),
    _devops(
        "CheckBranchControl",
        "branches",
        {
            "targetResourceId": "${environment.id}",
            "targetResourceType": "environment",
            "allowedBranches": "refs/heads/main",
        },
    ),
    _devops(
        "CheckExclusiveLock", "lock", {"targetResourceId": "${environment.id}", "targetResourceType": "environment"}
    ),
    _devops(
        "BuildDefinition",
        "release",
        {"name": "release", "repository": {"branchName": "refs/heads/main"}},
    ),
    _devops(
        "PipelineAuthorization",
        "release-on-prod",
        {"resourceId": "${environment.id}", "type": "environment", "pipelineId": "${release.id}"},
    ),
]
