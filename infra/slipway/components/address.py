"""The app's public address and name. They stay while clusters come and go."""

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import dns, network

from slipway.config.address import Address as Config
from slipway.config.address import DnsRecord
from slipway.placement import Placement
from slipway.present import present
from slipway.roles import Role, grant


@dataclass(frozen=True, kw_only=True)
class AddressArgs:
    """`cluster_principal_id` is the identity that puts the address onto the cluster's load balancer."""

    placement: Placement
    config: Config
    cluster_principal_id: pulumi.Input[str]


class Address(pulumi.ComponentResource):
    """A static address in the environment's resource group, where no cluster can take it along.

    `host` is the name that callers use. `grants` are what the cluster needs before it can use the address: to change
    exactly this one, and, since it looks addresses up by listing a whole resource group, to read that group.
    """

    ip_address: pulumi.Output[str]
    ip_name: pulumi.Output[str]
    ip_resource_group: pulumi.Output[str]
    fqdn: pulumi.Output[str]
    host: pulumi.Output[str]
    grants: list[pulumi.Resource]

    def __init__(self, name: str, args: AddressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Address", name, None, opts)
        self._name, self._args = name, args
        place, record = args.placement, args.config.record
        physical, label = place.naming.name("pip", limit=80), args.config.label(place.naming)
        public_ip = self._public_ip(physical, label)
        self.ip_address = public_ip.ip_address.apply(present)
        self.ip_name = pulumi.Output.from_input(physical)
        self.ip_resource_group = pulumi.Output.from_input(place.resource_group_name)
        # Azure's own name for it, put together here: as an output it would turn unknown with every new tag.
        self.fqdn = pulumi.Output.from_input(args.config.azure_host(place.naming))
        self.host = pulumi.Output.from_input(args.config.host(place.naming))
        if record:
            self._record(record, public_ip)
        self.grants = [
            self._grant("cluster-uses-address", Role.NETWORK_CONTRIBUTOR, public_ip.id),
            self._grant("cluster-finds-address", Role.READER, place.resource_group_id),
        ]
        self.register_outputs({"ipAddress": self.ip_address, "fqdn": self.fqdn, "host": self.host})

    def _public_ip(self, physical: str, label: str) -> network.PublicIPAddress:
        place, config = self._args.placement, self._args.config
        protection = network.DdosSettingsProtectionMode
        return network.PublicIPAddress(
            f"{self._name}-ip",
            public_ip_address_name=physical,
            resource_group_name=place.resource_group_name,
            location=place.location,
            sku=network.PublicIPAddressSkuArgs(
                name=network.PublicIPAddressSkuName.STANDARD,
                tier=network.PublicIPAddressSkuTier.REGIONAL,
            ),
            public_ip_allocation_method=network.IPAllocationMethod.STATIC,
            public_ip_address_version=network.IPVersion.I_PV4,
            zones=["1", "2", "3"] if config.zone_redundant else None,
            dns_settings=network.PublicIPAddressDnsSettingsArgs(domain_name_label=label),
            ddos_settings=network.DdosSettingsArgs(
                protection_mode=(protection.ENABLED if config.ddos_protection else protection.VIRTUAL_NETWORK_INHERITED)
            ),
            tags=place.naming.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _record(self, record: DnsRecord, public_ip: network.PublicIPAddress) -> None:
        """Declare an alias: it follows the address by itself, and never points at one that another owner has by now."""
        dns.RecordSet(
            f"{self._name}-record",
            zone_name=record.zone,
            resource_group_name=record.resource_group,
            relative_record_set_name=record.name,
            record_type="A",
            ttl=record.ttl_seconds,
            target_resource=dns.SubResourceArgs(id=public_ip.id),
            metadata=self._args.placement.naming.tags,
            # Made again it is the same; only the address itself is beyond recovery.
            opts=pulumi.ResourceOptions(parent=self, protect=False),
        )

    def _grant(self, purpose: str, role: Role, on: pulumi.Input[str]) -> pulumi.Resource:
        return grant(
            f"{self._name}-{purpose}",
            role,
            to=self._args.cluster_principal_id,
            on=on,
            subscription_id=self._args.placement.subscription_id,
            opts=pulumi.ResourceOptions(parent=self, protect=False),  # a role is no data: it can be granted again
        )
