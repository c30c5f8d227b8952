"""The Service: the environment's own address, and only those who may call."""

from collections.abc import Mapping
from typing import Any

import pulumi_kubernetes.core.v1 as core
import pytest

from slipway import manifests
from slipway.naming import Naming
from tests.infra.support.apps import sample_contract
from tests.infra.support.workloads import workload

from .conftest import Plain

AZURE = "service.beta.kubernetes.io/azure"


def service(plain: Plain, naming: Naming, changes: Mapping[str, object] | None = None) -> Any:
    args = manifests.service(
        naming,
        workload(changes or {}),
        sample_contract(),
        namespace="scoring-dev",
        ip_name="pip-1",
        ip_resource_group="rg-1",
    )
    return plain(core.Service, args)


def test_it_takes_the_address_by_name_from_another_resource_group(plain: Plain, naming: Naming) -> None:
    found = service(plain, naming)

    assert found["metadata"]["annotations"][f"{AZURE}-pip-name"] == "pip-1"
    assert found["metadata"]["annotations"][f"{AZURE}-load-balancer-resource-group"] == "rg-1"
    assert "loadBalancerIP" not in found["spec"]


def test_the_dns_label_is_left_to_the_address(plain: Plain, naming: Naming) -> None:
    assert f"{AZURE}-dns-label-name" not in service(plain, naming)["metadata"]["annotations"]


def test_the_load_balancer_asks_the_public_port_for_readiness(plain: Plain, naming: Naming) -> None:
    annotations = service(plain, naming)["metadata"]["annotations"]
    probe = f"{AZURE}-load-balancer-health-probe"

    assert annotations[f"{probe}-protocol"] == "http"
    assert annotations[f"{probe}-request-path"] == "/v2/health/ready"
    assert (annotations[f"{probe}-interval"], annotations[f"{probe}-num-of-probe"]) == ("5", "2")


@pytest.mark.parametrize("policy", ["Cluster", "Local"])
def test_who_passes_requests_on_is_configured(plain: Plain, naming: Naming, policy: str) -> None:
    found = service(plain, naming, {"service.externalTrafficPolicy": policy})

    assert found["spec"]["type"] == "LoadBalancer"
    assert found["spec"]["externalTrafficPolicy"] == policy


def test_only_listed_networks_may_call(plain: Plain, naming: Naming) -> None:
    found = service(plain, naming, {"service.allowedSources": ["203.0.113.0/24", "198.51.100.7/32"]})

    assert found["spec"]["loadBalancerSourceRanges"] == ["203.0.113.0/24", "198.51.100.7/32"]


def test_its_one_port_leads_to_the_public_port_by_name(plain: Plain, naming: Naming) -> None:
    assert service(plain, naming, {"service.port": 8000})["spec"]["ports"] == [
        {"name": "http", "port": 8000, "targetPort": "http", "protocol": "TCP", "appProtocol": "http"}
    ]


def test_it_finds_pods_of_every_version(plain: Plain, naming: Naming) -> None:
    assert service(plain, naming)["spec"]["selector"] == naming.selector


def test_its_name_is_the_workloads(plain: Plain, naming: Naming) -> None:
    assert service(plain, naming)["metadata"]["name"] == "scoring"
