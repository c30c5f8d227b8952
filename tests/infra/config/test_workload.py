"""What the workload's section refuses, and in which words."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from slipway.config.problems import of
from slipway.config.workload import Workload
from slipway.config.workload_rules import RULES
from tests.infra.support.workloads import WORKLOAD, changed, workload


def refusals(path: str, value: object) -> Iterator[str]:
    text = json.dumps(changed(WORKLOAD, {path: value}))
    with pytest.raises(ValidationError) as refused:
        Workload.model_validate_json(text)
    return (str(problem) for problem in of(Workload, "slipway:workload", refused.value))


def contradictions(changes: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [problem for rule in RULES for problem in rule(workload(changes))]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            "scaling.minReplicas",
            1,
            "slipway:workload.scaling.minReplicas: found 1, allowed: at least 2",
        ),
        (
            "resources.cpuLimit",
            "1500m",
            'slipway:workload.resources.cpuLimit: found "1500m", allowed: whole cores such as "2", from 1 to 64',
        ),
        (
            "resources.cpuRequest",
            "half",
            'found "half", allowed: cores such as "2", or thousandths such as "500m", from 10m to 256',
        ),
        ("resources.cpuRequest", "0m", "from 10m to 256"),
        ("resources.memory", "1G", 'mebibytes such as "512Mi" or gibibytes such as "2Gi", from 16Mi to 1024Gi'),
        ("resources.memory", "Mi", "from 16Mi to 1024Gi"),
        ("resources.modelMemory", "192", "from 16Mi to 1024Gi"),
        ("resources.modelMemory", None, "slipway:workload.resources.modelMemory: found nothing, allowed: a value"),
        ("service.allowedSources", ["10.0.0.1/8"], "an IPv4 network such as 10.20.0.0/16, its host bits zero"),
        ("service.allowedSources", [], 'found [], allowed: 1 to 200 networks; ["0.0.0.0/0"] lets everybody in'),
        ("service.externalTrafficPolicy", "local", "Cluster or Local"),
        ("disruptions.maxUnavailable", 0, "disruptions.maxUnavailable: found 0, allowed: at least 1"),
        ("rollout.preStopSeconds", 4, "at least 5"),
        ("rollout.drainSeconds", 0, "at least 1"),
        ("tracing", {"service": "collector"}, "slipway:workload.tracing.namespace: found nothing, allowed: a value"),
        ("pool", "user-pool", "pool"),
    ],
)
def test_a_wrong_value_is_told_by_place_found_and_allowed(path: str, value: object, message: str) -> None:
    [told] = refusals(path, value)

    assert message in told


def test_the_sample_contradicts_itself_nowhere() -> None:
    assert contradictions({}) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"scaling.minReplicas": 7},
            ("workload.scaling.maxReplicas", "6", "at least minReplicas, 7"),
        ),
        (
            {"disruptions.maxUnavailable": 2},
            (
                "workload.disruptions.maxUnavailable",
                "2",
                "fewer than scaling.minReplicas, 2: else a drain may take every replica",
            ),
        ),
        (
            {"resources.cpuRequest": "2100m"},
            ("workload.resources.cpuRequest", "2100m", "at most resources.cpuLimit, 2"),
        ),
        (
            {"resources.ephemeralStorage": "250Mi"},
            ("workload.resources.ephemeralStorage", "250Mi", "at least 300Mi, for logs"),
        ),
        (
            {"service.externalTrafficPolicy": "Local"},
            ("workload.spread.nodes", "preferred", "required, because service.externalTrafficPolicy is Local"),
        ),
        (
            {
                "service.externalTrafficPolicy": "Local",
                "spread.nodes": "required",
                "rollout.preStopSeconds": 10,
            },
            (
                "workload.rollout.preStopSeconds",
                "10",
                "more than 10: so long service.externalTrafficPolicy Local takes to leave a node out",
            ),
        ),
        (
            {"rollout.progressSeconds": 65},
            ("workload.rollout.progressSeconds", "65", "more than startSeconds + minReadySeconds, 65"),
        ),
        (
            {"rollout.timeoutSeconds": 400, "rollout.progressSeconds": 400},
            ("workload.rollout.timeoutSeconds", "400", "more than progressSeconds, 400"),
        ),
        (
            {"scaling.maxReplicas": 21, "rollout.maxSurge": 2},
            (
                "workload.rollout.timeoutSeconds",
                "600",
                "at least 715: 11 times startSeconds + minReadySeconds, since maxSurge replicas start at once",
            ),
        ),
    ],
)
def test_a_contradiction_is_told(changes: dict[str, Any], problem: tuple[str, str, str]) -> None:
    assert contradictions(changes) == [problem]


def test_several_contradictions_are_told_at_once() -> None:
    found = contradictions({"scaling.minReplicas": 7, "disruptions.maxUnavailable": 8, "rollout.progressSeconds": 65})

    assert [path for path, _, _ in found] == [
        "workload.scaling.maxReplicas",
        "workload.disruptions.maxUnavailable",
        "workload.rollout.progressSeconds",
    ]
