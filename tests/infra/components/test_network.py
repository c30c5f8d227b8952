"""The network: ranges apart, one way in for callers, one way out, and everything else closed."""

from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pytest
from pulumi_azure_native.provider import Provider

from delivery.preview.record import Record, Recorded
from slipway.components.network import Network, NetworkArgs
from slipway.placement import Placement
from tests.infra import sections
from tests.infra.conftest import Declared
from tests.infra.support.firewall import RULES, admitted, rules

VNET = "azure-native:network:VirtualNetwork"
SUBNET = "azure-native:network:Subnet"
NAT = "azure-native:network:NatGateway"
IP = "azure-native:network:PublicIPAddress"

ADDRESS = "20.50.2.10"
"""The app's, as a test writes it."""

Make = Callable[..., Recorded]


@pytest.fixture
def network(declared: Declared, placement: Placement) -> Make:
    """Declare a network; keywords in camelCase change its config, `args` what others feed it."""

    def declare(*, first: bool = False, args: Mapping[str, Any] | None = None, **config: object) -> Recorded:
        def program() -> None:
            fed: dict[str, Any] = {"callers": ("0.0.0.0/0",), "ports": (80,), "public_address": ADDRESS, **(args or {})}
            made = Network(
                "network",
                NetworkArgs(placement=placement, config=sections.network(**config), **fed),
                pulumi.ResourceOptions(providers=[Provider("azure")]),
            )
            for name in ("vnet_id", "node_subnet_id", "endpoint_subnet_id", "egress_ip"):
                pulumi.export(name, getattr(made, name))

        return declared(program, first=first)

    return declare


def subnet(found: Recorded, part: str) -> dict[str, Any]:
    return dict(found.one(SUBNET, f"network-{part}").inputs)


def test_subnets_are_cut_from_the_address_space(network: Make) -> None:
    found = network()

    assert found.one(VNET).inputs["addressSpace"] == {"addressPrefixes": ["10.20.0.0/16"]}
    assert subnet(found, "nodes")["addressPrefix"] == "10.20.0.0/22"
    assert subnet(found, "endpoints")["addressPrefix"] == "10.20.4.0/27"


def test_the_network_holds_no_subnets_of_its_own_which_would_undo_the_others(network: Make) -> None:
    assert "subnets" not in network().one(VNET).inputs


def test_subnets_are_written_one_after_the_other(network: Make) -> None:
    found = network()

    assert found.one(SUBNET, "network-nodes").options["dependsOn"] == [f"{VNET}::network-vnet"]
    assert found.one(SUBNET, "network-endpoints").options["dependsOn"] == [f"{SUBNET}::network-nodes"]


@pytest.mark.parametrize("part", ["nodes", "endpoints"])
def test_each_subnet_has_rules_of_its_own(network: Make, part: str) -> None:
    assert subnet(network(), part)["networkSecurityGroup"] == {"id": f"${{network-{part}-rules.id}}"}


@pytest.mark.parametrize("part", ["nodes", "endpoints"])
def test_azures_defaults_never_decide(network: Make, part: str) -> None:
    last = rules(network(), part)[-1]

    assert (last["priority"], last["access"], last["protocol"]) == (4096, "Deny", "*")
    assert {last[key] for key in last if key.endswith(("Prefix", "Range"))} == {"*"}


@pytest.mark.parametrize("part", ["nodes", "endpoints"])
def test_every_rule_has_a_place_and_a_reason_of_its_own(network: Make, part: str) -> None:
    given = rules(network(), part)

    assert len({rule["priority"] for rule in given}) == len({rule["name"] for rule in given}) == len(given)
    assert all(rule["direction"] == "Inbound" and rule["description"] for rule in given)


def test_callers_reach_the_apps_address_through_the_load_balancer(network: Make) -> None:
    """The load balancer keeps the public address as the packet's destination."""
    found = network()

    assert admitted(found, "nodes", "93.184.216.34", ADDRESS, 80)
    assert not admitted(found, "nodes", "93.184.216.34", ADDRESS, 443)
    assert not admitted(found, "nodes", "93.184.216.34", ADDRESS, 80, "Udp")


def test_nobody_outside_reaches_a_node(network: Make) -> None:
    found = network()

    assert not any(admitted(found, "nodes", "93.184.216.34", "10.20.0.5", port) for port in (22, 80, 443, 10250, 30080))


def test_only_the_callers_that_the_service_admits_come_in(network: Make) -> None:
    found = network(args={"callers": ("93.184.216.0/24", "8.8.0.0/16"), "ports": (8080, 8443)})

    assert admitted(found, "nodes", "93.184.216.34", ADDRESS, 8080)
    assert admitted(found, "nodes", "8.8.8.8", ADDRESS, 8080)
    assert not admitted(found, "nodes", "1.1.1.1", ADDRESS, 8080)


def test_everybody_is_said_with_one_tag_even_beside_others(network: Make) -> None:
    found = network(args={"callers": ("0.0.0.0/0", "0.0.0.0/0")})

    first = rules(found, "nodes")[0]
    assert first["sourceAddressPrefix"] == "Internet"
    assert "sourceAddressPrefixes" not in first


