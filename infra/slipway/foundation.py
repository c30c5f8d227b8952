"""Foundation that every other part of an environment stands on."""

from dataclasses import dataclass

import pulumi
from pulumi_azure_native.provider import Provider

from . import providers
from .components.address import Address, AddressArgs
from .components.identities import Identities, IdentitiesArgs
from .components.network import Network, NetworkArgs
from .components.pipeline_identities import PipelineIdentities, PipelineIdentitiesArgs
from .components.telemetry import Telemetry, TelemetryArgs
from .config.stack import StackConfig
from .placement import Placement, place


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """Place, identities, logs, address and network of one environment."""

    config: StackConfig
    azure: Provider
    placement: Placement
    identities: Identities
    pipeline_identities: PipelineIdentities | None
    telemetry: Telemetry
    address: Address
    network: Network

    @property
    def opts(self) -> pulumi.ResourceOptions:
        """For components on Azure."""
        return pulumi.ResourceOptions(providers=[self.azure])

    @property
    def lasting(self) -> pulumi.ResourceOptions:
        """For components that hold data or addresses, or carry what does."""
        return pulumi.ResourceOptions(providers=[self.azure], protect=self.config.environment.protect)

    @property
    def shared(self) -> pulumi.ResourceOptions:
        """For components that later environments depend on: the registry of record, the models."""
        return pulumi.ResourceOptions(providers=[self.azure], protect=self.config.protects_shared)


async def lay(config: StackConfig) -> Foundation:
    """Declare the foundation, in the subscription that the credentials lead to."""
    azure = providers.azure(config)
    placement = await place(config, azure)
    opts = pulumi.ResourceOptions(providers=[azure])
    identities = Identities("identities", IdentitiesArgs(placement=placement), opts)
    address = Address(
        "address",
        AddressArgs(placement=placement, config=config.address, cluster_principal_id=identities.cluster_principal_id),
        pulumi.ResourceOptions(providers=[azure], protect=config.environment.protect),
    )
    return Foundation(
        config=config,
        azure=azure,
        placement=placement,
        identities=identities,
        pipeline_identities=_pipeline_identities(config, placement, opts),
        telemetry=Telemetry("telemetry", TelemetryArgs(placement=placement, config=config.monitoring), opts),
        address=address,
        network=Network(
            "network",
            NetworkArgs(
                placement=placement,
                config=config.network,
                callers=config.workload.service.allowed_sources,
                ports=config.entry.ports or (config.workload.service.port,),
                public_address=address.ip_address,
                protect=config.environment.protect,
            ),
            opts,
        ),
    )


def _pipeline_identities(
    config: StackConfig, placement: Placement, opts: pulumi.ResourceOptions
) -> PipelineIdentities | None:
    if config.pipelines is None:
        return None
    args = PipelineIdentitiesArgs(placement=placement, builds=config.pipelines.hub is not None)
    return PipelineIdentities("pipeline-identities", args, opts)
