"""Changes of this very program that take something down, each by itself: what is said of it, and the exit code."""

import copy
import json
from functools import cache
from typing import Any, NamedTuple

import pytest

from delivery.preview.compare import compare
from delivery.preview.releases import STAND_IN
from delivery.preview.render import document, render
from delivery.preview.report import Report, report
from delivery.preview.states import parse
from tests.delivery.preview.day import TODAY
from tests.support.sample import SAMPLE

ON, OFF, GONE = True, False, object()
_DIGEST = "sha256:" + "0" * 64
_SPEC = "spec.template.spec"


class Change(NamedTuple):
    """One property of the one resource whose type and name end so."""

    stack: str
    handle: str
    path: str
    value: Any
    finding: str
    exit_code: int = 0


RISKY = [
    # What runs
    Change("prod", "Deployment", f"{_SPEC}.containers.0.image", f"docker.io/evil/scoring@{_DIGEST}",
           "image of scoring comes from docker.io/evil/scoring, not crscoringprodx7k2.azurecr.io/scoring", 11),
    Change("prod", "Deployment", f"{_SPEC}.containers.0.image", f"crscoringprodx7k2.azurecr.io/other@{_DIGEST}",
           "comes from crscoringprodx7k2.azurecr.io/other"),
    Change("prod", "Deployment", f"{_SPEC}.containers.0.command", ["sh", "-c", "curl evil"], "command is set to sh"),
    Change("prod", "Deployment", f"{_SPEC}.containers.0.lifecycle.postStart", {"sleep": {"seconds": 1}}, "postStart"),
    Change("prod", "Deployment", f"{_SPEC}.containers.0.env", [{"name": "HTTPS_PROXY", "value": "http://evil"}], "env"),
    Change("prod", "Deployment", f"{_SPEC}.serviceAccountName", "default", "serviceAccountName scoring -> default"),
    Change("prod", "Deployment", f"{_SPEC}.securityContext.runAsUser", 10002, "runAsUser 10001 -> 10002"),
    Change("prod", "Deployment", f"{_SPEC}.shareProcessNamespace", ON, "shareProcessNamespace is set to on"),
    Change("prod", "Service", "spec.selector", {"app": "other"}, "spec.selector"),
    Change("prod", "ServiceAccount", "automountServiceAccountToken", ON, "automountServiceAccountToken off -> on", 11),
    Change("prod", "Namespace", "metadata.labels.pod-security\\.kubernetes\\.io/enforce-version", "v1.10",
           "v1.33 -> v1.10"),
    # What is kept
    Change("dev", "ManagementPolicy", "policy.rules.0.definition.actions.baseBlob",
           {"delete": {"daysAfterModificationGreaterThan": 30}}, "baseBlob", 11),
    Change("dev", "ManagementPolicy", "policy.rules.0.definition.actions.version.delete",
           {"daysAfterCreationGreaterThan": 1}, "daysAfterCreationGreaterThan 180 -> 1"),
    Change("dev", "ManagementPolicy", "policy.rules.0.definition.filters.prefixMatch", [], "prefixMatch"),
    Change("dev", "BlobServiceProperties", "deleteRetentionPolicy.allowPermanentDelete", ON, "allowPermanentDelete"),
    Change("dev", "StorageAccount", "sku.name", "Standard_LRS", "SKU Standard_ZRS -> Standard_LRS"),
    Change("dev", "StorageAccount", "isSftpEnabled", ON, "isSftpEnabled off -> on", 11),
    Change("dev", "StorageAccount", "isLocalUserEnabled", ON, "isLocalUserEnabled off -> on", 11),
    Change("dev", "StorageAccount", "allowedCopyScope", GONE, "allowedCopyScope is no longer set (was AAD)"),
    Change("dev", "StorageAccount", "defaultToOAuthAuthentication", OFF, "defaultToOAuthAuthentication on -> off"),
    Change("dev", "StorageAccount", "encryption.keySource", "Microsoft.Keyvault", "encryption.keySource"),
    Change("dev", "StorageAccount", "networkRuleSet.bypass", "Logging, Metrics", "networkRuleSet.bypass"),
    Change("prod", "Registry", "policies.retentionPolicy.days", 0, "policies.retentionPolicy.days 30 -> 0"),
    Change("prod", "Registry", "networkRuleBypassOptions", "None", "networkRuleBypassOptions"),
    Change("prod", "Registry", "publicNetworkAccess", "Enabled", "the public network is let in"),
    Change("prod", "Registry", "zoneRedundancy", "Disabled", "zoneRedundancy"),
    # Networks
    Change("prod", "Subnet/nodes", "networkSecurityGroup", GONE, "networkSecurityGroup.id is no longer set (was"),
    Change("prod", "Subnet/nodes", "defaultOutboundAccess", ON, "defaultOutboundAccess off -> on"),
    Change("prod", "Subnet/nodes", "natGateway", GONE, "natGateway.id is no longer set"),
    Change("prod", "Subnet/endpoints", "privateEndpointNetworkPolicies", "Disabled", "privateEndpointNetworkPolicies"),
    Change("prod", "NetworkSecurityGroup/nodes-rules", "securityRules.-1.destinationPortRange", "22",
           "rule deny-everything-else denies less or other things: destinationPortRange * -> 22"),
    Change("prod", "NetworkSecurityGroup/nodes-rules", "securityRules.-1.priority", 4000, "priority 4096 -> 4000"),
    Change("prod", "NetworkSecurityGroup/nodes-rules", "securityRules.-1.access", "Allow", "no longer denies", 11),
    Change("prod", "PrivateDnsZoneGroup", "privateDnsZoneConfigs", [], "privateDnsZoneConfigs"),
    Change("prod", "VirtualNetwork", "dhcpOptions", {"dnsServers": ["203.0.113.1"]}, "dhcpOptions.dnsServers"),
    Change("prod", "AgentPool", "enableNodePublicIP", ON, "enableNodePublicIP off -> on", 11),
    Change("prod", "AgentPool", "enableEncryptionAtHost", OFF, "enableEncryptionAtHost on -> off"),
    Change("prod", "ManagedCluster", "agentPoolProfiles.0.enableNodePublicIP", ON, "enableNodePublicIP off -> on", 11),
    # The cluster
    Change("prod", "ManagedCluster", "aadProfile.adminGroupObjectIDs", ["8888"], "adminGroupObjectIDs is set to 8888"),
    Change("prod", "ManagedCluster", "apiServerAccessProfile.disableRunCommand", OFF, "disableRunCommand on -> off"),
    Change("prod", "ManagedCluster", "nodeResourceGroupProfile.restrictionLevel", "Unrestricted", "restrictionLevel"),
    Change("prod", "ManagedCluster", "autoUpgradeProfile.nodeOSUpgradeChannel", "None", "NodeImage -> None"),
    Change("prod", "ManagedCluster", "securityProfile.workloadIdentity.enabled", OFF, "workloadIdentity.enabled"),
    Change("prod", "ManagedCluster", "addonProfiles.omsagent.enabled", OFF, "omsagent.enabled on -> off"),
    Change("prod", "ManagedCluster", "identity.userAssignedIdentities", ["/other"], "userAssignedIdentities"),
    # Logs and alerts
    Change("prod", "DiagnosticSetting/cluster-logs", "logs.-1", GONE, "logs[kube-audit-admin] is no longer set"),
    Change("prod", "DiagnosticSetting/cluster-logs", "logs.-1.enabled", OFF, "[kube-audit-admin].enabled on -> off"),
    Change("prod", "DiagnosticSetting/cluster-logs", "workspaceId", "/other", "workspaceId"),
    Change("prod", "ActionGroup", "emailReceivers", [], "emailReceivers[ml-oncall@contoso.com] is no longer set"),
    Change("prod", "ActionGroup", "enabled", OFF, "enabled on -> off"),
    Change("prod", "PrometheusRuleGroup", "enabled", OFF, "enabled on -> off"),
    Change("prod", "Workspace", "features.disableLocalAuth", OFF, "features.disableLocalAuth on -> off"),
    Change("prod", "Workspace", "workspaceCapping.dailyQuotaGb", 1, "dailyQuotaGb 5 -> 1"),
    # Checks and pipelines
    Change("prod", "CheckBusinessHours", "saturday", ON, "saturday off -> on"),
    Change("prod", "CheckBusinessHours", "endTime", "23:59", "endTime 16:00 -> 23:59"),
    Change("prod", "CheckApproval", "approvers", ["0ther"], "0ther may approve instead of 5b6f0d3e"),
    Change("prod", "CheckBranchControl", "allowedBranches", "refs/heads/x", "refs/heads/x may be deployed instead of"),
    Change("prod", "CheckBranchControl", "ignoreUnknownProtectionStatus", ON, "ignoreUnknownProtectionStatus"),
    Change("prod", "GroupMembership", "members", ["someone"], "members"),
    Change("prod", "ServiceEndpointAzureRM", "azurermSubscriptionId", "other", "azurermSubscriptionId"),
    Change("prod", "VariableGroup", "variables.0.value", "azblob://other", "variables[PULUMI_BACKEND_URL].value"),
    Change("dev", "BranchPolicyMinReviewers", "settings.onPushResetApprovedVotes", OFF, "onPushResetApprovedVotes"),
    Change("dev", "BuildDefinition/release", "repository.ymlPath", "evil.yml", "repository.ymlPath"),
    Change("dev", "BuildDefinition/release", "agentPoolName", "evil", "agentPoolName"),
    Change("dev", "BuildDefinition/release", "variables.0.allowOverride", ON, "allowOverride off -> on"),
]  # fmt: skip

