"""kube-score looks at all objects together: selectors, policies, budgets and autoscalers against the pods."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.infra.support.environments import Manifest

from .conftest import Rendered
from .exceptions import BASELINE_FAILURES, accepted
from .findings import kube_score, kube_score_command

JUDGED = {
    "Deployment",
    "HorizontalPodAutoscaler",
    "NetworkPolicy",
    "PodDisruptionBudget",
    "Service",
}
"""Kinds that it has checks for."""


@pytest.fixture(scope="module")
def command() -> str:
    found = kube_score_command()
    if found is None:
        pytest.skip("kube-score is not here: make validators installs it where Go is")
    return found


def kinds(manifests: list[Manifest]) -> list[str]:
    return [str(manifest["kind"]) for manifest in manifests]


def test_it_finds_what_is_accepted_and_nothing_else(command: str, rendered: Rendered, environment: str) -> None:
    findings = kube_score(command, rendered(environment))

    assert findings.failed == accepted("kube-score", environment)
    assert len(findings.failed) < BASELINE_FAILURES["kube-score"]
    assert findings.judged >= sum(kind in JUDGED for kind in kinds(rendered(environment)))


def without_policies(objects: list[Any]) -> list[Any]:
    return [one for one in objects if one["kind"] != "NetworkPolicy"]


def without_readiness(objects: list[Any]) -> list[Any]:
    [deployment] = [one for one in objects if one["kind"] == "Deployment"]
    del deployment["spec"]["template"]["spec"]["containers"][0]["readinessProbe"]
    return objects


def with_a_budget_for_others(objects: list[Any]) -> list[Any]:
    [budget] = [one for one in objects if one["kind"] == "PodDisruptionBudget"]
    budget["spec"]["selector"]["matchLabels"] = {"app": "another"}
    return objects


def with_a_service_for_others(objects: list[Any]) -> list[Any]:
    [service] = [one for one in objects if one["kind"] == "Service"]
    service["spec"]["selector"] = {"app": "another"}
    return objects


@pytest.mark.parametrize(
    ("breaking", "check"),
    [
        (without_policies, "pod-networkpolicy"),
        (without_readiness, "pod-probes"),
        (with_a_budget_for_others, "deployment-has-poddisruptionbudget"),
        (with_a_service_for_others, "service-targets-pod"),
    ],
)
def test_it_would_find_what_is_broken(
    command: str, rendered: Rendered, breaking: Callable[[list[Any]], list[Any]], check: str
) -> None:
    broken = breaking(copy.deepcopy(rendered("prod")))

    assert check in {found for found, _ in kube_score(command, broken).failed}
