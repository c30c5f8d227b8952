"""The cluster's network: where the API server answers, and how pods and machines reach the world."""

import pytest

from slipway.placement import Placement
from tests.infra.conftest import Declared
from tests.infra.support.clusters import Make, aks, maker


@pytest.fixture
def cluster(declared: Declared, placement: Placement) -> Make:
    return maker(declared, placement)


def test_a_public_api_server_answers_everywhere(cluster: Make) -> None:
    assert aks(cluster())["apiServerAccessProfile"] == {"enablePrivateCluster": False, "disableRunCommand": True}


def test_an_authorised_one_answers_the_ranges_of_config(cluster: Make) -> None:
    made = aks(cluster(api={"access": "authorised", "authorisedRanges": ["20.50.2.0/24"]}))

    assert made["apiServerAccessProfile"]["authorizedIPRanges"] == ["20.50.2.0/24"]


def test_an_authorised_one_answers_its_own_nodes_behind_a_gateway(cluster: Make) -> None:
    api = {"access": "authorised", "authorisedRanges": ["20.50.2.0/24"]}
    made = aks(cluster(api=api, args={"egress_ip": "52.1.2.3"}))

    assert made["apiServerAccessProfile"]["authorizedIPRanges"] == ["20.50.2.0/24", "52.1.2.3/32"]


def test_a_gateway_alone_authorises_nobody(cluster: Make) -> None:
    assert "authorizedIPRanges" not in aks(cluster(args={"egress_ip": "52.1.2.3"}))["apiServerAccessProfile"]


def test_a_private_one_has_a_private_address_under_a_name_that_everybody_can_resolve(cluster: Make) -> None:
    made = aks(cluster(api={"access": "private"}))

    assert made["apiServerAccessProfile"] == {
        "enablePrivateCluster": True,
        "enablePrivateClusterPublicFQDN": True,
        "privateDNSZone": "none",
        "disableRunCommand": True,
    }


def test_the_way_in_past_the_network_is_open_only_where_config_says_so(cluster: Make) -> None:
    assert aks(cluster(api={"runCommand": True}))["apiServerAccessProfile"]["disableRunCommand"] is False


def test_pods_have_a_network_of_their_own_on_cilium(cluster: Make) -> None:
    assert aks(cluster())["networkProfile"] == {
        "networkPlugin": "azure",
        "networkPluginMode": "overlay",
        "networkDataplane": "cilium",
        "networkPolicy": "cilium",
        "ipFamilies": ["IPv4"],
        "podCidr": "10.244.0.0/16",
        "serviceCidr": "10.245.0.0/16",
        "dnsServiceIP": "10.245.0.10",
        "loadBalancerSku": "standard",
        "outboundType": "loadBalancer",
    }


def test_with_a_gateway_the_cluster_takes_it(cluster: Make) -> None:
    assert aks(cluster(network={"natGateway": {}}))["networkProfile"]["outboundType"] == "userAssignedNATGateway"
