"""The app's route where a place is kept for a canary."""

from typing import Any

import pytest

from slipway.manifests import entry
from slipway.manifests.entry import Split
from slipway.naming import Naming
from tests.infra.support.workloads import workload
from tests.infra.validators.schemas import faults

OWN = [{"type": "RequestHeaderModifier", "requestHeaderModifier": {"remove": ["x-slipway-track"]}}]
HSTS = {"set": [{"name": "Strict-Transport-Security", "value": "max-age=31536000"}]}


def rule(naming: Naming, split: Split | None) -> Any:
    route = entry.app_route(
        naming,
        workload().service,
        namespace="scoring-dev",
        gateway="scoring",
        host="scoring.example.com",
        service_name="scoring",
        split=split,
    )
    assert faults({"apiVersion": route.api_version, "kind": route.kind, "spec": route.spec}) == []
    [only] = route.spec["rules"]
    return only


def test_without_a_place_everything_goes_to_the_live_release(naming: Naming) -> None:
    assert rule(naming, None)["backendRefs"] == [{"name": "scoring", "port": 80}]


@pytest.mark.parametrize("share", [1, 10, 50])
def test_the_places_share_is_a_weight_of_a_hundred(naming: Naming, share: int) -> None:
    assert rule(naming, Split(service="scoring-canary", share=share)) == {
        "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
        "filters": [{"type": "ResponseHeaderModifier", "responseHeaderModifier": HSTS}],
        "backendRefs": [
            {"name": "scoring", "port": 80, "weight": 100 - share, "filters": OWN},
            {"name": "scoring-canary", "port": 80, "weight": share, "filters": OWN},
        ],
    }


def test_as_many_requests_are_mirrored_as_the_place_would_get(naming: Naming) -> None:
    found = rule(naming, Split(service="scoring-canary", share=20, mirror="scoring-shadow"))

    assert found["filters"][1:] == [
        {
            "type": "RequestMirror",
            "requestMirror": {"backendRef": {"name": "scoring-shadow", "port": 80}, "percent": 20},
        }
    ]
    assert [one["weight"] for one in found["backendRefs"]] == [80, 20]


def test_requests_are_counted_by_the_names_of_envoys_clusters() -> None:
    assert entry.statistics("scoring-dev", "scoring") == {
        "live": "httproute/scoring-dev/scoring/rule/0/backend/0",
        "canary": "httproute/scoring-dev/scoring/rule/0/backend/1",
        "shadow": "httproute/scoring-dev/scoring/rule/0-mirror-1",
    }
