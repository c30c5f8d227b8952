"""Autoscaler, budget and priority: how many replicas there are, and how many may be missing."""

import pulumi_kubernetes.autoscaling.v2 as autoscaling
import pulumi_kubernetes.policy.v1 as policy
import pulumi_kubernetes.scheduling.v1 as scheduling

from slipway import manifests
from slipway.naming import Naming
from tests.infra.support.workloads import workload

from .conftest import Plain


def test_the_autoscaler_keeps_cpu_use_at_its_target_between_the_bounds(plain: Plain, naming: Naming) -> None:
    args = manifests.autoscaler(naming, workload().scaling, namespace="scoring-dev", deployment="workload-app-1")
    spec = plain(autoscaling.HorizontalPodAutoscaler, args)["spec"]

    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "workload-app-1"}
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 6)
    assert spec["metrics"] == [
        {
            "type": "Resource",
            "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}},
        }
    ]


def test_it_goes_up_at_once_and_down_one_by_one(plain: Plain, naming: Naming) -> None:
    args = manifests.autoscaler(
        naming, workload({"scaling.scaleDownSeconds": 120}).scaling, namespace="scoring-dev", deployment="app"
    )
    behavior = plain(autoscaling.HorizontalPodAutoscaler, args)["spec"]["behavior"]

    assert behavior["scaleUp"]["stabilizationWindowSeconds"] == 0
    assert behavior["scaleDown"]["stabilizationWindowSeconds"] == 120
    assert behavior["scaleDown"]["policies"] == [{"type": "Pods", "value": 1, "periodSeconds": 60}]


def test_the_budget_bounds_what_is_missing_however_many_there_are(plain: Plain, naming: Naming) -> None:
    spec = plain(
        policy.PodDisruptionBudget,
        manifests.disruption_budget(naming, workload().disruptions, namespace="scoring-dev"),
    )["spec"]

    assert spec["maxUnavailable"] == 1
    assert "minAvailable" not in spec
    assert spec["selector"]["matchLabels"] == naming.selector


def test_replicas_that_are_broken_anyway_hold_no_node_up(plain: Plain, naming: Naming) -> None:
    args = manifests.disruption_budget(naming, workload().disruptions, namespace="scoring-dev")

    assert plain(policy.PodDisruptionBudget, args)["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_each_environment_has_a_priority_of_its_own(plain: Plain, naming: Naming) -> None:
    found = plain(scheduling.PriorityClass, manifests.priority(naming, 500))

    assert found["value"] == 500
    assert found["globalDefault"] is False
    assert "name" not in found["metadata"]
