"""The parts of an AKS cluster as Azure wants them, made from config. Nothing here declares anything."""

import pulumi
from pulumi_azure_native import containerservice as aks

from .config.cluster import ApiAccess, ApiServer, Cluster, Freeze, Tier, Upgrades, Window
from .config.network import Network
from .config.node_pools import Nodes

SYSTEM_TAINT = "CriticalAddonsOnly=true:NoSchedule"
"""Kubernetes' own pods tolerate it, workloads do not."""

AUTOSCALER = aks.ManagedClusterPropertiesAutoScalerProfileArgs(
    balance_similar_node_groups="true",
    expander=aks.Expander.LEAST_WASTE,
    skip_nodes_with_local_storage="false",
    max_graceful_termination_sec="600",
)
"""One autoscaler for all pools: even over the zones, and the pool that would waste least. Local storage, which is
scratch space, keeps no machine."""

METRICS = aks.ManagedClusterAzureMonitorProfileArgs(
    metrics=aks.ManagedClusterAzureMonitorProfileMetricsArgs(
        enabled=True, kube_state_metrics=aks.ManagedClusterAzureMonitorProfileKubeStateMetricsArgs()
    )
)
"""The agent that scrapes for managed Prometheus. Without a data collection rule it sends nothing, and costs nothing."""

NODE_GROUP = aks.ManagedClusterNodeResourceGroupProfileArgs(restriction_level=aks.RestrictionLevel.READ_ONLY)
"""Profile that forbids changes of machines and load balancer behind AKS's back: the next upgrade would undo them."""

_DRAIN_MINUTES = 30
"""Minutes that an upgrade waits for a machine's pods to leave, which disruption budgets may delay."""


def sku(tier: Tier) -> aks.ManagedClusterSKUArgs:
    """Return the SKU, which sets the control plane's price and its promise."""
    return aks.ManagedClusterSKUArgs(name=aks.ManagedClusterSKUName.BASE, tier=aks.ManagedClusterSKUTier(tier))


def support(tier: Tier) -> aks.KubernetesSupportPlan:
    """Premium is bought for its two years of support."""
    plan = aks.KubernetesSupportPlan
    return plan.AKS_LONG_TERM_SUPPORT if tier is Tier.PREMIUM else plan.KUBERNETES_OFFICIAL


def identity(identity_id: pulumi.Input[str]) -> aks.ManagedClusterIdentityArgs:
    """Return the identity that the cluster has in Azure."""
    return aks.ManagedClusterIdentityArgs(
        type=aks.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[identity_id]
    )


def entra(tenant_id: str) -> aks.ManagedClusterAADProfileArgs:
    """Return the profile: Entra identifies a caller, and Azure's role assignments set its rights in Kubernetes."""
    return aks.ManagedClusterAADProfileArgs(managed=True, enable_azure_rbac=True, tenant_id=tenant_id)


def api_server(api: ApiServer, egress_ip: pulumi.Input[str] | None) -> aks.ManagedClusterAPIServerAccessProfileArgs:
    """Return the profile of access to the API server.

    A private one keeps its name in public DNS, pointing at its private address: a private zone would need rights on
    every network that shall resolve it. A NAT gateway's address is added to the ranges, since nodes call over it; the
    load balancer's AKS adds itself.
    """
    private = api.access is ApiAccess.PRIVATE
    ranges: list[pulumi.Input[str]] = list(api.authorised_ranges)
    if ranges and egress_ip is not None:
        ranges.append(pulumi.Output.format("{0}/32", egress_ip))
    return aks.ManagedClusterAPIServerAccessProfileArgs(
        enable_private_cluster=private,
        enable_private_cluster_public_fqdn=True if private else None,
        private_dns_zone="none" if private else None,
        authorized_ip_ranges=ranges or None,
        disable_run_command=not api.run_command,
    )


def network(config: Network) -> aks.ContainerServiceNetworkProfileArgs:
    """Azure CNI Overlay on Cilium. Every line of it is decided at creation: a change replaces the cluster."""
    outbound = aks.OutboundType
    return aks.ContainerServiceNetworkProfileArgs(
        network_plugin=aks.NetworkPlugin.AZURE,
        network_plugin_mode=aks.NetworkPluginMode.OVERLAY,
        network_dataplane=aks.NetworkDataplane.CILIUM,
        network_policy=aks.NetworkPolicy.CILIUM,
        ip_families=[aks.IpFamily.I_PV4],
        pod_cidr=config.pod_cidr,
        service_cidr=config.service_cidr,
        dns_service_ip=config.dns_address,
        load_balancer_sku=aks.LoadBalancerSku.STANDARD,
        outbound_type=outbound.USER_ASSIGNED_NAT_GATEWAY if config.nat_gateway else outbound.LOAD_BALANCER,
    )


