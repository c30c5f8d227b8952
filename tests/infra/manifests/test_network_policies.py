"""Who may talk to whom, by the rules of NetworkPolicies themselves: allowed is what any policy of a pod allows."""

from dataclasses import dataclass, field
from typing import Any

import pulumi_kubernetes.networking.v1 as networking
import pytest

from slipway import manifests
from slipway.config.workload import Tracing
from slipway.naming import Naming
from tests.infra.support.apps import sample_contract
from tests.infra.support.workloads import workload

from .conftest import Plain

PORT, MANAGEMENT_PORT = sample_contract().ports.public, sample_contract().management_port
COLLECTOR = {"service": "collector", "namespace": "observability"}


@dataclass(frozen=True)
class Peer:
    """The other end; without a namespace it is outside the cluster."""

    namespace: str = ""
    labels: dict[str, str] = field(default_factory=dict)


INTERNET = Peer()
PROMETHEUS = Peer("kube-system", {"rsName": "ama-metrics", "kubernetes.azure.com/managedby": "aks"})
COREDNS = Peer("kube-system", {"k8s-app": "kube-dns"})
COLLECTOR_POD = Peer("observability", {"app": "collector"})
API_SERVER = Peer()


def matches(selector: dict[str, Any] | None, labels: dict[str, str]) -> bool:
    return selector is None or selector.get("matchLabels", {}).items() <= labels.items()


def allows_peer(peers: list[Any] | None, peer: Peer) -> bool:
    """No list is everybody."""
    return peers is None or any(
        peer.namespace != ""
        and matches(one["namespaceSelector"], {"kubernetes.io/metadata.name": peer.namespace})
        and matches(one.get("podSelector"), peer.labels)
        for one in peers
    )


@dataclass(frozen=True)
class Policies:
    """Every policy of the namespace."""

    all: list[Any]

    def allow(self, direction: str, pod: dict[str, str], peer: Peer, port: int, protocol: str = "TCP") -> bool:
        """Whether a pod with labels `pod` may be reached by, or may reach, `peer`."""
        mine = [p for p in self.all if direction in p["policyTypes"] and matches(p["podSelector"], pod)]
        side, end = ("ingress", "from") if direction == "Ingress" else ("egress", "to")
        rules = [rule for p in mine for rule in p.get(side, [])]
        through = {"port": port, "protocol": protocol}
        return not mine or any(allows_peer(rule.get(end), peer) and through in rule["ports"] for rule in rules)


@pytest.fixture
def policies(plain: Plain, naming: Naming) -> Policies:
    made = [
        manifests.deny_all(naming, namespace="scoring-dev"),
        manifests.allow_http(naming, sample_contract(), namespace="scoring-dev"),
        manifests.allow_metrics(naming, sample_contract(), namespace="scoring-dev"),
    ]
    return Policies([plain(networking.NetworkPolicy, one)["spec"] for one in made])


@pytest.fixture
def tracing(plain: Plain, naming: Naming, policies: Policies) -> Policies:
    wanted = workload({"tracing": COLLECTOR}).tracing
    assert isinstance(wanted, Tracing)
    more = plain(networking.NetworkPolicy, manifests.allow_tracing(naming, wanted, namespace="scoring-dev"))
    return Policies([*policies.all, more["spec"]])


@pytest.mark.parametrize("caller", [INTERNET, PROMETHEUS, Peer("other", {"app": "client"})])
def test_anybody_reaches_the_public_port(policies: Policies, naming: Naming, caller: Peer) -> None:
    assert policies.allow("Ingress", naming.selector, caller, PORT)


def test_the_metrics_agent_alone_reaches_the_management_port(policies: Policies, naming: Naming) -> None:
    assert policies.allow("Ingress", naming.selector, PROMETHEUS, MANAGEMENT_PORT)


@pytest.mark.parametrize(
    "caller",
    [INTERNET, COREDNS, Peer("other", {"app": "client"}), Peer("other", PROMETHEUS.labels), Peer("scoring-dev")],
)
def test_no_caller_reaches_the_management_port(policies: Policies, naming: Naming, caller: Peer) -> None:
    assert not policies.allow("Ingress", naming.selector, caller, MANAGEMENT_PORT)


def test_nobody_reaches_another_port(policies: Policies, naming: Naming) -> None:
    assert not policies.allow("Ingress", naming.selector, INTERNET, 22)


def test_nobody_reaches_another_pod_of_the_namespace(policies: Policies) -> None:
    assert not policies.allow("Ingress", {"run": "debug"}, INTERNET, PORT)


@pytest.mark.parametrize(("peer", "port"), [(INTERNET, 443), (COREDNS, 53), (API_SERVER, 443), (COLLECTOR_POD, 4318)])
def test_the_app_reaches_nobody(policies: Policies, naming: Naming, peer: Peer, port: int) -> None:
    assert not policies.allow("Egress", naming.selector, peer, port)


def test_another_pod_of_the_namespace_reaches_nobody(policies: Policies) -> None:
    assert not policies.allow("Egress", {"run": "debug"}, INTERNET, 443)


def test_with_tracing_it_reaches_the_collector_and_names(tracing: Policies, naming: Naming) -> None:
    assert tracing.allow("Egress", naming.selector, COLLECTOR_POD, 4318)
    assert tracing.allow("Egress", naming.selector, COREDNS, 53, "UDP")
    assert tracing.allow("Egress", naming.selector, COREDNS, 53, "TCP")


@pytest.mark.parametrize(
    ("peer", "port"), [(INTERNET, 4318), (COLLECTOR_POD, 443), (PROMETHEUS, 53), (Peer("other"), 4318)]
)
def test_with_tracing_it_reaches_nothing_else(tracing: Policies, naming: Naming, peer: Peer, port: int) -> None:
    assert not tracing.allow("Egress", naming.selector, peer, port)
