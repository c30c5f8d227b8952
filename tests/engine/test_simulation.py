"""The simulation behaves towards the real engine as the real providers do; shown with a small program."""

import pytest

from tests.engine.harness.workspace import Stack

pytestmark = pytest.mark.engine

CLUSTER = "azure-native:containerservice:ManagedCluster"
ADDRESS = "azure-native:network:PublicIPAddress"
SERVICE = "kubernetes:core/v1:Service::entry"


def test_a_whole_life_from_preview_to_destroy(small: Stack) -> None:
    planned = small.preview()
    assert planned.counts == {"create": 17}
    assert small.workspace.cloud.all() == []

    done = small.up()
    assert done.counts == {"create": 17}
    outputs = small.outputs()
    assert outputs["address"] == "203.0.113.1"
    assert outputs["entry"] == [{"ip": "203.0.113.1"}]
    assert outputs["issuer"].startswith("small-")
    assert "spoken in confidence" not in small.state()
    assert small.preview("--expect-no-changes", "--refresh").operations == {}

    gone = small.destroy()
    assert gone.counts == {"delete": 17}
    assert small.workspace.cloud.all() == []
    assert gone.index("delete", "resources:ResourceGroup") > gone.index("delete", "ManagedCluster")


def test_an_update_touches_one_resource_and_a_replacement_what_hangs_on_it(small: Stack) -> None:
    small.up()
    small.configure("small:count", 3)
    assert small.preview().operations == {f"{CLUSTER}::cluster": "update"}
    assert small.up().operations == {f"{CLUSTER}::cluster": "update"}

    small.configure("small:dns", "other")
    done = small.up()
    assert done.of("ManagedCluster") == {f"{CLUSTER}::cluster": "replace"}
    assert done.changes(f"{CLUSTER}::cluster") == {"dnsPrefix"}
    assert small.outputs()["issuer"].startswith("other-")


def test_what_was_refused_is_not_there_and_the_next_run_mends_it(small: Stack) -> None:
    small.workspace.cloud.fail(CLUSTER, "create", "Code=QuotaExceeded: no cores left")
    failed = small.up(must=False)
    assert failed.failed == [f"{CLUSTER}::cluster"]
    assert "QuotaExceeded" in failed.complaints
    assert small.workspace.cloud.all(CLUSTER) == []
    assert small.up().of("ManagedCluster") == {f"{CLUSTER}::cluster": "create"}


def test_what_broke_after_its_creation_is_kept_and_mended_by_an_update(small: Stack) -> None:
    small.workspace.cloud.fail(CLUSTER, "create", "the nodes do not come up", kind="break")
    failed = small.up(must=False)
    assert "the nodes do not come up" in failed.complaints
    assert len(small.workspace.cloud.all(CLUSTER)) == 1
    assert small.up().of("ManagedCluster") == {f"{CLUSTER}::cluster": "update"}


def test_a_slow_resource_holds_the_run(small: Stack) -> None:
    assert small.up().seconds(ADDRESS) < 5
    small.destroy()
    small.workspace.cloud.slow(ADDRESS, "create", 10)
    assert small.up().seconds(ADDRESS) >= 9  # the engine's clock has whole seconds


def test_drift_is_seen_and_put_right(small: Stack) -> None:
    small.up()
    cluster = small.workspace.cloud.all(CLUSTER)[0]
    small.workspace.cloud.drift(cluster.id, "agentPoolProfiles.0.count", 9)
    seen = small.preview("--refresh", "--expect-no-changes", must=False)
    assert not seen.ok
    assert seen.operations == {f"{CLUSTER}::cluster": "update"}
    assert small.up("--refresh").operations == {f"{CLUSTER}::cluster": "update"}
    found = small.workspace.cloud.get(cluster.id)
    assert found is not None
    assert found.body["agentPoolProfiles"][0]["count"] == 1


def test_what_somebody_deleted_is_made_again(small: Stack) -> None:
    small.up()
    small.workspace.cloud.remove(small.workspace.cloud.all("%:FederatedIdentityCredential")[0].id)
    assert list(small.up("--refresh").operations.values()) == ["create"]


def test_a_cluster_without_rights_on_its_address_waits_in_vain(small: Stack) -> None:
    small.up()
    cloud = small.workspace.cloud
    cloud.remove(cloud.all("%:RoleAssignment")[0].id)
    cloud.drift(f"{cloud.all(CLUSTER)[0].id}/objects/core/v1/Service/small/entry", "spec.type", "ClusterIP")
    refused = small.up("--refresh", "--target", "**Service::entry", must=False)
    assert "may not join" in refused.complaints
