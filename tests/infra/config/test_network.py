"""Ranges that would fail at Azure, or cut the cluster off, are refused with what was found and what is allowed."""

import pytest
from pydantic import ValidationError

from slipway.config import network_rules as rules
from slipway.config.environment import Environment
from tests.infra.config.sections import section
from tests.infra.sections import network

ENVIRONMENT = {
    "workload": "scoring",
    "location": "westeurope",
    "suffix": "x7k2",
    "owner": "me",
    "costCentre": "1",
    "protect": False,
}


def environment(**changes: object) -> Environment:
    return section(Environment, ENVIRONMENT | changes)


def problems(**changes: object) -> list[tuple[str, str, str]]:
    """What every rule of the network alone says."""
    own = (
        rules.subnets_fit,
        rules.ranges_are_private,
        rules.ranges_are_apart,
        rules.services_have_a_usual_size,
        rules.dns_is_a_service,
        rules.callers_come_from_elsewhere,
    )
    return [problem for rule in own for problem in rule(network(**changes))]


def test_the_usual_ranges_are_fine() -> None:
    assert problems() == []


def test_the_plan_is_cut_from_the_address_space() -> None:
    plan = network().plan

    assert (plan.nodes, plan.endpoints) == ("10.20.0.0/22", "10.20.4.0/27")


@pytest.mark.parametrize("text", ["10.20.0.1/16", "10.20.0.0/33", "everything", "fd00::/64"])
def test_a_range_is_an_ipv4_network(text: str) -> None:
    with pytest.raises(ValidationError, match=r"an IPv4 network such as 10\.20\.0\.0/16, its host bits zero"):
        network(addressSpace=text)


def test_subnets_that_do_not_fit_are_reported() -> None:
    assert problems(addressSpace="10.20.0.0/22") == [
        (
            "network.addressSpace",
            "10.20.0.0/22",
            "a range with room for both subnets (no room for a /27 of endpoints in 10.20.0.0/22)",
        )
    ]


@pytest.mark.parametrize(
    ("name", "text", "other"),
    [
        ("podCidr", "10.20.128.0/17", "addressSpace, 10.20.0.0/16"),
        ("serviceCidr", "10.20.0.0/20", "addressSpace, 10.20.0.0/16"),
        ("serviceCidr", "10.244.64.0/20", "podCidr, 10.244.0.0/16"),
    ],
)
def test_nodes_pods_and_services_share_no_address(name: str, text: str, other: str) -> None:
    assert problems(**{name: text}) == [(f"network.{name}", text, f"a range apart from {other}")]


@pytest.mark.parametrize("taken", ["169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16"])
def test_ranges_that_aks_keeps_for_itself_are_refused(taken: str) -> None:
    found = problems(serviceCidr=taken)

    assert ("network.serviceCidr", taken, f"a range apart from {taken}, which AKS keeps for itself") in found


def test_a_range_that_others_own_on_the_internet_is_refused() -> None:
    (problem,) = problems(podCidr="20.0.0.0/16")

    assert problem[:2] == ("network.podCidr", "20.0.0.0/16")
    assert problem[2].startswith("a range inside 10.0.0.0/8")


@pytest.mark.parametrize("text", ["10.96.0.0/12", "10.245.0.0/28"])
def test_a_service_range_that_aks_does_not_take_is_refused(text: str) -> None:
    assert problems(serviceCidr=text) == [("network.serviceCidr", text, "a range from /13 to /27")]


@pytest.mark.parametrize("text", ["10.245.0.0", "10.245.0.1", "10.245.255.255", "10.20.0.10"])
def test_the_clusters_dns_is_an_address_that_a_service_may_have(text: str) -> None:
    allowed = "an address inside serviceCidr, 10.245.0.0/16, other than its first two and its last"

    assert problems(dnsServiceIp=text) == [("network.dnsServiceIp", text, allowed)]


def test_the_clusters_dns_is_the_tenth_address_unless_another_is_named() -> None:
    assert network().dns_address == "10.245.0.10"
    assert network(dnsServiceIp="10.245.0.53").dns_address == "10.245.0.53"


def test_a_dns_address_is_an_address() -> None:
    with pytest.raises(ValidationError, match=r"an IPv4 address such as 10\.41\.0\.10"):
        network(dnsServiceIp="ten")


def test_connected_networks_share_no_address_with_this_one() -> None:
    assert problems(endpointCallers=["10.90.0.0/24", "10.20.8.0/24"]) == [
        ("network.endpointCallers[1]", "10.20.8.0/24", "a range apart from addressSpace, 10.20.0.0/16")
    ]


def test_a_zone_for_the_gateway_needs_a_region_with_zones() -> None:
    zonal = network(natGateway={"zone": "2"})

    assert list(rules.zones(environment(), zonal)) == []
    assert list(rules.zones(environment(location="westus"), zonal)) == [
        ("network.natGateway.zone", "2", "nothing, since westus has no zones")
    ]


def test_every_rule_is_run_by_the_loader() -> None:
    assert set(rules.RULES) == {
        rule
        for name, rule in vars(rules).items()
        if callable(rule) and rule.__module__ == rules.__name__ and not name.startswith("_")
    }
