"""A private endpoint: the target's public name means an address inside the network."""

import pulumi
import pytest
from pulumi_azure_native.provider import Provider

from delivery.preview.record import Recorded
from slipway.components.private_endpoint import PrivateEndpoint, PrivateEndpointArgs
from slipway.placement import Placement
from tests.infra.conftest import Declared

ENDPOINT = "azure-native:network:PrivateEndpoint"
NAMES = "azure-native:network:PrivateDnsZoneGroup"
ZONE = "azure-native:privatedns:PrivateZone"
LINK = "azure-native:privatedns:VirtualNetworkLink"


@pytest.fixture
def endpoint(declared: Declared, placement: Placement) -> Recorded:
    def program() -> None:
        PrivateEndpoint(
            "registry-endpoint",
            PrivateEndpointArgs(
                placement=placement,
                subnet_id="/subnets/endpoints",
                vnet_id="/virtualNetworks/own",
                target_id="/registries/own",
                group="registry",
                zone="privatelink.azurecr.io",
            ),
            pulumi.ResourceOptions(providers=[Provider("azure")]),
        )

    return declared(program)


def test_it_leads_to_its_target_from_the_endpoints_subnet(endpoint: Recorded) -> None:
    made = endpoint.one(ENDPOINT).inputs

    assert isinstance(made["subnet"], dict)
    assert made["subnet"]["id"] == "/subnets/endpoints"
    assert made["privateLinkServiceConnections"] == [
        {"name": "registry", "privateLinkServiceId": "/registries/own", "groupIds": ["registry"]}
    ]


def test_its_names_are_facts(endpoint: Recorded) -> None:
    made = endpoint.one(ENDPOINT).inputs

    assert made["privateEndpointName"] == "pep-scoring-dev-weu-registry"
    assert made["customNetworkInterfaceName"] == "nic-scoring-dev-weu-registry"


def test_the_targets_public_name_means_the_endpoint_inside_the_network(endpoint: Recorded) -> None:
    names = endpoint.one(NAMES)

    assert endpoint.one(ZONE).inputs["privateZoneName"] == "privatelink.azurecr.io"
    assert names.inputs["privateEndpointName"] == "pep-scoring-dev-weu-registry"
    assert names.inputs["privateDnsZoneConfigs"] == [
        {"name": "privatelink-azurecr-io", "privateDnsZoneId": "${registry-endpoint-zone.id}"}
    ]
    assert names.options["dependsOn"] == [f"{ENDPOINT}::registry-endpoint-endpoint"]


def test_only_this_network_asks_the_zone_and_no_machine_writes_into_it(endpoint: Recorded) -> None:
    link = endpoint.one(LINK)

    assert link.inputs["virtualNetwork"] == {"id": "/virtualNetworks/own"}
    assert link.inputs["privateZoneName"] == "privatelink.azurecr.io"
    assert link.inputs["registrationEnabled"] is False
    assert link.options["dependsOn"] == [f"{ZONE}::registry-endpoint-zone"]


def test_dns_has_no_region(endpoint: Recorded) -> None:
    assert {endpoint.one(type_).inputs["location"] for type_ in (ZONE, LINK)} == {"global"}


def test_whatever_takes_tags_has_them(endpoint: Recorded, placement: Placement) -> None:
    assert all(endpoint.one(type_).inputs["tags"] == placement.naming.tags for type_ in (ENDPOINT, ZONE, LINK))
