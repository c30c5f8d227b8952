"""Advice about callers of protected routes."""

from typing import Any

import pytest

from policy.judge import judge
from policy.model import Level, Resource
from tests.policy.samples import TODAY

ENVOY = "kubernetes:gateway.envoyproxy.io/v1alpha1"
PROTECTED = {"protect": True}


def found(
    *, sources: list[str], proven: str = "", protected: bool = True, backends: bool = True
) -> list[tuple[str, str, Level]]:
    """Advice about a route."""
    rules: list[dict[str, Any]] = (
        [{"backendRefs": [{"name": "scoring", "port": 80}]}] if backends else [{"filters": []}]
    )
    service = {"envoyService": {"loadBalancerSourceRanges": sources}}
    resources = [
        Resource(f"{ENVOY}:EnvoyProxy", "proxies", {"spec": {"provider": {"kubernetes": service}}}, PROTECTED),
        Resource(
            "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
            "route",
            {"metadata": {"name": "scoring"}, "spec": {"rules": rules}},
            PROTECTED if protected else {},
        ),
    ]
    if proven:
        target = {"kind": "HTTPRoute", "name": proven}
        resources.append(Resource(f"{ENVOY}:SecurityPolicy", "callers", {"spec": {"targetRefs": [target]}}))
    return [(one.rule, one.name, one.level) for one in judge(resources, "prod", TODAY)]


ADVICE = [("protected-callers-known", "route", Level.ADVISORY)]


@pytest.mark.parametrize("proven", ["", "another", "${another.metadata.name}"])
def test_a_protected_route_for_unknown_callers_is_advised_against(proven: str) -> None:
    assert found(sources=["0.0.0.0/0"], proven=proven) == ADVICE


@pytest.mark.parametrize("proven", ["scoring", "${route.metadata.name}", "${unknown}"])
def test_a_route_with_proof_is_let_be(proven: str) -> None:
    assert found(sources=["0.0.0.0/0"], proven=proven) == []


def test_a_route_of_private_networks_an_unprotected_one_and_a_redirect_are_let_be() -> None:
    assert found(sources=["10.0.0.0/8"]) == []
    assert found(sources=["0.0.0.0/0"], protected=False) == []
    assert found(sources=["0.0.0.0/0"], backends=False) == []
