"""`slipway:entry`: the way in for callers."""

from typing import Any

import pytest

from slipway.config import entry_rules
from slipway.config.entry import Entry
from tests.infra import sections
from tests.infra.config.sections import changed, pipelines, refused, section, told
from tests.infra.support.workloads import workload

PLAIN: dict[str, Any] = {"kind": "service", "plainHttp": True}
GATEWAY: dict[str, Any] = {
    "kind": "gateway",
    "gateway": {"pool": "app"},
    "certificate": {"acme": {"email": "ml-platform@contoso.com"}},
}
ENTRA: dict[str, Any] = {"kind": "entra", "audiences": ["api://scoring"], "roles": ["Caller"]}
ELSEWHERE = {"issuer": "https://id.example", "keys": "https://id.example/keys"}
KEYS: dict[str, Any] = {"kind": "apiKeys", "secret": "callers"}
TENANT = "22222222-2222-2222-2222-222222222222"
IMAGE = "registry.example/envoyproxy/gateway"


def mistakes(content: dict[str, Any], **pool: Any) -> list[str]:
    """Everything that the rules find in a section and its neighbours."""
    entry = section(Entry, content)
    cluster = sections.cluster(pools={"app": {**sections.POOL, **pool}})
    found = [line for rule in entry_rules.RULES[:6] for line in told(rule(entry))]
    found += told(entry_rules.proxies_have_a_pool(entry, cluster))
    return found


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        GATEWAY,
        GATEWAY | {"callers": ENTRA | {"tenant": TENANT}},
        GATEWAY | {"callers": ENTRA | ELSEWHERE},
        GATEWAY | {"callers": KEYS},
    ],
    ids=["service", "gateway", "tokens", "tokens of another provider", "keys"],
)
def test_every_way_in_is_accepted(content: dict[str, Any]) -> None:
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
            changed(GATEWAY, "gateway.limits", {"headerSeconds": 20, "requestSeconds": 10}),
            "entry.gateway.limits.requestSeconds: found 10, allowed: at least headerSeconds, 20",
        ),
        (
            PLAIN | {"callers": KEYS},
            "entry.callers.kind: found apiKeys, allowed: open, because a Service lets everybody in",
        ),
        (
            GATEWAY | {"callers": {"kind": "apiKeys"}},
            "entry.callers.secret: found nothing, allowed: a value, because kind is apiKeys",
        ),
        (
            GATEWAY | {"callers": {"secret": "callers"}},
            "entry.callers.secret: found a value, allowed: nothing, because kind is open",
        ),
        (
            GATEWAY | {"callers": {"kind": "entra", "audiences": ["api://scoring"]}},
            "entry.callers.roles: found nothing, allowed: a value, because kind is entra",
        ),
        (
            GATEWAY | {"callers": ENTRA | {"issuer": "https://id.example"}},
            "entry.callers.keys: found nothing, allowed: a value, because issuer names another provider",
        ),
        (
            GATEWAY | {"callers": ENTRA | {"keys": "https://id.example/keys"}},
            "entry.callers.issuer: found nothing, allowed: a value, because keys names another provider",
        ),
        (
            GATEWAY | {"callers": ENTRA | ELSEWHERE | {"tenant": TENANT}},
            f"entry.callers.tenant: found {TENANT}, allowed: nothing, because issuer names another provider",
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
    ("policy", "requests", "expected"),
    [
        ("Local", 100, []),
        ("Cluster", None, []),
        (
            "Cluster",
            100,
            [
                (
                    "workload.service.externalTrafficPolicy: found Cluster, allowed: Local, or null in "
                    "entry.gateway.limits.requestsPerSecond, because callers look like nodes otherwise"
                )
            ],
        ),
    ],
)
def test_a_limit_for_each_caller_needs_callers_addresses(
    policy: str, requests: int | None, expected: list[str]
) -> None:
    entry = section(Entry, changed(GATEWAY, "gateway.limits", {"requestsPerSecond": requests}))
    found = entry_rules.callers_have_addresses(entry, workload({"service.externalTrafficPolicy": policy}))

    assert told(found) == expected


@pytest.mark.parametrize(
    ("callers", "expected"),
    [
        ({"kind": "open"}, ""),
        (ENTRA, ""),
        (KEYS | {"releaseKey": "https://kv-callers.vault.azure.net/secrets/release"}, ""),
        (KEYS, "entry.callers.releaseKey: found nothing, allowed: a Key Vault secret, because"),
        (ENTRA | ELSEWHERE, "entry.callers.issuer: found https://id.example, allowed: nothing, because"),
    ],
)
def test_a_release_pipeline_needs_a_proof_of_its_own(callers: dict[str, Any], expected: str) -> None:
    entry = section(Entry, GATEWAY | {"callers": callers})
    found = told(entry_rules.releases_prove_themselves(entry, pipelines(None)))

    assert [line.startswith(expected) for line in found] == ([True] if expected else [])
    assert told(entry_rules.releases_prove_themselves(entry, None)) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("kind", "ingress"),
        ("gateway.limits", {"requestsPerSecond": 0}),
        ("callers", {"kind": "basic"}),
        ("callers", {"audiences": ["api://scoring and more"]}),
        ("callers", {"releaseKey": "kv-callers/release"}),
        ("callers", {"keys": "http://id.example/keys"}),
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
