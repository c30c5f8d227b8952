"""A way to a registry or a storage account that does not leave the virtual network."""

from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_azure_native import network, privatedns

from slipway.placement import Placement

Group = Literal["registry", "blob"]
"""Part of the target that is reached, in Azure's words."""


@dataclass(frozen=True, kw_only=True)
class PrivateEndpointArgs:
    """`target_id` is what `group` of is reached; `zone` its private DNS zone, such as "privatelink.azurecr.io"."""

    placement: Placement
    subnet_id: pulumi.Input[str]
    vnet_id: pulumi.Input[str]
    target_id: pulumi.Input[str]
    group: Group
    zone: str


class PrivateEndpoint(pulumi.ComponentResource):
    """An endpoint in the subnet, and a private DNS zone that makes the target's public name mean it.

    The zone is the environment's own: shared, the second environment's endpoint would take over the first one's name.
    """

    endpoint_id: pulumi.Output[str]

    def __init__(self, name: str, args: PrivateEndpointArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:PrivateEndpoint", name, None, opts)
        self._name, self._args = name, args
        self._endpoint_name = args.placement.naming.name("pep", part=args.group, limit=64)
        endpoint, zone = self._endpoint(), self._zone()
        network.PrivateDnsZoneGroup(
            f"{name}-names",
            private_dns_zone_group_name="default",
            private_endpoint_name=self._endpoint_name,
            resource_group_name=args.placement.resource_group_name,
            private_dns_zone_configs=[
                network.PrivateDnsZoneConfigArgs(name=args.zone.replace(".", "-"), private_dns_zone_id=zone.id)
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[endpoint]),
        )
        self.endpoint_id = endpoint.id
        self.register_outputs({"endpointId": endpoint.id})

    def _endpoint(self) -> network.PrivateEndpoint:
        args, place = self._args, self._args.placement
        return network.PrivateEndpoint(
            f"{self._name}-endpoint",
            private_endpoint_name=self._endpoint_name,
            custom_network_interface_name=place.naming.name("nic", part=args.group, limit=80),
            resource_group_name=place.resource_group_name,
            location=place.location,
            subnet=network.SubnetArgs(id=args.subnet_id),
            private_link_service_connections=[
                network.PrivateLinkServiceConnectionArgs(
                    name=args.group,
                    private_link_service_id=args.target_id,
                    group_ids=[args.group],
                )
            ],
            tags=place.naming.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _zone(self) -> privatedns.PrivateZone:
        args, place = self._args, self._args.placement
        zone = privatedns.PrivateZone(
            f"{self._name}-zone",
            private_zone_name=args.zone,
            resource_group_name=place.resource_group_name,
            location="global",  # DNS has no region
            tags=place.naming.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        privatedns.VirtualNetworkLink(
            f"{self._name}-link",
            virtual_network_link_name=place.naming.name("link", part=args.group, limit=80),
            private_zone_name=args.zone,
            resource_group_name=place.resource_group_name,
            location="global",
            virtual_network=privatedns.SubResourceArgs(id=args.vnet_id),
            registration_enabled=False,  # it answers for the target's name, and for no machine's
            tags=place.naming.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[zone]),
        )
        return zone
