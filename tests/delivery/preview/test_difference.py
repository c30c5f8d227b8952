"""Property by property: what differs, what is only noise, and how each is called."""

from typing import Any

import pytest

from delivery.preview.difference import differences
from delivery.preview.model import Kind

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
CLUSTER = "azure-native:containerservice:ManagedCluster"


def found(old: dict[str, Any], new: dict[str, Any], kind: str = "x:y:Z") -> list[tuple[str, Kind, Any, Any]]:
    return [(one.path, one.kind, one.old, one.new) for one in differences(kind, old, new)]


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("x:y:Z", {"n": 2}, {"n": 2.0}),
        ("x:y:Z", {"a": None}, {}),
        ("x:y:Z", {"a": {}, "b": []}, {}),
        ("x:y:Z", {"id": "/subscriptions/a/resourceGroups/B"}, {"id": "/subscriptions/A/resourcegroups/b"}),
        ("x:y:Z", {"location": "West Europe"}, {"location": "westeurope"}),
        ("x:y:Z", {"zones": ["1", "2"]}, {"zones": ["2", "1"]}),
        ("x:y:Z", {"ipRules": [{"value": "a"}, {"value": "b"}]}, {"ipRules": [{"value": "b"}, {"value": "a"}]}),
        (CLUSTER, {}, {"enableRBAC": True}),
        (DEPLOYMENT, {"spec": {}}, {"spec": {"replicas": 1}}),
        (
            DEPLOYMENT,
            {"spec": {"template": {"spec": {"containers": [{"name": "a", "resources": {"limits": {"cpu": "1"}}}]}}}},
            {
                "spec": {
                    "template": {"spec": {"containers": [{"name": "a", "resources": {"limits": {"cpu": "1000m"}}}]}}
                }
            },
        ),
    ],
)
def test_noise_is_no_difference(kind: str, old: dict[str, Any], new: dict[str, Any]) -> None:
    assert found(old, new, kind) == []
    assert found(new, old, kind) == []


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("x:y:Z", {"n": 2}, {"n": 3}),
        ("x:y:Z", {"n": "2"}, {"n": 2}),
        ("x:y:Z", {"name": "A"}, {"name": "a"}),
        ("x:y:Z", {"zones": ["1", "1"]}, {"zones": ["1"]}),
        ("kubernetes:networking.k8s.io/v1:NetworkPolicy", {"spec": {"ingress": []}}, {"spec": {}}),
        ("kubernetes:core/v1:Pod", {"v": [{"name": "t", "emptyDir": {}}]}, {"v": [{"name": "t"}]}),
    ],
)
def test_what_means_something_is_a_difference(kind: str, old: dict[str, Any], new: dict[str, Any]) -> None:
    assert len(found(old, new, kind)) == 1
    assert len(found(new, old, kind)) == 1


def test_members_of_a_list_are_followed_by_their_names() -> None:
    old = {"pools": [{"name": "a", "count": 1}, {"name": "b", "count": 2}]}
    new = {"pools": [{"name": "b", "count": 3}, {"name": "c", "count": 9}, {"name": "a", "count": 1}]}

    assert found(old, new) == [
        ("pools[b].count", Kind.CHANGED, 2, 3),
        ("pools[c]", Kind.ADDED, None, {"name": "c", "count": 9}),
    ]


def test_members_without_names_are_matched_before_they_are_counted() -> None:
    old = {"rules": [{"port": 80}, {"port": 443, "who": "all"}, {"x": 1}]}
    new = {"rules": [{"port": 443, "who": "all"}, {"x": 2}, {"port": 80}]}

    assert found(old, new) == [("rules[1].x", Kind.CHANGED, 1, 2)]


def test_order_is_told_where_it_means_something() -> None:
    def pod(order: list[str]) -> dict[str, Any]:
        return {"spec": {"template": {"spec": {"containers": [{"name": "a", "command": order}]}}}}

    assert found(pod(["sh", "-c"]), pod(["-c", "sh"]), DEPLOYMENT) == [
        ("spec.template.spec.containers[a].command", Kind.REORDERED, ["sh", "-c"], ["-c", "sh"])
    ]


def test_names_with_dots_are_quoted_as_the_engine_does() -> None:
    annotation = {"metadata": {"annotations": {"pulumi.com/skipAwait": "true"}}}

    assert found({"metadata": {}}, annotation) == [
        ("metadata.annotations", Kind.ADDED, None, {"pulumi.com/skipAwait": "true"})
    ]
    assert found({"metadata": {"annotations": {}}}, annotation)[0][0] == 'metadata.annotations["pulumi.com/skipAwait"]'


def test_a_reference_to_another_resource_is_unknown_until_applied() -> None:
    [one] = differences("x:y:Z", {"principal": "1234"}, {"principal": "${identity.principalId}"})

    assert (one.unknown, one.old, one.new) == (True, "1234", "${identity.principalId}")
