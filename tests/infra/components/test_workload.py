"""The workload on the cluster: what is declared, in what order, and what outlives what."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import pulumi
import pytest
from pulumi_kubernetes.provider import Provider

from delivery.preview.record import Recorded
from slipway.components.workload import Workload, WorkloadArgs
from slipway.config.entry import Entry
from slipway.naming import Naming
from slipway.roles import Role, grant
from tests.infra.conftest import Declared
from tests.infra.support.apps import app
from tests.infra.support.workloads import PLAIN_ENTRY, RELEASE, release, workload

NOTHING: Mapping[str, object] = MappingProxyType({})
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SERVICE = "kubernetes:core/v1:Service"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
NAMESPACE = "kubernetes:core/v1:Namespace"
AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
CLUSTER = "slipway:index:Cluster::cluster"

Program = Callable[[], None]


class Something(pulumi.ComponentResource):
    """Stands for another component."""


def granted(name: str, role: Role) -> pulumi.Resource:
    return grant(name, role, to="principal", on="scope", subscription_id="s", opts=pulumi.ResourceOptions())


def program(
    naming: Naming,
    changes: Mapping[str, object] = NOTHING,
    *,
    protect: bool = False,
    image: str = "",
    settings: Mapping[str, object] = NOTHING,
    entry: Entry = PLAIN_ENTRY,
) -> Program:
    def declare() -> None:
        cluster = Something("slipway:index:Cluster", "cluster")
        kubernetes = Provider("kubernetes", cluster_identifier="cluster-1")
        args = WorkloadArgs(
            naming=naming,
            config=workload(changes),
            entry=entry,
            app=app(**settings),
            release=release(),
            protect=protect,
            cluster=cluster,
            image=image or f"crscoringdevx7k2.azurecr.io/scoring@{RELEASE['digest']}",
            ip_name="pip-1",
            ip_resource_group="rg-1",
            pull_grants=[granted("pull", Role.ACR_PULL)],
            address_grants=[granted("address", Role.NETWORK_CONTRIBUTOR)],
        )
        made = Workload("workload", args, pulumi.ResourceOptions(providers=[kubernetes]))
        pulumi.export("namespace", made.namespace)
        pulumi.export("service", made.service_name)
        pulumi.export("deployment", made.deployment_name)

    return declare


@pytest.fixture
def dev(declared: Declared, naming: Naming) -> Recorded:
    return declared(program(naming))


def names(recorded: Recorded) -> set[str]:
    return {record.name for record in recorded.resources if record.type.startswith("kubernetes:")}


def test_it_declares_the_whole_of_a_workload(dev: Recorded) -> None:
    assert names(dev) == {
        "workload-namespace",
        "workload-account",
        "workload-settings",
        "workload-priority",
        "workload-deny-all",
        "workload-allow-http",
        "workload-allow-metrics",
        "workload-quota",
        "workload-limits",
        "workload-app",
        "workload-autoscaler",
        "workload-budget",
        "workload-service",
        "workload-scraping",
    }


def test_everything_is_its_child_on_the_one_provider(dev: Recorded) -> None:
    objects = [record for record in dev.resources if record.type.startswith("kubernetes:")]

    assert {record.parent for record in objects} == {"slipway:index:Workload::workload"}
    assert {record.options["provider"] for record in objects} == {"pulumi:providers:kubernetes::kubernetes"}


@pytest.mark.parametrize("protect", [True, False])
def test_what_answers_callers_is_protected_and_only_where_asked(
    declared: Declared, naming: Naming, *, protect: bool
) -> None:
    found = declared(program(naming, protect=protect))
    protected = {record.name for record in found.resources if record.options.get("protect")}

    kept = ("account", "app", "autoscaler", "budget", "namespace", "service")
    assert protected == ({f"workload-{name}" for name in kept} if protect else set())


def test_all_go_with_the_cluster_so_that_nothing_of_it_is_asked_for_once_it_is_replaced(dev: Recorded) -> None:
    objects = [record for record in dev.resources if record.type.startswith("kubernetes:")]

    assert objects
    assert {record.options.get("deletedWith") for record in objects} == {CLUSTER}


def test_nobody_but_the_autoscaler_says_how_many(dev: Recorded) -> None:
    deployment = dev.one(DEPLOYMENT)

    assert deployment.options["ignoreChanges"] == ["spec.replicas"]
    assert "replicas" not in deployment.inputs["spec"]  # type: ignore[operator]  # a spec is an object
    assert dev.one(AUTOSCALER)


def test_a_fixed_number_is_the_autoscalers_as_well(declared: Declared, naming: Naming) -> None:
    found = declared(program(naming, {"scaling.maxReplicas": 2}))
    spec = found.one(AUTOSCALER).inputs["spec"]

    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 2)  # type: ignore[index, call-overload]  # as above
    assert "replicas" not in found.one(DEPLOYMENT).inputs["spec"]  # type: ignore[operator]  # as above


def test_pods_come_after_what_binds_them_and_what_lets_them_pull(dev: Recorded) -> None:
    assert dev.one(DEPLOYMENT).options["dependsOn"] == [
        "azure-native:authorization:RoleAssignment::pull",
        "kubernetes:core/v1:LimitRange::workload-limits",
        "kubernetes:core/v1:ResourceQuota::workload-quota",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy::workload-allow-http",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy::workload-allow-metrics",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy::workload-deny-all",
    ]


def test_the_service_waits_for_the_right_to_the_address_and_not_for_the_pods(dev: Recorded) -> None:
    assert dev.one(SERVICE).options["dependsOn"] == ["azure-native:authorization:RoleAssignment::address"]


@pytest.mark.parametrize("kind", [DEPLOYMENT, SERVICE])
def test_pulumi_waits_longer_than_the_rollout_does(dev: Recorded, kind: str) -> None:
    assert dev.one(kind).options["customTimeouts"] == {"create": "600s", "update": "600s"}
    assert dev.one(DEPLOYMENT).inputs["spec"]["progressDeadlineSeconds"] < 600  # type: ignore[index, call-overload, operator]  # as above


def test_only_what_must_has_a_fixed_name(dev: Recorded) -> None:
    fixed = {
        record.name
        for record in dev.resources
        if record.type.startswith("kubernetes:") and "name" in record.inputs["metadata"]  # type: ignore[operator]  # as above
    }

    assert fixed == {"workload-namespace", "workload-account", "workload-service", "workload-scraping"}


def test_pods_read_the_config_map_by_the_name_it_was_given(dev: Recorded) -> None:
    settings = dev.one(CONFIG_MAP, "workload-settings")

    assert f"'configMapRef': {{'name': '{settings.assigned_name}'}}" in str(dev.one(DEPLOYMENT).inputs)


def test_another_setting_is_another_config_map_and_so_a_rollout(
    declared: Declared, naming: Naming, dev: Recorded
) -> None:
    after = declared(program(naming, settings={"queueLimit": 8}))

    assert after.one(CONFIG_MAP, "workload-settings").assigned_name not in str(dev.one(DEPLOYMENT).inputs)
    assert after.one(DEPLOYMENT).inputs != dev.one(DEPLOYMENT).inputs


def test_a_release_changes_the_deployment_alone(declared: Declared, naming: Naming, dev: Recorded) -> None:
    after = declared(program(naming, image="crscoringdevx7k2.azurecr.io/scoring@sha256:" + "c3" * 32))
    pairs = zip(dev.resources, after.resources, strict=True)

    assert [old.name for old, new in pairs if old != new] == ["workload-app"]


def test_no_waiting_is_skipped_and_nothing_is_forced(dev: Recorded) -> None:
    assert "pulumi.com/" not in str([record.inputs for record in dev.resources])


def test_with_tracing_pods_come_after_the_way_out(declared: Declared, naming: Naming) -> None:
    found = declared(program(naming, {"tracing": {"service": "collector", "namespace": "observability"}}))

    assert len(found.all(POLICY)) == 4
    assert f"{POLICY}::workload-allow-tracing" in found.one(DEPLOYMENT).options["dependsOn"]  # type: ignore[operator]  # a list


@pytest.mark.parametrize("first", [False, True])
def test_its_names_are_known_before_anything_exists(declared: Declared, naming: Naming, *, first: bool) -> None:
    outputs = declared(program(naming), first=first).outputs

    assert (outputs["namespace"], outputs["service"]) == ("scoring-dev", "scoring")
    assert str(outputs["deployment"]).startswith("workload-app-")


def test_another_priority_makes_another_class(dev: Recorded) -> None:
    """Kubernetes refuses another value of one that is there."""
    found = dev.one("kubernetes:scheduling.k8s.io/v1:PriorityClass")

    assert "value" in str(found.options["replaceOnChanges"])
    metadata: Any = found.inputs["metadata"]
    assert "name" not in metadata
