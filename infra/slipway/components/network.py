"""The virtual network: a subnet for nodes, one for private endpoints, and what may enter each."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import network

from slipway import security_rules
from slipway.config.network import NatGateway
from slipway.config.network import Network as Config
from slipway.placement import Placement
from slipway.present import present


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """`callers` may use `ports` of `public_address`, the app's; `protect` keeps the outbound address from deletion."""

    placement: Placement
    config: Config
    callers: tuple[str, ...]
    ports: Sequence[int]
    public_address: pulumi.Input[str]
    protect: bool = False


class Network(pulumi.ComponentResource):
    """`egress_ip` is the one address that nodes go out by, or None where they use the cluster's load balancer.

    Subnets are resources of their own: written into the network, a change of one would be a change of all. Azure lets
    only one at a time be written, so one waits for the other.
    """

    vnet_id: pulumi.Output[str]
    node_subnet_id: pulumi.Output[str]
    endpoint_subnet_id: pulumi.Output[str]
    egress_ip: pulumi.Output[str] | None

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Network", name, None, opts)
        self._name, self._args = name, args
        self.egress_ip = None
        self._vnet_name = args.placement.naming.name("vnet", limit=64)
        vnet = self._vnet()
        nodes = self._node_subnet(vnet)
        endpoints = self._endpoint_subnet(after=nodes)
        self.vnet_id, self.node_subnet_id, self.endpoint_subnet_id = vnet.id, nodes.id, endpoints.id
        self.register_outputs(
            {"vnetId": vnet.id, "nodeSubnetId": nodes.id, "endpointSubnetId": endpoints.id, "egressIp": self.egress_ip}
        )

    def _vnet(self) -> network.VirtualNetwork:
        place = self._args.placement
        return network.VirtualNetwork(
            f"{self._name}-vnet",
            virtual_network_name=self._vnet_name,
            resource_group_name=place.resource_group_name,
            location=place.location,
            address_space=network.AddressSpaceArgs(address_prefixes=[self._args.config.address_space]),
            tags=place.naming.tags,
            opts=self._child(),
        )

    def _node_subnet(self, vnet: network.VirtualNetwork) -> network.Subnet:
        args, plan = self._args, self._args.config.plan
        rules = security_rules.to_nodes(
            nodes=plan.nodes,
            pods=args.config.pod_cidr,
            callers=args.callers,
            address=args.public_address,
            ports=args.ports,
        )
        gateway = self._nat_gateway(args.config.nat_gateway) if args.config.nat_gateway else None
        return network.Subnet(
            f"{self._name}-nodes",
            subnet_name=args.placement.naming.name("snet", part="nodes", limit=80),
            virtual_network_name=self._vnet_name,
            resource_group_name=args.placement.resource_group_name,
            address_prefix=plan.nodes,
            network_security_group=self._security_group("nodes", rules),
            nat_gateway=network.SubResourceArgs(id=gateway.id) if gateway else None,
            service_endpoints=[
                network.ServiceEndpointPropertiesFormatArgs(service=service)
                for service in args.config.service_endpoints
            ],
            default_outbound_access=False,  # the load balancer or the gateway is the one way out
            # The private API server's endpoint lies here too; the nodes' rules are not meant for it.
            private_endpoint_network_policies=network.VirtualNetworkPrivateEndpointNetworkPolicies.DISABLED,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[vnet]),
        )

    def _endpoint_subnet(self, *, after: network.Subnet) -> network.Subnet:
        args, plan = self._args, self._args.config.plan
        callers = (plan.nodes, *args.config.endpoint_callers)
        rules = security_rules.to_endpoints(callers=callers, endpoints=plan.endpoints)
        return network.Subnet(
            f"{self._name}-endpoints",
            subnet_name=args.placement.naming.name("snet", part="endpoints", limit=80),
            virtual_network_name=self._vnet_name,
            resource_group_name=args.placement.resource_group_name,
            address_prefix=plan.endpoints,
            network_security_group=self._security_group("endpoints", rules),
            default_outbound_access=False,
            # Without this, endpoints would ignore the security group.
            private_endpoint_network_policies=(
                network.VirtualNetworkPrivateEndpointNetworkPolicies.NETWORK_SECURITY_GROUP_ENABLED
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[after]),
        )

    def _security_group(self, part: str, rules: Sequence[network.SecurityRuleArgs]) -> network.NetworkSecurityGroupArgs:
        place = self._args.placement
        group = network.NetworkSecurityGroup(
            f"{self._name}-{part}-rules",
            network_security_group_name=place.naming.name("nsg", part=part, limit=80),
            resource_group_name=place.resource_group_name,
            location=place.location,
            security_rules=list(rules),
            tags=place.naming.tags,
            opts=self._child(),
        )
        return network.NetworkSecurityGroupArgs(id=group.id)

    def _nat_gateway(self, config: NatGateway) -> network.NatGateway:
        place = self._args.placement
        zones = [config.zone] if config.zone else None  # the address must be in the gateway's zone, or in none
        address = network.PublicIPAddress(
            f"{self._name}-egress-ip",
            public_ip_address_name=place.naming.name("pip", part="egress", limit=80),
            resource_group_name=place.resource_group_name,
            location=place.location,
            sku=network.PublicIPAddressSkuArgs(name=network.PublicIPAddressSkuName.STANDARD),
            public_ip_allocation_method=network.IPAllocationMethod.STATIC,
            zones=zones,
            tags=place.naming.tags,
            # Others let it through their firewalls by its number.
            opts=pulumi.ResourceOptions(parent=self, protect=self._args.protect),
        )
        self.egress_ip = address.ip_address.apply(present)
        return network.NatGateway(
            f"{self._name}-nat",
            nat_gateway_name=place.naming.name("ng", limit=80),
            resource_group_name=place.resource_group_name,
            location=place.location,
            sku=network.NatGatewaySkuArgs(name=network.NatGatewaySkuName.STANDARD),
            public_ip_addresses=[network.SubResourceArgs(id=address.id)],
            idle_timeout_in_minutes=config.idle_timeout_minutes,
            zones=zones,
            tags=place.naming.tags,
            opts=self._child(),
        )

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)
