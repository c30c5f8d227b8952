"""`slipway:entry`: the way in for callers."""

from typing import Any

import pytest

from slipway.config import entry_rules
from slipway.config.entry import Entry
from tests.infra import sections
from tests.infra.config.sections import changed, refused, section, told
from tests.infra.support.workloads import workload

PLAIN: dict[str, Any] = {"kind": "service", "plainHttp": True}
GATEWAY: dict[str, Any] = {
    "kind": "gateway",
    "gateway": {"pool": "app"},
    "certificate": {"acme": {"email": "ml-platform@contoso.com"}},
}
IMAGE = "registry.example/envoyproxy/gateway"


def mistakes(content: dict[str, Any], **pool: Any) -> list[str]:
    """Everything that the rules find in a section and its neighbours."""
    entry = section(Entry, content)
    cluster = sections.cluster(pools={"app": {**sections.POOL, **pool}})
    found = [line for rule in entry_rules.RULES[:4] for line in told(rule(entry))]
    found += told(entry_rules.proxies_have_a_pool(entry, cluster))
    return found


@pytest.mark.parametrize("content", [PLAIN, GATEWAY], ids=["service", "gateway"])
def test_both_ways_in_are_accepted(content: dict[str, Any]) -> None:
    assert refused(Entry, content, "slipway:entry") == []
    assert mistakes(content) == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            {"kind": "service"},
            "entry.plainHttp: found false, allowed: true, because kind service leads to the app over plain HTTP",
        ),
        (
            GATEWAY | {"plainHttp": True},
            "entry.plainHttp: found true, allowed: false, because a gateway answers over HTTPS alone",
        ),
        (
            changed(GATEWAY, "certificate", ...),
            "entry.certificate: found nothing, allowed: an object, because kind is gateway",
        ),
        (
            PLAIN | {"gateway": GATEWAY["gateway"]},
            "entry.gateway: found an object, allowed: nothing, because kind is service",
        ),
        (
            changed(GATEWAY, "certificate.secret", "own"),
            "entry.certificate: found both, allowed: exactly one of acme and secret",
        ),
        (
            changed(GATEWAY, "certificate", {}),
            "entry.certificate: found neither, allowed: exactly one of acme and secret",
        ),
        (
            changed(GATEWAY, "gateway.minReplicas", 5),
            "entry.gateway.maxReplicas: found 4, allowed: at least minReplicas, 5",
        ),
        (
            changed(GATEWAY, "gateway.drainSeconds", 20),
            "entry.gateway.drainSeconds: found 20, allowed: more than preStopSeconds, 20",
        ),
        (
            changed(GATEWAY, "gateway.pool", "gpu"),
            "entry.gateway.pool: found gpu, allowed: a pool of cluster.pools: app",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_contradiction_is_named(content: dict[str, Any], problem: str) -> None:
    assert mistakes(content) == [problem]


def test_proxies_do_not_go_where_a_taint_keeps_them_away() -> None:
    [found] = mistakes(GATEWAY, taints=["gpu=true:NoSchedule"])

    assert found.endswith("allowed: a pool without the taint gpu=true:NoSchedule, which the proxies do not tolerate")


def test_a_gateway_leaves_the_services_port_alone() -> None:
    found = told(entry_rules.the_gateway_has_its_ports(section(Entry, GATEWAY), workload({"service.port": 8080})))

    assert found == ["workload.service.port: found 8080, allowed: 80, because the gateway answers on 80 and 443"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("kind", "ingress"),
        ("gateway.minReplicas", 1),
        ("gateway.chart", "https://charts.example/gateway"),
        ("gateway.images", {"controller": f"{IMAGE}:v1", "proxy": f"{IMAGE}@sha256:{'a' * 64}"}),
        ("certificate.acme.server", "http://acme.example/directory"),
        ("certificate.acme.email", "ml-platform"),
        ("certificate.secret", "Own_Secret"),
    ],
)
def test_a_value_that_cannot_work_is_refused(path: str, value: object) -> None:
    [problem] = refused(Entry, changed(GATEWAY, path, value), "slipway:entry")

    assert problem.startswith(f"slipway:entry.{path}")
