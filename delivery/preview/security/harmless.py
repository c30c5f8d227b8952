"""The properties that guard nothing, by type. What is not here is looked at, types without a line included."""

from typing import Final

_SIZES: Final = """
    count minCount maxCount vmSize osDiskSizeGB osDiskType maxPods upgradeSettings nodeLabels availabilityZones
    orchestratorVersion enableAutoScaling scaleDownMode mode
"""
_POD_TEMPLATE: Final = """
    spec.replicas spec.strategy spec.updateStrategy spec.minReadySeconds spec.progressDeadlineSeconds
    spec.revisionHistoryLimit spec.template.metadata.annotations
    spec.template.metadata.labels.app.kubernetes.io/version spec.template.metadata.labels.app.kubernetes.io/part-of
    spec.template.spec.terminationGracePeriodSeconds spec.template.spec.topologySpreadConstraints
    spec.template.spec.affinity spec.template.spec.nodeSelector spec.template.spec.tolerations
    spec.template.spec.priorityClassName spec.template.spec.volumes[].configMap
"""
_CONTAINER: Final = """
    resources env ports image imagePullPolicy readinessProbe livenessProbe startupProbe terminationMessagePath
    terminationMessagePolicy envFrom[].configMapRef
"""
_CONTAINERS: Final = " ".join(
    f"spec.template.spec.{group}[].{name}" for group in ("containers", "initContainers") for name in _CONTAINER.split()
)

HARMLESS: Final = {
    "azure-native:alertsmanagement:PrometheusRuleGroup": """
        interval rules[].annotations rules[].labels rules[].expression rules[].for rules[].severity""",
    "azure-native:consumption:Budget": "amount timePeriod filter",
    "azure-native:containerservice:AgentPool": _SIZES,
    "azure-native:containerservice:MaintenanceConfiguration": "*",
    "azure-native:containerservice:ManagedCluster": """
        kubernetesVersion autoScalerProfile sku supportPlan metricsProfile.costAnalysis
        """
    + " ".join(f"agentPoolProfiles[].{name}" for name in _SIZES.split()),
    "azure-native:dashboard:*": "*",
    "azure-native:network:NatGateway": "idleTimeoutInMinutes",
    "azure-native:network:PublicIPAddress": "idleTimeoutInMinutes",
    "azure-native:storage:StorageAccount": "accessTier",
    "azuredevops:index/buildDefinition:BuildDefinition": "name path features schedules",
    "azuredevops:index/check*": "instructions timeout",
    "azuredevops:index/environment:Environment": "name",
    "azuredevops:index/serviceEndpoint*": "serviceEndpointName",
    "kubernetes:*": "metadata.annotations.slipway/",
    "kubernetes:apps/v1:*": f"{_POD_TEMPLATE} {_CONTAINERS}",
    "kubernetes:autoscaling/*": "*",
    "kubernetes:core/v1:ConfigMap": "*",
    "kubernetes:core/v1:ConfigMapPatch": "*",
    "kubernetes:core/v1:LimitRange": "*",
    "kubernetes:core/v1:ResourceQuota": "*",
    "kubernetes:core/v1:Service": """
        spec.externalTrafficPolicy spec.sessionAffinity spec.ports[].appProtocol spec.ports[].name
        metadata.annotations.service.beta.kubernetes.io/azure-load-balancer-health-probe""",
    "kubernetes:policy/v1:PodDisruptionBudget": "*",
    "kubernetes:scheduling.k8s.io/*": "*",
    "pulumi:providers:kubernetes": "kubeconfig",
}
"""Patterns of types, and of their properties; `*` stands for all of them."""

HARMLESS_OPTIONS: Final = frozenset(
    ["customTimeouts", "deleteBeforeReplace", "deletedWith", "protect", "provider", "retainOnDelete"]
)
"""Options of the engine that guard nothing, or that rules of their own judge."""
