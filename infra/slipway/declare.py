"""One environment from its config: composition only, read top-down like the architecture's picture."""

from dataclasses import dataclass

import pulumi

from . import entrance, local_build, past, providers, running
from .alert_rules import watched
from .components.alerts import Alerts, AlertsArgs
from .components.canary import Canary, CanaryArgs
from .components.cluster import Cluster, ClusterArgs
from .components.image import Image, ImageArgs
from .components.model_store import ModelStore, ModelStoreArgs
from .components.pipelines import HubFacts, Models, Pipelines, PipelinesArgs
from .components.private_endpoint import Group, PrivateEndpoint, PrivateEndpointArgs
from .components.registry import Registry, RegistryArgs
from .components.service_dashboard import ServiceDashboard, ServiceDashboardArgs
from .components.workload import Workload, WorkloadArgs
from .config.chain_rules import Chain, contradictions
from .config.load import CHECKOUT
from .config.pipelines import chain_of
from .config.problems import ConfigError, Problem
from .config.release import Release
from .config.stack import StackConfig
from .foundation import Foundation, lay
from .stacks import Outputs


@dataclass(frozen=True, kw_only=True)
class Estate:
    """One environment as declared: the parts that its outputs speak of."""

    config: StackConfig
    foundation: Foundation
    registry: Registry
    model_store: ModelStore | None
    cluster: Cluster
    workload: Workload | None
    canary: Canary | None
    release: Release | None
    pipelines: Pipelines | None
    chain: Chain | None


async def declare(config: StackConfig) -> Estate:
    """Every resource of the environment. RunError: an earlier environment, or the own past, cannot be read."""
    own = past.own()
    release = await _release(config, own)
    stack = config.environment.promotes_from
    earlier = await past.earlier(stack, pipelines=config.pipelines is not None) if stack else None
    chain = _chain(config, earlier)
    foundation = await lay(config)
    registry = _registry(foundation)
    model_store = _model_store(foundation)
    cluster = await _cluster(foundation, own)
    _alerts(foundation, cluster)
    workload, canary = _serving(foundation, release, registry, cluster) if release else (None, None)
    return Estate(
        config=config,
        foundation=foundation,
        registry=registry,
        model_store=model_store,
        cluster=cluster,
        workload=workload,
        canary=canary,
        release=release,
        pipelines=_pipelines(foundation, earlier, registry, model_store, cluster),
        chain=chain,
    )


def _chain(config: StackConfig, earlier: past.Earlier | None) -> Chain | None:
    """Return what the first environment has fixed for the chain. RunError: this environment does not fit it."""
    if config.pipelines is None:
        return None
    chain = earlier.chain if earlier else chain_of(config.pipelines)
    if chain and earlier:
        control, found = config.pipelines.checks.branch_control, config.pipelines
        wrong = contradictions(chain, branch=found.branch, pool=found.pool, branch_control=control)
        problems = [Problem(f"slipway:{path}", what, allowed) for path, what, allowed in wrong]
        if problems:
            raise pulumi.RunError(str(ConfigError(config.stack, problems)))
    return chain


async def _release(config: StackConfig, own: Outputs) -> Release | None:
    """Return the release to run: the one that is built here, that config names, or else that runs already."""
    if config.image and config.image.build:
        return local_build.release(CHECKOUT, config.application.contract)
    return config.release or await past.last_release(own)


def _registry(base: Foundation) -> Registry:
    config, builder = base.config.registry, _builder(base)
    registry = Registry(
        "registry",
        RegistryArgs(
            placement=base.placement,
            config=config,
            pullers={"kubelet": base.identities.kubelet_principal_id},
            pushers=builder,
            logs_workspace_id=base.telemetry.logs_workspace_id,
        ),
        base.shared,
    )
    if config.access.endpoint:
        _endpoint(base, "registry-endpoint", registry.id, group="registry", zone="privatelink.azurecr.io")
    return registry