def upgrades(config: Upgrades) -> aks.ManagedClusterAutoUpgradeProfileArgs:
    """Return the profile of the upgrades that AKS makes by itself."""
    return aks.ManagedClusterAutoUpgradeProfileArgs(
        upgrade_channel=aks.UpgradeChannel(config.channel),
        node_os_upgrade_channel=aks.NodeOSUpgradeChannel(config.node_images),
    )


def security(config: Cluster, logs_workspace_id: pulumi.Input[str]) -> aks.ManagedClusterSecurityProfileArgs:
    """Return the security profile: workload identity, the image cleaner, and Defender where config turns it on."""
    defender = aks.ManagedClusterSecurityProfileDefenderArgs(
        log_analytics_workspace_resource_id=logs_workspace_id if config.security.defender else None,
        security_monitoring=aks.ManagedClusterSecurityProfileDefenderSecurityMonitoringArgs(
            enabled=config.security.defender
        ),
    )
    return aks.ManagedClusterSecurityProfileArgs(
        workload_identity=aks.ManagedClusterSecurityProfileWorkloadIdentityArgs(enabled=True),
        image_cleaner=aks.ManagedClusterSecurityProfileImageCleanerArgs(
            enabled=True,
            interval_hours=config.security.image_cleaner_hours,
        ),
        defender=defender,
    )


def addons(
    config: Cluster, *, container_logs: bool, logs_workspace_id: pulumi.Input[str]
) -> dict[str, aks.ManagedClusterAddonProfileArgs]:
    """Add-ons, each said on or off: one that is left out stays as it was."""
    agent: dict[str, pulumi.Input[str]] = {
        "logAnalyticsWorkspaceResourceID": logs_workspace_id,
        "useAADAuth": "true",  # what is collected is then a data collection rule's matter
    }
    return {
        "azurepolicy": aks.ManagedClusterAddonProfileArgs(enabled=config.security.azure_policy),
        "omsagent": aks.ManagedClusterAddonProfileArgs(
            enabled=container_logs, config=agent if container_logs else None
        ),
    }


def system_pool(
    config: Cluster,
    subnet_id: pulumi.Input[str],
    *,
    count: int | None = None,
    orchestrator_version: str | None = None,
) -> aks.ManagedClusterAgentPoolProfileArgs:
    """The pool that the cluster is made with. `count` and version are what runs at the moment (running.py)."""
    pool = config.system
    return aks.ManagedClusterAgentPoolProfileArgs(
        name=pool.name,
        mode=aks.AgentPoolMode.SYSTEM,
        vm_size=pool.vm_size,
        enable_auto_scaling=True,
        count=count,
        orchestrator_version=orchestrator_version,
        min_count=pool.min_count,
        max_count=pool.max_count,
        availability_zones=list(pool.zones) or None,
        max_pods=pool.max_pods,
        node_taints=[SYSTEM_TAINT],
        os_type=aks.OSType.LINUX,
        os_sku=aks.OSSKU(config.node_os),
        os_disk_type=aks.OSDiskType(pool.os_disk_type),
        os_disk_size_gb=pool.os_disk_gib,
        enable_encryption_at_host=config.security.host_encryption,
        enable_node_public_ip=False,
        type=aks.AgentPoolType.VIRTUAL_MACHINE_SCALE_SETS,
        upgrade_settings=upgrade(pool),
        vnet_subnet_id=subnet_id,
    )


def maintenance(window: Window, freezes: tuple[Freeze, ...]) -> aks.MaintenanceWindowArgs:
    """When work may begin."""
    return aks.MaintenanceWindowArgs(
        schedule=aks.ScheduleArgs(
            weekly=aks.WeeklyScheduleArgs(day_of_week=aks.WeekDay(window.day), interval_weeks=window.interval_weeks)
        ),
        start_time=window.start,
        utc_offset=window.utc_offset,
        duration_hours=window.hours,
        not_allowed_dates=[aks.DateSpanArgs(start=freeze.start, end=freeze.end) for freeze in freezes] or None,
    )


def upgrade(pool: Nodes) -> aks.AgentPoolUpgradeSettingsArgs:
    return aks.AgentPoolUpgradeSettingsArgs(max_surge=pool.max_surge, drain_timeout_in_minutes=_DRAIN_MINUTES)


def cost_analysis(config: Cluster) -> aks.ManagedClusterMetricsProfileArgs:
    """Costs by namespace."""
    return aks.ManagedClusterMetricsProfileArgs(
        cost_analysis=aks.ManagedClusterCostAnalysisArgs(enabled=config.cost_analysis)
    )
