"""Names, labels and taints that Azure and Kubernetes keep for themselves are refused before Azure refuses them."""

import json

import pytest

from delivery.preview import project
from slipway.config import reserved_rules as rules
from slipway.config.cluster import Cluster
from slipway.config.environment import Environment
from slipway.config.load import parse
from slipway.config.problems import ConfigError
from tests.infra.config.sections import refused
from tests.infra.sections import CLUSTER, POOL, address, cluster, merged
from tests.support.sample import SAMPLE


def environment(workload: str = "scoring", suffix: str = "x7k2") -> Environment:
    return Environment(
        workload=workload, location="westeurope", suffix=suffix, owner="me", cost_centre="1", protect=False
    )


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("microsoft-login", "microsoft"),
        ("mywindowsapp", "windows"),
        ("login-scoring", "login"),
        ("Xbox", "xbox"),
        ("scoring-login", None),
        ("xbox-scores", None),
        ("scoring-dev-x7k2", None),
    ],
)
def test_azure_keeps_words_anywhere_first_or_alone(name: str, word: str | None) -> None:
    assert rules.reserved_word(name) == word


@pytest.mark.parametrize("label", ["microsoft-login", "login-here", "xbox"])
def test_a_dns_label_of_ones_own_is_none_of_azures(label: str) -> None:
    [(path, found, allowed)] = rules.public_names_are_free("dev", environment(), address(dnsLabel=label), None)

    assert (path, found) == ("address.dnsLabel", label)
    assert allowed.endswith("which Azure keeps for itself")


@pytest.mark.parametrize(
    ("workload", "name"),
    [("login", "login-dev-x7k2, the address's name"), ("microsofts", "microsofts-dev-x7k2, the address's name")],
)
def test_a_workload_makes_no_public_name_of_azures(workload: str, name: str) -> None:
    assert list(rules.public_names_are_free("dev", environment(workload), address(), None)) == [
        (
            "environment.workload",
            workload,
            f"a word that makes no {name}: Azure keeps {workload.removesuffix('s')} for itself",
        )
    ]


def test_names_of_registry_and_cluster_are_public_too() -> None:
    [(path, _, allowed)] = rules.public_names_are_free("dev", environment("windows"), address(dnsLabel="scoring"), None)

    assert path == "environment.workload"
    assert "crwindowsdevx7k2, the registry's name" in allowed


@pytest.mark.parametrize(
    "key",
    ["kubernetes.azure.com/foo", "kubernetes.io/arch", "k8s.io/x", "node-role.kubernetes.io/app"],
)
def test_labels_of_aks_and_kubernetes_are_theirs(key: str) -> None:
    found = cluster(pools={"app": {**POOL, "labels": {key: "x", "contoso.com/team": "ml", "plain": "x"}}})

    assert list(rules.labels_are_free(found)) == [
        (
            f"cluster.pools.app.labels.{key}",
            f"the prefix {key.rpartition('/')[0]}/",
            "a prefix of your own, such as contoso.com/, or none",
        )
    ]


def test_a_pool_may_be_kept_from_the_load_balancer_by_its_documented_label() -> None:
    labels = {"node.kubernetes.io/exclude-from-external-load-balancers": "true"}

    assert list(rules.labels_are_free(cluster(pools={"app": {**POOL, "labels": labels}}))) == []


def test_the_label_of_the_pools_name_is_never_dropped_without_a_word() -> None:
    found = cluster(pools={"app": {**POOL, "labels": {"slipway/pool": "zzz"}}})

    assert list(rules.labels_are_free(found)) == [
        (
            "cluster.pools.app.labels.slipway/pool",
            "zzz",
            "nothing: each node of the pool has slipway/pool app already",
        )
    ]


def test_taints_of_aks_are_its_own() -> None:
    taints = ["gpu=true:NoSchedule", "kubernetes.azure.com/scalesetpriority=spot:NoSchedule"]

    assert [problem[0] for problem in rules.taints_are_free(cluster(pools={"app": {**POOL, "taints": taints}}))] == [
        "cluster.pools.app.taints[1]"
    ]


@pytest.mark.parametrize("taint", ["gpu=-x:NoSchedule", "gpu", "gpu=true", "gpu=true:Never", "a/b/c:NoExecute"])
def test_a_taint_is_one_that_kubernetes_takes(taint: str) -> None:
    content = merged(CLUSTER, {"pools": {"app": {**POOL, "taints": [taint]}}})

    [problem] = refused(Cluster, content, "slipway:cluster")
    assert problem.startswith(f'slipway:cluster.pools.app.taints[0]: found "{taint}", allowed: a taint such as gpu=')


def test_a_stack_file_is_refused_with_the_names_place() -> None:
    texts = project.read(SAMPLE).config("dev")
    wrong = {**json.loads(texts["slipway:environment"]), "workload": "microsoft"}

    with pytest.raises(ConfigError, match=r"slipway:environment\.workload: found microsoft, allowed: a word that"):
        parse("dev", {**texts, "slipway:environment": json.dumps(wrong)})