def _model_store(base: Foundation) -> ModelStore | None:
    """Only the chain's first environment has models of its own, and none of it is Azure's with models in S3."""
    config = base.config.model
    if config is None or config.blob is None:
        return None
    store = ModelStore(
        "model-store",
        ModelStoreArgs(
            placement=base.placement,
            config=config.blob,
            reader_principals=_builder(base),
            logs_workspace_id=base.telemetry.logs_workspace_id,
        ),
        base.shared,
    )
    if config.blob.access.endpoint:
        zone = "privatelink.blob.core.windows.net"
        _endpoint(base, "model-store-endpoint", store.account_id, group="blob", zone=zone)
    return store


def _builder(base: Foundation) -> dict[str, pulumi.Input[str]]:
    """The identity that builds, where this environment is the one that builds."""
    identities = base.pipeline_identities
    return {"build": identities.build.principal_id} if identities and identities.build else {}


def _endpoint(base: Foundation, name: str, target: pulumi.Output[str], *, group: Group, zone: str) -> None:
    PrivateEndpoint(
        name,
        PrivateEndpointArgs(
            placement=base.placement,
            subnet_id=base.network.endpoint_subnet_id,
            vnet_id=base.network.vnet_id,
            target_id=target,
            group=group,
            zone=zone,
        ),
        base.opts,
    )


async def _cluster(base: Foundation, own: Outputs) -> Cluster:
    naming = base.placement.naming
    now = await running.find(base.azure, resource_group=naming.name("rg", limit=90), name=naming.name("aks"))
    return Cluster(
        "cluster",
        ClusterArgs(
            placement=base.placement,
            config=base.config.cluster,
            network=base.config.network,
            egress_ip=base.network.egress_ip,
            cluster_principal_id=base.identities.cluster_principal_id,
            container_logs=base.config.monitoring.logs.containers,
            node_subnet_id=base.network.node_subnet_id,
            cluster_identity_id=base.identities.cluster_id,
            kubelet_identity_id=base.identities.kubelet_id,
            kubelet_client_id=base.identities.kubelet_client_id,
            kubelet_principal_id=base.identities.kubelet_principal_id,
            logs_workspace_id=base.telemetry.logs_workspace_id,
            running=now,
            sent=await past.sent_bodies(own),
            after=base.identities.grants,
        ),
        base.lasting,
    )


def _alerts(base: Foundation, cluster: Cluster) -> None:
    config, namespace = base.config, base.placement.naming.instance
    seen = watched(namespace, config.application, config.workload, config.monitoring.service_level)
    Alerts(
        "alerts",
        AlertsArgs(
            placement=base.placement,
            config=base.config.monitoring,
            watched=seen,
            namespace=namespace,
            cluster_id=cluster.id,
            cluster_name=cluster.name,
            node_resource_group_name=cluster.node_resource_group_name,
            logs_workspace_id=base.telemetry.logs_workspace_id,
            metrics_workspace_id=base.telemetry.metrics_workspace_id,
            action_group_id=base.telemetry.action_group_id,
            issued=config.entry.issued,
        ),
        base.opts,
    )
    if base.config.monitoring.dashboard:
        app = config.application.contract.name
        args = ServiceDashboardArgs(placement=base.placement, watched=seen, namespace=namespace, app=app)
        ServiceDashboard("dashboard", args, base.opts)


def _serving(
    base: Foundation, release: Release, registry: Registry, cluster: Cluster
) -> tuple[Workload, Canary | None]:
    """The app, the canary beside it, and the way in to both."""
    kubernetes = providers.kubernetes(cluster.user_credentials, cluster.id, cluster.ready)
    opts = pulumi.ResourceOptions(providers=[kubernetes])
    workload = _workload(base, release, registry, cluster, opts)
    canary = _canary(base, workload, registry, cluster, opts)
    entrance.lay(base, workload, canary, cluster, opts)
    return workload, canary


