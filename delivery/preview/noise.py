"""Differences without meaning: order, defaults spelled out, and two ways to write one value."""

import re
from decimal import Decimal
from typing import Final

from .model import Json

_SET_LIKE = """
    accessModes accessTiers add aliases allowedOrigins apiGroups apiVersions approvers audiences authorizedIPRanges
    availabilityZones capabilities dependsOn drop additionalSecretOutputs finalizers hosts ignoreChanges ipRules
    loadBalancerSourceRanges locations namespaces nodeTaints permissions policyTypes replaceOnChanges resources
    resourceNames resourceAccessRules serviceEndpoints scopes sourceAddressPrefixes destinationAddressPrefixes
    sourcePortRanges destinationPortRanges subjects subnets tags tolerations topologySpreadConstraints
    userAssignedIdentities variableGroups verbs virtualNetworkRules zones adminGroupObjectIDs ipTags
    matchExpressions values from to ingress egress ports env volumes volumeMounts imagePullSecrets securityRules
"""
SET_LIKE: Final = frozenset(_SET_LIKE.split())
"""Lists whose order Azure, Kubernetes and the engine do not read."""

_ABSENT: Final = object()

_DEFAULTS: Final[dict[str, dict[str, Json]]] = {
    "azure-native:storage:StorageAccount": {
        "allowSharedKeyAccess": True,
        "publicNetworkAccess": "Enabled",
        "enableHttpsTrafficOnly": True,
        "networkRuleSet.bypass": "AzureServices",
    },
    "azure-native:containerregistry:Registry": {
        "adminUserEnabled": False,
        "anonymousPullEnabled": False,
        "publicNetworkAccess": "Enabled",
        "networkRuleBypassOptions": "AzureServices",
        "zoneRedundancy": "Disabled",
    },
    "azure-native:containerservice:ManagedCluster": {"disableLocalAccounts": False, "enableRBAC": True},
    "azure-native:containerservice:AgentPool": {"type": "VirtualMachineScaleSets", "osType": "Linux", "mode": "User"},
    "azure-native:network:PublicIPAddress": {"publicIPAddressVersion": "IPv4", "idleTimeoutInMinutes": 4},
    "kubernetes:apps/v1:Deployment": {
        "spec.replicas": 1,
        "spec.progressDeadlineSeconds": 600,
        "spec.revisionHistoryLimit": 10,
        "spec.minReadySeconds": 0,
    },
    "kubernetes:core/v1:Service": {
        "spec.type": "ClusterIP",
        "spec.sessionAffinity": "None",
        "spec.externalTrafficPolicy": "Cluster",
        "spec.internalTrafficPolicy": "Cluster",
        "spec.ports[].protocol": "TCP",
    },
}
_POD_DEFAULTS: Final[dict[str, Json]] = {
    "restartPolicy": "Always",
    "dnsPolicy": "ClusterFirst",
    "schedulerName": "default-scheduler",
    "terminationGracePeriodSeconds": 30,
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
    "protocol": "TCP",
    "scheme": "HTTP",
    "successThreshold": 1,
    "hostNetwork": False,
    "hostPID": False,
    "hostIPC": False,
    "privileged": False,
}
_PROBE_DEFAULTS: Final[dict[str, Json]] = {"periodSeconds": 10, "timeoutSeconds": 1, "failureThreshold": 3}

_QUANTITY = re.compile(r"([+-]?\d+(?:\.\d+)?)(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?")
_FACTORS: Final[dict[str, Decimal]] = {
    "m": Decimal("0.001"),
    **{unit: Decimal(1000) ** power for power, unit in enumerate(("", "k", "M", "G", "T", "P"))},
    **{unit: Decimal(1024) ** (power + 1) for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi"))},
}


def default(resource_type: str, pattern: str) -> Json:
    """Return what the service takes where the property is left out, or a value that equals nothing."""
    known = _DEFAULTS.get(resource_type, {})
    if pattern in known:
        return known[pattern]
    if ".template.spec." in pattern and resource_type.startswith("kubernetes:"):
        parent, _, last = pattern.rpartition(".")
        if last in _PROBE_DEFAULTS and parent.endswith("Probe"):
            return _PROBE_DEFAULTS[last]
        return _POD_DEFAULTS.get(last, _ABSENT)
    return _ABSENT


def empty(resource_type: str, value: Json) -> bool:
    """Return True where the value equals leaving it out. In Kubernetes `{}` and `[]` have a meaning of their own."""
    if value is None:
        return True
    return not resource_type.startswith("kubernetes:") and value in ({}, [])


def same_scalar(pattern: str, old: Json, new: Json) -> bool:
    """Return True where two values that are written differently mean the same."""
    if isinstance(old, bool) or isinstance(new, bool):
        return bool(old is new)
    if old == new:
        return True
    if ".resources." in pattern or pattern.endswith((".sizeLimit", ".storage")):
        quantity = _quantity(old)
        return quantity is not None and quantity == _quantity(new)
    return isinstance(old, str) and isinstance(new, str) and _same_text(pattern, old, new)


def _same_text(pattern: str, old: str, new: str) -> bool:
    if pattern.rpartition(".")[2] == "location":
        return old.replace(" ", "").casefold() == new.replace(" ", "").casefold()
    # Azure's own ids do not read case.
    return old.casefold().startswith("/subscriptions/") and old.casefold() == new.casefold()


def _quantity(value: Json) -> Decimal | None:
    match = _QUANTITY.fullmatch(str(value))
    return Decimal(match[1]) * _FACTORS[match[2] or ""] if match else None
