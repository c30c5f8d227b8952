"""A scratch environment's objects: the program's own, and only what Azure would have given put in."""

import copy
from typing import Any

import pytest

from delivery.rehearse.cluster import _trouble
from delivery.rehearse.objects import fit

IMAGE = "registry.example/scoring@sha256:" + "ab" * 32
RENDERED: list[dict[str, Any]] = [
    {"kind": "Namespace", "metadata": {"name": "scoring-r1"}},
    {"kind": "PriorityClass", "metadata": {"name": "workload-priority-1"}, "value": 1},
    {"kind": "ConfigMap", "metadata": {"name": "of-azure", "namespace": "kube-system"}},
    {"kind": "Service", "metadata": {"name": "scoring", "namespace": "scoring-r1"}},
    {
        "kind": "Deployment",
        "metadata": {"name": "app", "namespace": "scoring-r1"},
        "spec": {
            "template": {
                "spec": {
                    "priorityClassName": "workload-priority-1",
                    "nodeSelector": {"kubernetes.io/os": "linux", "slipway/pool": "app"},
                    "containers": [{"name": "scoring", "image": "of.azure/scoring@sha256:" + "ab" * 32}],
                }
            }
        },
    },
]


def pod(objects: list[dict[str, Any]]) -> Any:
    [found] = [one["spec"]["template"]["spec"] for one in objects if one["kind"] == "Deployment"]
    return found


def test_the_image_and_the_names_that_the_whole_cluster_shares_are_all_that_changes() -> None:
    wanted = copy.deepcopy(RENDERED)
    del wanted[2]
    wanted[1]["metadata"]["name"] = pod(wanted)["priorityClassName"] = "workload-priority-1-r1"
    pod(wanted)["containers"][0]["image"] = IMAGE
    assert fit(RENDERED, "r1", IMAGE, pooled=True).applied == wanted


def test_what_lives_in_a_namespace_of_others_is_left_out_by_name() -> None:
    assert fit(RENDERED, "r1", IMAGE, pooled=True).left_out == ("ConfigMap of-azure of kube-system",)


def test_where_no_node_has_the_pools_label_none_is_asked_for_and_that_is_said() -> None:
    found = fit(RENDERED, "r1", IMAGE, pooled=False)
    assert pod(found.applied)["nodeSelector"] == {"kubernetes.io/os": "linux"}
    assert found.left_out[1:] == ("the wish for nodes labelled slipway/pool=app",)


def test_what_must_be_removed_beside_the_namespace_is_known() -> None:
    found = fit(RENDERED, "r1", IMAGE, pooled=True)
    assert found.namespace == "scoring-r1"
    assert found.shared == [("PriorityClass", "workload-priority-1-r1")]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ({}, ()),
        ({"containerStatuses": [{"state": {"waiting": {"reason": "ContainerCreating"}}}]}, ()),
        (
            {"containerStatuses": [{"state": {"waiting": {"reason": "ErrImagePull", "message": "refused"}}}]},
            ("ErrImagePull", "refused"),
        ),
        (
            {"conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "cpu"}]},
            ("Unschedulable", "cpu"),
        ),
    ],
)
def test_a_pod_says_why_it_does_not_come_up(status: dict[str, Any], said: tuple[str, ...]) -> None:
    assert _trouble([{"status": {"containerStatuses": [{"state": {"running": {}}}]}}, {"status": status}]) == said
