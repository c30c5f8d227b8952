"""A change of config reaches what it means and nothing beside it; what holds data or an address stays."""

import shutil
from pathlib import Path

import pytest

from delivery.paths import ROOT
from delivery.simulator.cloud import Resource
from tests.engine.harness.environments import Environments, release
from tests.engine.harness.workspace import Workspace

pytestmark = pytest.mark.engine

CLUSTER = "azure-native:containerservice:ManagedCluster"
POOL = "azure-native:containerservice:AgentPool"
SERVICE = "kubernetes:core/v1:Service::workload-service"
LASTING = ("containerregistry", "storage", "PublicIPAddress", "operationalinsights", "ResourceGroup")


def test_a_refresh_finds_nothing_after_the_first_up(first: Environments) -> None:
    """Azure lists the pool that was made after the cluster among the cluster's own."""
    assert first["dev"].preview("--refresh", "--expect-no-changes").operations == {}


def test_another_size_of_a_pool_touches_that_pool_alone(live: Environments) -> None:
    live["dev"].configure("slipway:cluster.pools.app.maxCount", 6)
    assert live["dev"].preview().operations == {f"{POOL}::cluster-pool-app": "update"}
    assert live["dev"].up().operations == {f"{POOL}::cluster-pool-app": "update"}


def test_another_kind_of_machine_is_a_new_pool_beside_the_old_one(live: Environments) -> None:
    live["dev"].configure("slipway:cluster.pools.app.vmSize", "Standard_D4as_v5")
    done = live["dev"].up()
    assert done.operations == {f"{POOL}::cluster-pool-app": "replace"}
    requests = [one.method for one in live.workspace.cloud.requests() if one.token == POOL]
    assert requests[-2:] == ["create", "delete"]


def _azure_upgrades(live: Environments, version: str, count: int) -> None:
    """Changes that a channel and the autoscaler make by themselves."""
    cloud = live.workspace.cloud
    (cluster,), (pool,) = cloud.all(CLUSTER), cloud.all(POOL)
    cloud.drift(cluster.id, "kubernetesVersion", version)
    cloud.drift(cluster.id, "agentPoolProfiles.0.orchestratorVersion", version)
    cloud.drift(pool.id, "orchestratorVersion", version)
    cloud.drift(pool.id, "count", count)


@pytest.mark.parametrize("refresh", [[], ["--refresh"]])
def test_after_azure_changed_things_each_change_sends_what_runs(live: Environments, refresh: list[str]) -> None:
    """The simulated AKS refuses an older version, a count out of bounds and a count that takes machines away."""
    _azure_upgrades(live, "1.36", 3)
    assert live["dev"].up(*refresh, "--expect-no-changes").operations == {}
    changes = [
        ("cluster.pools.app.maxCount", 6),
        ("cluster.pools.app.minCount", 2),
        ("cluster.pools.app.maxSurge", "50%"),
        ("cluster.pools.app.labels", {"team": "vision"}),
        ("environment.costCentre", "cc-2"),
        ("cluster.security.imageCleanerHours", 200),
        ("cluster.system.maxCount", 4),
        ("cluster.system.minCount", 2),
        ("cluster.upgrades.nodeImages", "SecurityPatch"),
        ("cluster.logs", ["guard"]),
        ("environment.owner", "another"),
        ("cluster.upgrades.channel", "rapid"),
    ]
    for path, value in changes:
        live["dev"].configure(f"slipway:{path}", value)
        live["dev"].up(*refresh)
        (cluster,), (pool,) = live.workspace.cloud.all(CLUSTER), live.workspace.cloud.all(POOL)
        assert cluster.body["kubernetesVersion"] == "1.36", path
        assert (pool.body["count"], pool.body["orchestratorVersion"]) == (3, "1.36"), path


@pytest.mark.parametrize("channel", ["none", "rapid"])
def test_a_raised_version_upgrades_cluster_then_pools(live: Environments, channel: str) -> None:
    live["dev"].configure("slipway:cluster.upgrades.channel", channel)
    live["dev"].configure("slipway:cluster.upgrades.clusterWindow", None)
    live["dev"].up()
    live["dev"].configure("slipway:cluster.kubernetesVersion", "1.36")
    done = live["dev"].up()
    assert done.operations == {f"{CLUSTER}::cluster-aks": "update", f"{POOL}::cluster-pool-app": "update"}
    assert done.index("update", "ManagedCluster") < done.index("update", "AgentPool")


