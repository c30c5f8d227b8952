"""The Deployment: what is released, and how it replaces what was there."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pulumi_kubernetes.apps.v1 as apps
import pytest

from delivery.image import confinement
from slipway import manifests
from slipway.config.quantities import mebibytes
from slipway.naming import Naming
from tests.infra.support import environments
from tests.infra.support.apps import sample_contract
from tests.infra.support.workloads import RELEASE, release, workload

from .conftest import Plain

IMAGE = f"crscoringdevx7k2.azurecr.io/scoring@{RELEASE['digest']}"
PORT, MANAGEMENT_PORT = sample_contract().ports.public, sample_contract().management_port
NOTHING: Mapping[str, object] = MappingProxyType({})


def deployment(
    plain: Plain, naming: Naming, changes: Mapping[str, object] = NOTHING, released: Mapping[str, object] = NOTHING
) -> Any:
    references = manifests.References(
        image=IMAGE, settings="settings-1", service_account="scoring", priority_class="priority-1"
    )
    args = manifests.deployment(
        naming, workload(changes), sample_contract(), release(released), references, namespace="scoring-dev"
    )
    return plain(apps.Deployment, args)


def template(plain: Plain, naming: Naming, changes: Mapping[str, object] = NOTHING) -> Any:
    return deployment(plain, naming, changes)["spec"]["template"]


def container(plain: Plain, naming: Naming, changes: Mapping[str, object] = NOTHING) -> Any:
    [only] = template(plain, naming, changes)["spec"]["containers"]
    return only


@pytest.mark.parametrize("most", [6, 2])
def test_replicas_are_left_to_the_autoscaler(plain: Plain, naming: Naming, most: int) -> None:
    assert "replicas" not in deployment(plain, naming, {"scaling.maxReplicas": most})["spec"]


def test_no_replica_goes_before_another_has_come_and_stayed(plain: Plain, naming: Naming) -> None:
    spec = deployment(plain, naming)["spec"]

    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    assert spec["minReadySeconds"] == 5
    assert spec["progressDeadlineSeconds"] == 300
    assert spec["revisionHistoryLimit"] == 5


def test_its_selector_knows_no_version(plain: Plain, naming: Naming) -> None:
    spec = deployment(plain, naming)["spec"]
    other = deployment(plain, naming, released={"commit": "f" * 40, "model.version": "8"})["spec"]

    assert spec["selector"] == other["selector"]
    assert spec["selector"]["matchLabels"] == {
        "app.kubernetes.io/name": "scoring",
        "app.kubernetes.io/instance": "scoring-dev",
    }
    assert spec["selector"]["matchLabels"].items() <= spec["template"]["metadata"]["labels"].items()


def test_it_and_its_pods_carry_all_recommended_labels(plain: Plain, naming: Naming) -> None:
    found = deployment(plain, naming)
    labels = {
        "app.kubernetes.io/name": "scoring",
        "app.kubernetes.io/instance": "scoring-dev",
        "app.kubernetes.io/version": "0123456789ab",
        "app.kubernetes.io/component": "api",
        "app.kubernetes.io/part-of": "slipway",
        "app.kubernetes.io/managed-by": "pulumi",
    }

    assert found["metadata"]["labels"] == labels
    assert found["spec"]["template"]["metadata"]["labels"] == labels


def test_it_tells_which_code_model_and_build_it_runs(plain: Plain, naming: Naming) -> None:
    assert deployment(plain, naming)["metadata"]["annotations"] == {
        "slipway/commit": RELEASE["commit"],
        "slipway/model": "efficientnet-lite/7",
        "slipway/model-sha256": "b2" * 32,
        "slipway/build": "20261123.4",
    }


def test_the_same_image_from_another_build_replaces_no_pod(plain: Plain, naming: Naming) -> None:
    before, after = (deployment(plain, naming, released={"buildId": build}) for build in ("1", "2"))

    assert before["metadata"]["annotations"] != after["metadata"]["annotations"]
    assert before["spec"] == after["spec"]


def test_pods_ask_to_be_scraped_where_the_app_shows_metrics(plain: Plain, naming: Naming) -> None:
    annotations = template(plain, naming)["metadata"]["annotations"]

    assert annotations["prometheus.io/scrape"] == "true"
    assert annotations["prometheus.io/path"] == "/metrics"
    assert annotations["prometheus.io/port"] == str(MANAGEMENT_PORT)


def test_the_image_is_named_by_its_digest_and_asked_for_once(plain: Plain, naming: Naming) -> None:
    found = container(plain, naming)

    assert found["image"] == IMAGE
    assert found["imagePullPolicy"] == "IfNotPresent"


def test_nothing_in_the_container_has_privileges_or_can_write(plain: Plain, naming: Naming) -> None:
    pod = template(plain, naming)["spec"]

    assert pod["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "privileged": False,
        "readOnlyRootFilesystem": True,
    }
    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "runAsGroup": 10001,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert "volumes" not in pod
    assert pod["automountServiceAccountToken"] is False


def test_pods_run_as_the_user_of_the_image(plain: Plain, naming: Naming, dockerfile: str) -> None:
    context = template(plain, naming)["spec"]["securityContext"]

    assert f"\nUSER {context['runAsUser']}:{context['runAsGroup']}\n" in dockerfile


def test_its_ports_are_those_that_the_image_exposes(plain: Plain, naming: Naming, dockerfile: str) -> None:
    assert container(plain, naming)["ports"] == [
        {"name": "http", "containerPort": PORT, "protocol": "TCP"},
        {"name": "management", "containerPort": MANAGEMENT_PORT, "protocol": "TCP"},
    ]
    assert f"\nEXPOSE {PORT} {MANAGEMENT_PORT}\n" in dockerfile


def test_no_service_puts_variables_into_the_app(plain: Plain, naming: Naming) -> None:
    assert template(plain, naming)["spec"]["enableServiceLinks"] is False


def test_settings_come_from_the_config_map_by_its_given_name(plain: Plain, naming: Naming) -> None:
    assert container(plain, naming)["envFrom"] == [{"configMapRef": {"name": "settings-1"}}]


def test_memory_and_disk_are_kept_in_full_and_cpu_as_asked(plain: Plain, naming: Naming) -> None:
    assert container(plain, naming)["resources"] == {
        "requests": {"cpu": "500m", "memory": "1280Mi", "ephemeral-storage": "1Gi"},
        "limits": {"cpu": "2", "memory": "1280Mi", "ephemeral-storage": "1Gi"},
    }


@pytest.mark.parametrize("setting", ["nodes", "zones"])
@pytest.mark.parametrize(("wish", "said"), [("preferred", "ScheduleAnyway"), ("required", "DoNotSchedule")])
def test_each_revision_is_spread_by_itself(plain: Plain, naming: Naming, setting: str, wish: str, said: str) -> None:
    key = {"nodes": "kubernetes.io/hostname", "zones": "topology.kubernetes.io/zone"}[setting]
    constraints = template(plain, naming, {f"spread.{setting}": wish})["spec"]["topologySpreadConstraints"]
    [found] = [one for one in constraints if one["topologyKey"] == key]

    assert found["whenUnsatisfiable"] == said
    assert found["maxSkew"] == 1
    assert found["matchLabelKeys"] == ["pod-template-hash"]
    assert found["labelSelector"]["matchLabels"] == naming.selector


def test_pods_go_to_the_pool_and_to_nodes_that_run_the_image(plain: Plain, naming: Naming) -> None:
    assert template(plain, naming, {"pool": "gpu"})["spec"]["nodeSelector"] == {
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "slipway/pool": "gpu",
    }


def test_a_lost_node_is_given_up_after_a_minute(plain: Plain, naming: Naming) -> None:
    tolerations = template(plain, naming)["spec"]["tolerations"]

    assert {(one["key"], one["effect"], one["tolerationSeconds"]) for one in tolerations} == {
        ("node.kubernetes.io/not-ready", "NoExecute", 60),
        ("node.kubernetes.io/unreachable", "NoExecute", 60),
    }


def test_a_leaving_replica_has_time_for_all_it_does(plain: Plain, naming: Naming) -> None:
    pod = template(plain, naming)["spec"]

    assert pod["containers"][0]["lifecycle"] == {"preStop": {"sleep": {"seconds": 12}}}
    assert pod["terminationGracePeriodSeconds"] == 12 + 10 + 30 + 5


@pytest.mark.parametrize(
    ("probe", "path", "period", "failures"),
    [("startupProbe", "/readyz", 1, 45), ("readinessProbe", "/readyz", 5, 2), ("livenessProbe", "/healthz", 10, 3)],
)
def test_probes_ask_the_management_port(
    plain: Plain, naming: Naming, probe: str, path: str, period: int, failures: int
) -> None:
    found = container(plain, naming, {"rollout.startSeconds": 45})[probe]

    assert found["httpGet"] == {"path": path, "port": "management", "scheme": "HTTP"}
    assert (found["periodSeconds"], found["failureThreshold"]) == (period, failures)


def test_an_image_is_tested_with_the_places_to_write_to_that_a_pod_has(plain: Plain, naming: Naming) -> None:
    pod = template(plain, naming)["spec"]
    tested = set(confinement.confinement(10001).options)

    assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is ("--read-only" in tested)
    assert bool(pod.get("volumes")) is bool({"--tmpfs", "--mount", "--volume"} & tested)


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_an_image_is_tested_with_the_least_memory_that_any_pod_has(stack: str) -> None:
    [deployed] = [one for one in environments.objects(stack) if one["kind"] == "Deployment"]
    [only] = deployed["spec"]["template"]["spec"]["containers"]
    limits = only["resources"]["limits"]
    tested = confinement.confinement(10001)

    assert mebibytes(tested.memory) <= mebibytes(limits["memory"])
    if tested.stack == stack:
        assert (tested.memory, tested.cores) == (limits["memory"], limits["cpu"])