def test_the_load_balancer_may_ask_whether_nodes_are_healthy(network: Make) -> None:
    assert admitted(network(), "nodes", "AzureLoadBalancer", "10.20.0.5", 31234)


@pytest.mark.parametrize(
    ("source", "destination"),
    [("10.20.0.5", "10.20.1.7"), ("10.20.0.5", "10.244.3.9"), ("10.244.1.2", "10.244.3.9")],
)
def test_nodes_and_pods_reach_each_other(network: Make, source: str, destination: str) -> None:
    """Pods' packets are not wrapped, so the subnet's rules see the pods' own addresses."""
    assert admitted(network(), "nodes", source, destination, 53, "Udp")


def test_connected_networks_do_not_reach_nodes_or_pods(network: Make) -> None:
    found = network()

    assert not admitted(found, "nodes", "10.90.0.4", "10.20.0.5", 22)
    assert not admitted(found, "nodes", "10.90.0.4", "10.244.3.9", 8080)


def test_private_endpoints_answer_nodes_and_the_networks_that_config_names(network: Make) -> None:
    found = network(endpointCallers=["10.90.0.0/24"])

    assert admitted(found, "endpoints", "10.20.0.5", "10.20.4.4", 443)
    assert admitted(found, "endpoints", "10.90.0.4", "10.20.4.4", 443)
    assert not admitted(found, "endpoints", "10.91.0.4", "10.20.4.4", 443)
    assert not admitted(found, "endpoints", "10.20.0.5", "10.20.4.4", 80)


def test_private_endpoints_obey_their_rules_and_the_api_servers_own_does_not(network: Make) -> None:
    found = network()

    assert subnet(found, "endpoints")["privateEndpointNetworkPolicies"] == "NetworkSecurityGroupEnabled"
    assert subnet(found, "nodes")["privateEndpointNetworkPolicies"] == "Disabled"


@pytest.mark.parametrize("part", ["nodes", "endpoints"])
def test_nothing_leaves_by_a_way_that_nobody_chose(network: Make, part: str) -> None:
    assert subnet(network(), part)["defaultOutboundAccess"] is False


def test_without_a_gateway_nodes_go_out_by_the_load_balancer(network: Make) -> None:
    found = network()

    assert found.all(NAT) == found.all(IP) == []
    assert "natGateway" not in subnet(found, "nodes")
    assert "egress_ip" not in found.outputs


def test_with_a_gateway_nodes_go_out_by_one_static_address(network: Make) -> None:
    found = network(natGateway={"idleTimeoutMinutes": 10})

    gateway, ip = found.one(NAT).inputs, found.one(IP).inputs
    assert (gateway["sku"], gateway["idleTimeoutInMinutes"]) == ({"name": "Standard"}, 10)
    assert gateway["publicIpAddresses"] == [{"id": "${network-egress-ip.id}"}]
    assert (ip["publicIPAllocationMethod"], ip["sku"]) == ("Static", {"name": "Standard"})
    assert subnet(found, "nodes")["natGateway"] == {"id": "${network-nat.id}"}
    assert "natGateway" not in subnet(found, "endpoints")
    assert found.outputs["egress_ip"] == "${network-egress-ip.ipAddress}"


@pytest.mark.parametrize(("zone", "zones"), [("2", ["2"]), (None, None)])
def test_a_gateway_and_its_address_are_in_one_zone(network: Make, zone: str | None, zones: list[str] | None) -> None:
    found = network(natGateway={"zone": zone})

    assert found.one(NAT).inputs.get("zones") == found.one(IP).inputs.get("zones") == zones


def test_the_outbound_address_is_protected_where_the_environment_is(network: Make) -> None:
    found = network(args={"protect": True}, natGateway={})

    assert [one.type for one in found.resources if one.options.get("protect")] == [IP]


def test_services_are_reached_over_the_backbone_only_where_config_asks(network: Make) -> None:
    assert subnet(network(), "nodes")["serviceEndpoints"] == []
    assert subnet(network(serviceEndpoints=["Microsoft.Storage"]), "nodes")["serviceEndpoints"] == [
        {"service": "Microsoft.Storage"}
    ]


def test_names_are_facts_and_tags_are_everywhere(network: Make, placement: Placement) -> None:
    found = network(natGateway={})
    tagged = [one for one in found.resources if one.type in (VNET, RULES, NAT, IP)]

    assert found.one(VNET).inputs["virtualNetworkName"] == "vnet-scoring-dev-weu"
    assert {subnet(found, part)["subnetName"] for part in ("nodes", "endpoints")} == {
        "snet-scoring-dev-weu-nodes",
        "snet-scoring-dev-weu-endpoints",
    }
    assert len(tagged) == 5
    assert all(one.inputs["tags"] == placement.naming.tags for one in tagged)


def test_a_first_preview_needs_no_answer_of_azure(network: Make) -> None:
    found = network(first=True, natGateway={})

    unknown: list[Record] = [one for one in found.resources if one.type == SUBNET]
    assert len(unknown) == 2
    assert all(value == "${unknown}" for value in found.outputs.values())
