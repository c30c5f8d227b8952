"""Bounds and answers of the gateway, as the cluster gets them."""

import json
from typing import Any

import pytest

from slipway.config.callers import Callers
from slipway.config.gateway_limits import Limits
from slipway.manifests import entry
from slipway.naming import Naming
from tests.infra.config.sections import section
from tests.infra.validators.schemas import faults

LIMITS = {
    "requestsPerSecond": 7,
    "connections": 200,
    "streams": 11,
    "headerSeconds": 3,
    "requestSeconds": 30,
    "idleSeconds": 90,
}


def backends(naming: Naming, *, kind: str = "open", largest_body: int | None = 1000, **limits: object) -> Any:
    return entry.backend_traffic(
        naming,
        section(Limits, LIMITS | limits),
        section(Callers, {"kind": kind}),
        largest_body=largest_body,
        namespace="scoring-dev",
        route="scoring",
    ).spec


def test_slow_senders_and_idle_connections_are_ended_and_connections_counted(naming: Naming) -> None:
    spec = entry.client_traffic(naming, section(Limits, LIMITS), namespace="scoring-dev", gateway="scoring").spec

    assert spec == {
        "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "scoring"}],
        "tls": {"minVersion": "1.2", "alpnProtocols": ["h2", "http/1.1"]},
        "connection": {"connectionLimit": {"value": 200}},
        "headers": {"disableRateLimitHeaders": True},
        "http2": {"maxConcurrentStreams": 11},
        "timeout": {
            "tcp": {"tlsHandshakeTimeout": "3s"},
            "http": {
                "requestHeadersReceivedTimeout": "3s",
                "requestReceivedTimeout": "30s",
                "idleTimeout": "90s",
            },
        },
    }


def test_each_address_has_a_bucket_of_its_own(naming: Naming) -> None:
    assert backends(naming)["rateLimit"] == {
        "type": "Local",
        "local": {
            "rules": [
                {
                    "clientSelectors": [{"sourceCIDR": {"type": "Distinct", "value": "0.0.0.0/0"}}],
                    "limit": {"requests": 7, "unit": "Second"},
                }
            ]
        },
    }


def test_without_a_limit_nothing_is_counted(naming: Naming) -> None:
    assert "rateLimit" not in backends(naming, requestsPerSecond=None)


def test_the_gateway_takes_a_body_that_the_app_takes_and_no_larger_one(naming: Naming) -> None:
    assert backends(naming, largest_body=10_485_760)["requestBuffer"] == {"limit": "10485760"}
    assert "requestBuffer" not in backends(naming, largest_body=None)


def test_the_gateways_own_answers_are_problem_documents_and_the_apps_stay(naming: Naming) -> None:
    found = backends(naming)["responseOverride"]

    assert [one["match"]["statusCodes"][0]["value"] for one in found] == [401, 403, 408, 413, 429, 503, 504]
    assert {one["source"] for one in found} == {"Local"}
    for one in found:
        document = json.loads(one["response"]["body"]["inline"])
        assert one["response"]["contentType"] == "application/problem+json"
        assert document["status"] == one["match"]["statusCodes"][0]["value"]
        assert set(document) == {"type", "title", "status", "detail"}


def test_an_answer_names_the_time_to_come_back(naming: Naming) -> None:
    assert sent_headers(backends(naming)) == [(429, "Retry-After", "1"), (503, "Retry-After", "5")]


def test_a_token_for_another_audience_lacks_proof_as_none_does(naming: Naming) -> None:
    found = backends(naming, kind="entra")
    first, second, third, *_ = found["responseOverride"]

    assert first["match"] == {
        "statusCodes": [{"type": "Value", "value": 403}],
        "responseHeaders": [{"name": "WWW-Authenticate", "value": {"type": "Prefix", "value": "Bearer"}}],
    }
    assert first["response"]["statusCode"] == 401
    assert json.loads(first["response"]["body"]["inline"])["status"] == 401
    assert [one["match"]["statusCodes"][0]["value"] for one in (second, third)] == [401, 403]
    assert sent_headers(found)[:2] == [(403, "WWW-Authenticate", "Bearer"), (401, "WWW-Authenticate", "Bearer")]


def sent_headers(spec: Any) -> list[tuple[int, str, str]]:
    """Status, name and value of each header that an override sets."""
    return [
        (one["match"]["statusCodes"][0]["value"], header["name"], header["value"])
        for one in spec["responseOverride"]
        for header in one["response"].get("header", {}).get("set", [])
    ]


@pytest.mark.parametrize(
    "callers",
    [
        {"kind": "entra", "audiences": ["api://scoring"], "roles": ["Caller"]},
        {"kind": "apiKeys", "secret": "callers"},
    ],
    ids=["tokens", "keys"],
)
def test_proof_and_bounds_follow_their_schemas(naming: Naming, callers: dict[str, Any]) -> None:
    config = section(Callers, callers)
    proof = entry.known_callers(naming, config, tenant="t", namespace="scoring-dev")
    bounds = entry.backend_traffic(
        naming, section(Limits, LIMITS), config, largest_body=1000, namespace="scoring-dev", route="scoring"
    )

    assert [faults({"apiVersion": one.api_version, "kind": one.kind, "spec": one.spec}) for one in (proof, bounds)] == [
        [],
        [],
    ]
