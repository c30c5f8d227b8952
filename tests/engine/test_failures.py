"""What broke half-way is mended by the next run, and what somebody changed by hand is seen."""

import pytest

from tests.engine.harness.environments import Environments

pytestmark = pytest.mark.engine

CLUSTER = "azure-native:containerservice:ManagedCluster"
REGISTRY = "azure-native:containerregistry:Registry"
ACCOUNT = "azure-native:storage:StorageAccount"
WEAKENED: list[tuple[str, str, object]] = [
    (ACCOUNT, "allowBlobPublicAccess", True),
    (ACCOUNT, "allowSharedKeyAccess", True),
    (REGISTRY, "adminUserEnabled", True),
    (CLUSTER, "disableLocalAccounts", False),
]


@pytest.mark.parametrize(("token", "kind"), [(CLUSTER, "break"), (ACCOUNT, "refuse")])
def test_a_repaired_run_converges_after_a_failure_half_way(blank: Environments, token: str, kind: str) -> None:
    dev = blank["dev"]
    blank.workspace.cloud.fail(token, "create", "Code=SkuNotAvailable: not in this region today", kind=kind)
    failed = dev.up(must=False)
    assert [key.partition("::")[0] for key in failed.failed] == [token]
    assert "SkuNotAvailable" in failed.complaints

    assert set(dev.up().counts) <= {"create", "update"}
    assert dev.up("--refresh", "--expect-no-changes").operations == {}


def test_what_was_weakened_by_hand_is_seen_and_put_right(first: Environments) -> None:
    cloud, dev = first.workspace.cloud, first["dev"]
    weakened: dict[str, set[str]] = {}
    for token, path, value in WEAKENED:
        (found,) = [one for one in cloud.all(token) if one.name]
        cloud.drift(found.id, path, value)
        weakened.setdefault(f"{token}::{found.name}", set()).add(path)

    seen = dev.preview("--refresh", "--expect-no-changes", must=False)
    assert not seen.ok
    assert seen.operations == dict.fromkeys(sorted(weakened), "update")
    assert {key: seen.changes(key) for key in weakened} == weakened

    dev.up("--refresh")
    for token, path, value in WEAKENED:
        (mended,) = [one for one in cloud.all(token) if one.name]
        assert mended.body[path] is not value


def test_what_the_autoscaler_did_is_no_drift(first: Environments) -> None:
    for pool in first.workspace.cloud.all("azure-native:containerservice:AgentPool"):
        first.workspace.cloud.drift(pool.id, "count", 3)
    (cluster,) = first.workspace.cloud.all(CLUSTER)
    first.workspace.cloud.drift(cluster.id, "agentPoolProfiles.0.count", 2)
    assert first["dev"].preview("--refresh", "--expect-no-changes").operations == {}


def test_what_somebody_deleted_is_made_again(live: Environments) -> None:
    grants = live.workspace.cloud.all("azure-native:authorization:RoleAssignment")
    live.workspace.cloud.remove(grants[0].id)
    assert live["dev"].up("--refresh").operations == {f"{grants[0].token}::{grants[0].name}": "create"}
