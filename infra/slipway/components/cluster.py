"""The Kubernetes cluster: AKS with its pools, its calendar, and who may use it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pulumi
from pulumi_azure_native import authorization, monitor
from pulumi_azure_native import containerservice as aks

from slipway import cluster_profiles as profiles
from slipway import kubeconfig, node_pools
from slipway import running as live
from slipway.config.cluster import ApiAccess
from slipway.config.cluster import Cluster as Config
from slipway.config.network import Network
from slipway.config.node_pools import SystemPool, UserPool
from slipway.placement import Placement
from slipway.roles import Role, grant
from slipway.sent_bodies import SentBodies

_ADMIN = (Role.AKS_CLUSTER_ADMIN,)
_READER = (Role.AKS_CLUSTER_USER, Role.AKS_RBAC_READER)  # the second alone does not let a group fetch a kubeconfig

# What Azure changes by itself, by the names of the resources' inputs.
_AZURES_IN_POOL = ("count", "orchestratorVersion")
# The profiles whole: Azure lists every pool among them, which the provider takes for a change at the next refresh.
_AZURES_IN_CLUSTER = ("kubernetesVersion", "agentPoolProfiles")


@dataclass(frozen=True, kw_only=True)
class ClusterArgs:
    """`network` says what cannot be changed later. `after` must be there before the cluster: roles of its identities.

    `running` is what Azure has of it already, and `sent` the checks of the bodies that the last `up` sent, by names.
    `container_logs` turns the agent on that collects them; which ones is a data collection rule's matter.
    """

    placement: Placement
    config: Config
    network: Network
    node_subnet_id: pulumi.Input[str]
    egress_ip: pulumi.Input[str] | None
    cluster_identity_id: pulumi.Input[str]
    cluster_principal_id: pulumi.Input[str]
    kubelet_identity_id: pulumi.Input[str]
    kubelet_client_id: pulumi.Input[str]
    kubelet_principal_id: pulumi.Input[str]
    logs_workspace_id: pulumi.Input[str]
    container_logs: bool
    running: live.Running | None = None
    sent: Mapping[str, str] = field(default_factory=dict)
    after: Sequence[pulumi.Resource] = ()


class Cluster(pulumi.ComponentResource):
    """Nothing that Azure computes leaves it but `id` and `user_credentials`: the rest turns unknown in any preview.

    `user_credentials` is a kubeconfig without a credential. `resource` is the cluster itself, for `deleted_with`;
    `ready` is what must be there before anybody can put a workload onto it. Only the cluster itself may be protected:
    the rest can be made again without a loss. `sent` are the checks of the bodies as they are now.
    """

    id: pulumi.Output[str]
    name: pulumi.Output[str]
    node_resource_group_name: pulumi.Output[str]
    user_credentials: pulumi.Output[str]
    resource: aks.ManagedCluster
    ready: list[pulumi.Resource]
    sent: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Cluster", name, None, opts)
        self._name, self._args = name, args
        self._physical = args.placement.naming.name("aks")
        self._node_group = args.placement.naming.name("rg", part="nodes", limit=80)
        self._running = args.running or live.Running(version="")
        self._kubernetes = live.newer(args.config.kubernetes_version, self._running.version)
        self._sent = SentBodies(args.sent)
        self.resource = self._cluster(self._joins_subnet())
        pools = [self._pool(pool) for pool in args.config.pools]
        self._calendar()
        self._logs()
        self.id, self.name = self.resource.id, pulumi.Output.from_input(self._physical)
        self.node_resource_group_name = pulumi.Output.from_input(self._node_group)
        self.user_credentials = self._credentials()
        self.ready = [self.resource, *pools, *self._admission()]
        self.sent = self._sent.checks
        self.register_outputs({"id": self.id, "name": self.name})

    def _joins_subnet(self) -> authorization.RoleAssignment:
        """The cluster puts its machines into a subnet that is not its own."""
        return grant(
            f"{self._name}-joins-subnet",
            Role.NETWORK_CONTRIBUTOR,
            to=self._args.cluster_principal_id,
            on=self._args.node_subnet_id,
            subscription_id=self._args.placement.subscription_id,
            opts=self._replaceable(),
        )

    def _cluster(self, joins_subnet: pulumi.Resource) -> aks.ManagedCluster:
        args, config = self._args, self._args.config
        wanted = self._body() | {
            "kubernetes_version": config.kubernetes_version,
            "agent_pool_profiles": [profiles.system_pool(config, args.node_subnet_id)],
        }
        name = f"{self._name}-aks"
        made = aks.ManagedCluster(
            name,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[joins_subnet, *args.after],
                ignore_changes=[] if self._moved() else self._sent.ignored(name, wanted, _AZURES_IN_CLUSTER),
            ),
            **wanted
            | {
                "kubernetes_version": self._kubernetes,
                "agent_pool_profiles": [
                    profiles.system_pool(config, args.node_subnet_id, **self._now(config.system.name, config.system))
                ],
            },
        )
        self._sent.record(name, wanted, made)
        return made

    def _body(self) -> dict[str, Any]:
        """All of the cluster that Azure leaves as it was sent."""
        args, place, config = self._args, self._args.placement, self._args.config
        return {
            "resource_name_": self._physical,
            "resource_group_name": place.resource_group_name,
            "location": place.location,
            "node_resource_group": self._node_group,
            "node_resource_group_profile": profiles.NODE_GROUP,
            "dns_prefix": place.naming.name("aks", limit=54),
            "sku": profiles.sku(config.tier),
            "support_plan": profiles.support(config.tier),
            "identity": profiles.identity(args.cluster_identity_id),
            "identity_profile": {
                "kubeletidentity": aks.UserAssignedIdentityArgs(
                    resource_id=args.kubelet_identity_id,
                    client_id=args.kubelet_client_id,
                    object_id=args.kubelet_principal_id,
                )
            },
            "enable_rbac": True,
            "disable_local_accounts": True,
            "aad_profile": profiles.entra(place.tenant_id),
            "oidc_issuer_profile": aks.ManagedClusterOIDCIssuerProfileArgs(enabled=True),
            "api_server_access_profile": profiles.api_server(config.api, args.egress_ip),
            "network_profile": profiles.network(args.network),
            "auto_scaler_profile": profiles.AUTOSCALER,
            "auto_upgrade_profile": profiles.upgrades(config.upgrades),
            "security_profile": profiles.security(config, args.logs_workspace_id),
            "addon_profiles": profiles.addons(
                config, container_logs=args.container_logs, logs_workspace_id=args.logs_workspace_id
            ),
            "azure_monitor_profile": profiles.METRICS,
            "metrics_profile": profiles.cost_analysis(config),
            "tags": place.naming.tags,
        }

    def _now(self, physical: str, pool: SystemPool | UserPool) -> dict[str, Any]:
        """Return the number of machines and the version that a pool's body has at this moment."""
        found = self._running.pools.get(physical)
        wanted = self._args.config.kubernetes_version
        return {
            "count": live.machines(found, least=pool.min_count, most=pool.max_count),
            "orchestrator_version": live.pool_version(wanted, self._kubernetes, found),
        }

    def _moved(self) -> bool:
        """Return True if a hand has set other bounds of the system pool. The engine does not look at them by itself."""
        pool = self._args.config.system
        found = self._running.pools.get(pool.name)
        return found is not None and found.bounds not in (None, (pool.min_count, pool.max_count))

    def _pool(self, name: str) -> aks.AgentPool:
        pool, logical = self._args.config.pools[name], f"{self._name}-pool-{name}"
        wanted = self._pool_body(name, pool)
        made = aks.AgentPool(
            logical,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=False,  # another size of machine is another pool
                # Spelled out, because the provider deletes first what has a name of its own: the name is new as well
                # (node_pools.py), so the new machines come up before the old ones are drained and go.
                delete_before_replace=False,
                deleted_with=self.resource,
                depends_on=[self.resource],
                ignore_changes=self._sent.ignored(logical, wanted, _AZURES_IN_POOL),
            ),
            **wanted | self._now(wanted["agent_pool_name"], pool),
        )
        self._sent.record(logical, wanted, made)
        return made

    def _pool_body(self, name: str, pool: UserPool) -> dict[str, Any]:
        args, config = self._args, self._args.config
        encrypted = config.security.host_encryption
        return {
            "agent_pool_name": node_pools.physical_name(name, pool.shape(host_encryption=encrypted)),
            "resource_name_": self._physical,
            "resource_group_name": args.placement.resource_group_name,
            "mode": aks.AgentPoolMode.USER,
            "vm_size": pool.vm_size,
            "enable_auto_scaling": True,
            "min_count": pool.min_count,
            "max_count": pool.max_count,
            "availability_zones": list(pool.zones) or None,
            "max_pods": pool.max_pods,
            "node_labels": {**pool.labels, node_pools.LABEL: name},
            "node_taints": list(pool.taints) or None,
            "orchestrator_version": config.kubernetes_version,
            "os_type": aks.OSType.LINUX,
            "os_sku": aks.OSSKU(config.node_os),
            "os_disk_type": aks.OSDiskType(pool.os_disk_type),
            "os_disk_size_gb": pool.os_disk_gib,
            "enable_encryption_at_host": encrypted,
            "enable_node_public_ip": False,
            "type": aks.AgentPoolType.VIRTUAL_MACHINE_SCALE_SETS,
            "upgrade_settings": profiles.upgrade(pool),
            "vnet_subnet_id": args.node_subnet_id,
        }

    def _calendar(self) -> None:
        place, upgrades = self._args.placement, self._args.config.upgrades
        windows = {
            "aksManagedAutoUpgradeSchedule": upgrades.cluster_window,
            "aksManagedNodeOSUpgradeSchedule": upgrades.node_window,
        }
        for name, window in windows.items():
            if window:
                aks.MaintenanceConfiguration(
                    f"{self._name}-{name.removeprefix('aksManaged').removesuffix('Schedule').lower()}",
                    config_name=name,
                    resource_name_=self._physical,
                    resource_group_name=place.resource_group_name,
                    maintenance_window=profiles.maintenance(window, upgrades.freezes),
                    opts=pulumi.ResourceOptions(
                        parent=self, protect=False, deleted_with=self.resource, depends_on=[self.resource]
                    ),
                )

    def _logs(self) -> None:
        """Not deleted with the cluster: Azure keeps a setting whose resource is gone, and the next one meets it."""
        if self._args.config.logs:
            monitor.DiagnosticSetting(
                f"{self._name}-logs",
                name="control-plane",
                resource_uri=self.resource.id,
                workspace_id=self._args.logs_workspace_id,
                log_analytics_destination_type="Dedicated",
                logs=[monitor.DiagnosticsLogSettingsArgs(category=log, enabled=True) for log in self._args.config.logs],
                opts=self._replaceable(),
            )

    def _admission(self) -> list[pulumi.Resource]:
        access, granted = self._args.config.access, []
        for kind, groups, roles in (("admins", access.admins, _ADMIN), ("readers", access.readers, _READER)):
            for group in groups:
                granted += [
                    grant(
                        f"{self._name}-{kind}-{group[:8]}-{role.name.lower().replace('_', '-')}",
                        role,
                        to=group,
                        on=self.resource.id,
                        subscription_id=self._args.placement.subscription_id,
                        principal_type=authorization.PrincipalType.GROUP,
                        opts=self._replaceable(),
                    )
                    for role in roles
                ]
        return list(granted)

    def _credentials(self) -> pulumi.Output[str]:
        """Server and certificate authority come from Azure; who logs in how is config's and kubelogin's."""
        args, private = self._args, self._args.config.api.access is ApiAccess.PRIVATE
        answer = aks.list_managed_cluster_user_credentials_output(
            resource_group_name=args.placement.resource_group_name,
            resource_name=self._physical,
            format="exec",
            server_fqdn="public" if private else None,  # the only name that a private server has (cluster_profiles.py)
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=[self.resource]),
        )
        build = partial(_kubeconfig, name=self._physical, login=args.config.login, tenant_id=args.placement.tenant_id)
        return pulumi.Output.secret(answer.apply(build))

    def _replaceable(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, protect=False)  # it holds nothing that would be lost


def _kubeconfig(answer: aks.ListManagedClusterUserCredentialsResult, *, name: str, login: str, tenant_id: str) -> str:
    value = answer.kubeconfigs[0].value if answer.kubeconfigs else ""
    try:
        return kubeconfig.from_credential(value, name=name, login=login, tenant_id=tenant_id)
    except kubeconfig.CredentialError as error:
        raise pulumi.RunError(str(error)) from None