HARMLESS = [
    ("prod", "AgentPool", "maxCount", 10),
    ("prod", "AgentPool", "upgradeSettings.maxSurge", "50%"),
    ("prod", "ManagedCluster", "autoScalerProfile.expander", "random"),
    ("prod", "ManagedCluster", "agentPoolProfiles.0.maxCount", 6),
    ("prod", "ManagedCluster", "sku.tier", "Premium"),
    ("prod", "ManagedCluster", "tags", {"costCentre": "cc-2"}),
    ("prod", "Deployment", f"{_SPEC}.containers.0.resources.requests.cpu", "3"),
    ("prod", "Deployment", f"{_SPEC}.containers.0.readinessProbe.periodSeconds", 7),
    ("prod", "Deployment", f"{_SPEC}.containers.0.image", f"crscoringprodx7k2.azurecr.io/scoring@sha256:{'1' * 64}"),
    ("prod", "Deployment", f"{_SPEC}.containers.0.env", [{"name": "SCORING_LOG_LEVEL", "value": "debug"}]),
    ("prod", "Deployment", f"{_SPEC}.containers.0.envFrom.0.configMapRef.name", "workload-settings-1"),
    ("prod", "Deployment", f"{_SPEC}.terminationGracePeriodSeconds", 80),
    ("prod", "HorizontalPodAutoscaler", "spec.maxReplicas", 13),
    ("prod", "ResourceQuota", "spec.hard.pods", "40"),
    ("prod", "NetworkSecurityGroup/nodes-rules", "securityRules.0.description", "Callers"),
    ("prod", "CheckApproval", "instructions", "Look at it."),
    ("prod", "CheckApproval", "timeout", 1000),
    ("prod", "PrometheusRuleGroup", "rules.0.annotations.summary", "other words"),
    ("prod", "MaintenanceConfiguration", "maintenanceWindow.startTime", "03:00"),
    ("prod", "Budget", "amount", 12345),
    ("dev", "StorageAccount", "accessTier", "Cool"),
    ("dev", "BuildDefinition/release", "path", "\\other"),
    ("prod", "Environment", "description", "other words"),
]


