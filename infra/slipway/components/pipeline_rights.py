"""Rights in Azure of the identities that deploy and look: as few as each needs.

`rights: release` lets a release change the workload and nothing else. Everything around it is then changed by people,
and a release that would need more stops at its preview. `rights: environment` opens the whole resource group to it.

All environments share the containers of state and releases, since a stack reads another one's outputs from its own
backend only. Conditions divide them: each identity writes its own environment's blobs, and reads of the state those and
the ones of the environment that it promotes from.
"""

from dataclasses import dataclass

import pulumi

from slipway.azure_pipelines import container_id
from slipway.conditions import ASKED, BACKEND, RELEASES, blobs, deployments, may_grant, state_paths
from slipway.config.pipelines import Pipelines
from slipway.placement import Placement
from slipway.principal import Principal
from slipway.roles import Role, grant


@dataclass(frozen=True, kw_only=True)
class PipelineRightsArgs:
    """`build` only where images are built; `source_registry_id` only where they are imported; `budget` where one is.

    `figures_id` is the workspace of the figures by which a canary is judged, None where no place is kept for one.
    """

    placement: Placement
    config: Pipelines
    deploy: Principal
    drift: Principal
    build: Principal | None
    cluster_id: pulumi.Input[str]
    namespace: str
    registry_id: pulumi.Input[str]
    source_registry_id: pulumi.Input[str] | None
    promotes_from: str | None
    budget: bool
    figures_id: pulumi.Input[str] | None = None


class PipelineRights(pulumi.ComponentResource):
    """Role assignments only."""

    def __init__(self, name: str, args: PipelineRightsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:PipelineRights", name, None, opts)
        self._name, self._args = name, args
        self._group = args.placement.resource_group_id
        self._namespace = pulumi.Output.concat(args.cluster_id, "/namespaces/", args.namespace)
        self._system = pulumi.Output.concat(args.cluster_id, "/namespaces/kube-system")
        self._releases = self._container(args.config.state.releases)
        stack, project = args.placement.naming.environment, pulumi.get_project()
        self._own_state = state_paths(project, stack)
        self._known_state = (
            BACKEND,
            *self._own_state,
            *(state_paths(project, args.promotes_from) if args.promotes_from else ()),
        )
        if args.build is not None:
            written = blobs(writes=[RELEASES, ASKED])
            self._give("build-releases", Role.BLOB_DATA_CONTRIBUTOR, args.build, self._releases, written)
        self._deploying()
        self._looking()
        self.register_outputs({})

    def _deploying(self) -> None:
        args = self._args
        own = deployments(args.placement.naming.environment)
        self._give("deploy-releases", Role.BLOB_DATA_CONTRIBUTOR, args.deploy, self._releases, blobs(writes=[own]))
        self._give(
            "deploy-state",
            Role.BLOB_DATA_CONTRIBUTOR,
            args.deploy,
            self._container(args.config.state.container),
            blobs(reads=self._known_state, writes=self._own_state),
        )
        if args.source_registry_id is not None:
            self._give("deploy-source", Role.ACR_PULL, args.deploy, args.source_registry_id)
        if args.config.state.secrets_key:
            self._give("deploy-secrets", Role.KEY_VAULT_CRYPTO_USER, args.deploy, args.config.state.secrets_key)
        if args.figures_id is not None:
            self._give("deploy-figures", Role.MONITORING_DATA_READER, args.deploy, args.figures_id)
        if args.config.rights == "release":
            imports = args.source_registry_id is not None
            role = Role.ACR_IMPORT if imports else Role.ACR_PULL
            self._give("deploy-import" if imports else "deploy-pull", role, args.deploy, args.registry_id)
            self._give("deploy-cluster", Role.AKS_CLUSTER_USER, args.deploy, args.cluster_id)
            self._give("deploy-workload", Role.AKS_RBAC_WRITER, args.deploy, self._namespace)
            return
        self._give("deploy-workload", Role.AKS_CLUSTER_ADMIN, args.deploy, args.cluster_id)
        self._give("deploy-change", Role.CONTRIBUTOR, args.deploy, self._group)
        self._give("deploy-grant", Role.ROLE_ADMINISTRATOR, args.deploy, self._group, may_grant())

    def _looking(self) -> None:
        args = self._args
        state = self._container(args.config.state.container)
        self._give("drift-state", Role.BLOB_DATA_READER, args.drift, state, blobs(reads=self._known_state))
        self._give("drift-read", Role.READER, args.drift, self._group)
        self._give("drift-cluster", Role.AKS_CLUSTER_USER, args.drift, args.cluster_id)
        self._give("drift-workload", Role.AKS_RBAC_READER, args.drift, self._namespace)
        # A refresh also reads what this program declares outside of the group: the budget, role assignments on state,
        # releases and the registry that images come from, and the settings of the cluster's own metrics.
        if args.budget:
            subscription = f"/subscriptions/{args.placement.subscription_id}"
            self._give("drift-costs", Role.COST_READER, args.drift, subscription)
        self._give("drift-metrics", Role.AKS_RBAC_READER, args.drift, self._system)
        for part, container in (("state", state), ("releases", self._releases)):
            self._give(f"drift-read-{part}", Role.READER, args.drift, container)
        if args.source_registry_id is not None:
            self._give("drift-source", Role.READER, args.drift, args.source_registry_id)
        if args.config.state.secrets_key:
            self._give("drift-read-secrets", Role.READER, args.drift, args.config.state.secrets_key)
            self._give("drift-secrets", Role.KEY_VAULT_CRYPTO_USER, args.drift, args.config.state.secrets_key)

    def _container(self, container: str) -> str:
        state = self._args.config.state
        subscription = state.subscription_id or self._args.placement.subscription_id
        return container_id(subscription, state.resource_group, state.account, container)

    def _give(self, part: str, role: Role, to: Principal, on: pulumi.Input[str], condition: str | None = None) -> None:
        grant(
            f"{self._name}-{part}",
            role,
            to=to.principal_id,
            on=on,
            subscription_id=self._args.placement.subscription_id,
            condition=condition,
            opts=pulumi.ResourceOptions(parent=self),
        )