def _workload(
    base: Foundation, release: Release, registry: Registry, cluster: Cluster, opts: pulumi.ResourceOptions
) -> Workload:
    return Workload(
        "workload",
        WorkloadArgs(
            naming=base.placement.naming,
            config=base.config.workload,
            entry=base.config.entry,
            app=base.config.application,
            release=release,
            protect=base.config.environment.protect,
            cluster=cluster.resource,
            image=_image(base, release, registry),
            ip_name=base.address.ip_name,
            ip_resource_group=base.address.ip_resource_group,
            canary_share=base.config.canary_share,
            pull_grants=registry.pull_grants,
            address_grants=base.address.grants,
        ),
        opts,
    )


def _canary(
    base: Foundation, workload: Workload, registry: Registry, cluster: Cluster, opts: pulumi.ResourceOptions
) -> Canary | None:
    """The place of a canary, and the one that has it; None where none is kept."""
    config = base.config
    if config.entry.gateway is None or config.canary_share is None:
        return None
    args = CanaryArgs(
        naming=base.placement.naming,
        config=config.workload,
        gateway=config.entry.gateway,
        app=config.application,
        share=config.canary_share,
        running=config.canary,
        image=_pulled(config.canary.release, registry) if config.canary else None,
        workload=workload,
        cluster=cluster.resource,
        pull_grants=registry.pull_grants,
    )
    return Canary("canary", args, opts)


def _pulled(release: Release, registry: Registry) -> pulumi.Output[str]:
    """The image by its digest, in the environment's own registry."""
    return pulumi.Output.format("{0}/{1}@{2}", registry.login_server, release.repository, release.digest)


def _image(base: Foundation, release: Release, registry: Registry) -> pulumi.Output[str]:
    config = base.config.image
    if config is None or not config.build:
        return _pulled(release, registry)
    return Image(
        "image",
        ImageArgs(
            config=config,
            app=base.config.application,
            repository=pulumi.Output.format("{0}/{1}", registry.login_server, release.repository),
            tag=base.config.stack,
            commit=release.commit,
        ),
        pulumi.ResourceOptions(providers=[providers.docker()]),
    ).reference


def _pipelines(
    base: Foundation, earlier: past.Earlier | None, registry: Registry, store: ModelStore | None, cluster: Cluster
) -> Pipelines | None:
    config, identities = base.config.pipelines, base.pipeline_identities
    if config is None or identities is None:
        return None
    return Pipelines(
        "pipelines",
        PipelinesArgs(
            placement=base.placement,
            config=config,
            deploy=identities.deploy,
            drift=identities.drift,
            build=identities.build,
            models=_models(base, registry, store),
            hub=_facts(base, earlier),
            cluster_id=cluster.id,
            namespace=base.placement.naming.instance,
            registry_id=registry.id,
            budget=base.config.monitoring.budget is not None,
            protect=base.config.environment.protect,
            figures_id=base.telemetry.metrics_workspace_id if base.config.entry.canary else None,
        ),
        pulumi.ResourceOptions(providers=[base.azure, providers.azure_devops(config.organization)]),
    )


def _models(base: Foundation, registry: Registry, store: ModelStore | None) -> Models | None:
    config = base.config.model
    if config is None:
        return None
    url: pulumi.Input[str] = store.url if store else config.s3.url if config.s3 else ""
    return Models(url=url, registry=registry.login_server, aws_role=config.s3.role_arn if config.s3 else None)


def _facts(base: Foundation, earlier: past.Earlier | None) -> HubFacts | None:
    stack = base.config.environment.promotes_from
    if stack is None or earlier is None or earlier.pipelines is None:
        return None
    return HubFacts(
        project_id=earlier.pipelines.project_id,
        release_definition_id=earlier.pipelines.release_definition_id,
        drift_definition_id=earlier.pipelines.drift_definition_id,
        registry_id=earlier.registry_id,
        stack=stack,
    )