@cache
def rendered(stack: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document(render(SAMPLE, stack, STAND_IN), name="slipway", stack=stack))
    return found


def changed(stack: str, handle: str, path: str, value: Any) -> Report:
    head = copy.deepcopy(rendered(stack))
    kind, _, name = handle.partition("/")
    holder = next(
        one["inputs"]
        for one in head["resources"]
        if one["type"].endswith(f":{kind}") and one["name"].endswith(name) and one["inputs"]
    )
    *above, last = (step.replace("\0", ".") for step in path.replace("\\.", "\0").split("."))
    for step in above:
        holder = holder[int(step)] if isinstance(holder, list) else holder.setdefault(step, {})
    index: Any = int(last) if isinstance(holder, list) else last
    if value is GONE:
        del holder[index]
    else:
        assert isinstance(holder, list) or holder.get(last) != value, "the change changes nothing"
        holder[index] = value
    base, edited = (parse(json.dumps(one).encode(), stack) for one in (rendered(stack), head))
    return report(compare(base, edited, "test"), TODAY)


@pytest.mark.parametrize("change", RISKY, ids=lambda change: f"{change.handle} {change.path}")
def test_a_risky_change_is_a_finding_under_security_and_exits_with_its_code(change: Change) -> None:
    shown = changed(*change[:4])
    found = [(one.rank, effect.text) for one in shown.items for effect in one.security if effect.loosens]

    assert any(rank == "security" and change.finding in text for rank, text in found), (found, shown.headline)
    assert shown.exit_code == change.exit_code


@pytest.mark.parametrize(("stack", "handle", "path", "value"), HARMLESS, ids=lambda value: str(value)[:50])
def test_a_harmless_change_is_no_finding(stack: str, handle: str, path: str, value: Any) -> None:
    shown = changed(stack, handle, path, value)

    assert [effect.text for one in shown.items for effect in one.security if effect.loosens] == []
    assert shown.items
    assert shown.exit_code == 0


def test_at_least_forty_five_risky_changes_are_tried() -> None:
    assert len(RISKY) >= 45
