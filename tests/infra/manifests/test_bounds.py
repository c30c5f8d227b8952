"""Namespace, account, quota and limits: what the workload may do and take, and nobody else beside it."""

import tomllib

import pulumi_kubernetes.core.v1 as core
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway import manifests
from slipway.config.quantities import mebibytes, millicores
from slipway.manifests.quota import most_pods
from slipway.naming import Naming
from tests.infra.support.workloads import PLAIN_ENTRY, workload

from .conftest import Plain


@pytest.mark.parametrize("mode", ["enforce", "audit", "warn"])
def test_the_namespace_admits_restricted_pods_only(plain: Plain, naming: Naming, mode: str) -> None:
    labels = plain(core.Namespace, manifests.namespace(naming))["metadata"]["labels"]

    assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"


def test_an_upgrade_of_the_cluster_warns_before_it_refuses(plain: Plain, naming: Naming) -> None:
    labels = plain(core.Namespace, manifests.namespace(naming))["metadata"]["labels"]

    assert labels["pod-security.kubernetes.io/enforce-version"] == "v1.33"
    assert labels["pod-security.kubernetes.io/warn-version"] == "latest"


def test_the_namespace_is_named_after_workload_and_environment(plain: Plain, naming: Naming) -> None:
    assert plain(core.Namespace, manifests.namespace(naming))["metadata"]["name"] == "scoring-dev"


def test_only_what_a_release_changes_carries_its_version(plain: Plain, naming: Naming) -> None:
    labels = plain(core.Namespace, manifests.namespace(naming))["metadata"]["labels"]

    assert "app.kubernetes.io/version" not in labels
    assert labels["app.kubernetes.io/managed-by"] == "pulumi"


def test_the_account_has_no_token(plain: Plain, naming: Naming) -> None:
    found = plain(core.ServiceAccount, manifests.service_account(naming, "scoring-dev"))

    assert found["automountServiceAccountToken"] is False
    assert found["metadata"]["name"] == "scoring"


def test_the_quota_holds_a_whole_rollout_and_no_more(plain: Plain, naming: Naming) -> None:
    hard = plain(core.ResourceQuota, manifests.quota(naming, workload(), namespace="scoring-dev", entry=PLAIN_ENTRY))[
        "spec"
    ]["hard"]

    assert hard == {
        "pods": "13",  # 6 new, 1 surge, 6 still ending
        "requests.cpu": "6500m",
        "limits.cpu": "26000m",
        "requests.memory": "16640Mi",
        "limits.memory": "16640Mi",
        "requests.ephemeral-storage": "13312Mi",
        "limits.ephemeral-storage": "13312Mi",
        "services": "1",
        "services.loadbalancers": "1",
        "services.nodeports": "1",
        "persistentvolumeclaims": "0",
    }


@given(most=st.integers(2, 200), surge=st.integers(1, 50))
def test_old_and_new_replicas_together_always_fit(most: int, surge: int) -> None:
    config = workload({"scaling.maxReplicas": most, "rollout.maxSurge": surge})

    assert most_pods(config) >= (most + surge) + most


def test_a_container_that_asks_for_nothing_gets_little_and_none_more_than_the_app(plain: Plain, naming: Naming) -> None:
    [limit] = plain(core.LimitRange, manifests.limits(naming, workload(), namespace="scoring-dev"))["spec"]["limits"]

    assert limit["type"] == "Container"
    assert limit["max"] == {"cpu": "2", "memory": "1280Mi", "ephemeral-storage": "1Gi"}
    assert (
        limit["default"] == limit["defaultRequest"] == {"cpu": "100m", "memory": "64Mi", "ephemeral-storage": "128Mi"}
    )


def test_prometheus_looks_at_this_namespace_only(plain: Plain, naming: Naming) -> None:
    found = plain(core.ConfigMapPatch, manifests.scraping(naming))

    assert (found["metadata"]["namespace"], found["metadata"]["name"]) == (
        "kube-system",
        "ama-metrics-settings-configmap",
    )
    assert tomllib.loads(found["data"]["pod-annotation-based-scraping"]) == {
        "podannotationnamespaceregex": "^scoring-dev$"
    }


@pytest.mark.parametrize(("text", "amount"), [("10m", 10), ("500m", 500), ("2", 2000), ("256", 256_000)])
def test_processor_time_is_read_as_kubernetes_reads_it(text: str, amount: int) -> None:
    assert millicores(text) == amount


@pytest.mark.parametrize(("text", "amount"), [("16Mi", 16), ("1Gi", 1024), ("3Gi", 3072)])
def test_memory_is_read_as_kubernetes_reads_it(text: str, amount: int) -> None:
    assert mebibytes(text) == amount