def test_data_and_address_survive_a_replacement_of_the_cluster(live: Environments) -> None:
    before = live["dev"].outputs()
    live["dev"].configure("slipway:network.podCidr", "10.248.0.0/16")
    done = live["dev"].up()
    assert done.operations[f"{CLUSTER}::cluster-aks"] == "replace"
    for kind in LASTING:
        assert "replace" not in done.of(kind).values(), kind
        assert "delete" not in done.of(kind).values(), kind
    after = live["dev"].outputs()
    assert {name: after[name] for name in ("endpointAddress", "endpointUrl", "registryId", "release")} == {
        name: before[name] for name in ("endpointAddress", "endpointUrl", "registryId", "release")
    }
    entries = live.workspace.cloud.all("kubernetes:core/v1:Service")
    assert [one.body["status"]["loadBalancer"]["ingress"] for one in entries] == [[{"ip": before["endpointAddress"]}]]
    assert live["dev"].up("--refresh", "--expect-no-changes").operations == {}


def test_a_changed_setting_of_the_app_replaces_its_settings_and_rolls_the_deployment(live: Environments) -> None:
    live["dev"].configure("slipway:app.settings.logLevel", "debug")
    assert live["dev"].up().operations == {
        "kubernetes:apps/v1:Deployment::workload-app": "update",
        "kubernetes:core/v1:ConfigMap::workload-settings": "replace",
    }


def test_settings_of_the_metrics_add_on_that_are_there_are_added_to(first: Environments) -> None:
    cloud = first.workspace.cloud
    (cluster,) = cloud.all(CLUSTER)
    place = f"{cluster.id}/objects/core/v1/ConfigMap/kube-system/ama-metrics-settings-configmap"
    theirs = {"schema-version": "v1", "debug-mode": "enabled = true"}
    cloud.write(Resource(place, "kubernetes:core/v1:ConfigMap", "", {"data": theirs}))
    first["dev"].configure("slipway:release", release(1))
    first["dev"].up()
    found = cloud.get(place)
    assert found is not None
    assert found.body["data"].keys() == {*theirs, "config-version", "pod-annotation-based-scraping"}
    assert found.body["data"]["debug-mode"] == "enabled = true"


def test_settings_of_the_metrics_add_on_that_say_otherwise_are_named(first: Environments) -> None:
    cloud = first.workspace.cloud
    (cluster,) = cloud.all(CLUSTER)
    place = f"{cluster.id}/objects/core/v1/ConfigMap/kube-system/ama-metrics-settings-configmap"
    theirs = {"pod-annotation-based-scraping": 'podannotationnamespaceregex = "^theirs$"'}
    cloud.write(Resource(place, "kubernetes:core/v1:ConfigMap", "", {"data": theirs}))
    first["dev"].configure("slipway:release", release(1))
    assert "another manager owns .data.pod-annotation-based-scraping" in first["dev"].up(must=False).complaints


def test_a_rename_with_an_alias_changes_nothing(live: Environments, tmp_path: Path) -> None:
    """The registry's component and, with it, every child is called otherwise in a copy of the program."""
    copy = tmp_path / "renamed"
    shutil.copytree(ROOT / "infra", copy / "infra", ignore=shutil.ignore_patterns("__pycache__"))
    for entry in ("Pulumi.yaml", "app", "delivery"):
        (copy / entry).symlink_to(ROOT / entry)
    declare = copy / "infra" / "slipway" / "declare.py"
    text = declare.read_text()
    head, call = text.split('    registry = Registry(\n        "registry",\n')
    body, tail = call.split("        base.shared,\n", 1)
    alias = 'pulumi.ResourceOptions(aliases=[pulumi.Alias(name="registry")])'
    merged = f"        pulumi.ResourceOptions.merge(base.shared, {alias}),\n"
    declare.write_text(f'{head}    registry = Registry(\n        "images",\n{body}{merged}{tail}')

    moved = Workspace(tmp_path / "moved", source=copy)
    shutil.copytree(live.workspace.root / "state", moved.root / "state", dirs_exist_ok=True)
    shutil.copy(live.workspace.cloud.file, moved.cloud.file)
    shutil.copy(live["dev"].file, moved.project)
    done = Environments(moved)["dev"].up()
    assert done.operations == {}
    assert any(resource["urn"].endswith("::images") for resource in Environments(moved)["dev"].resources())
