"""What may go goes whole and in order; what is protected refuses; and nothing secret was ever written down."""

import pytest

from tests.engine.harness.environments import Environments

pytestmark = pytest.mark.engine

CLUSTER = "azure-native:containerservice:ManagedCluster"
HISTORY = {
    "azure-native:containerregistry:Registry",
    "azure-native:resources:ResourceGroup",
    "azure-native:storage:BlobContainer",
    "azure-native:storage:BlobServiceProperties",
    "azure-native:storage:StorageAccount",
    "azuredevops:index/buildDefinition:BuildDefinition",
}
"""Kinds of the first environment that leave the state and stay."""

KEPT = (
    CLUSTER,
    "azure-native:containerservice:AgentPool",
    "azure-native:containerregistry:Registry",
    "azure-native:network:PublicIPAddress",
    "kubernetes:apps/v1:Deployment",
    "kubernetes:core/v1:Service",
)


def test_destroy_leaves_nothing_but_what_people_made_and_what_has_history(live: Environments) -> None:
    live["dev"].unprotect()
    done = live["dev"].destroy()
    assert set(done.operations.values()) == {"delete"}
    assert live["dev"].resources() == []
    assert {one.token for one in live.workspace.cloud.all() if one.name} == HISTORY


def test_destroy_takes_what_uses_before_what_is_used(live: Environments) -> None:
    live["dev"].unprotect()
    done = live["dev"].destroy()
    for user, used in (
        ("core/v1:Service", "PublicIPAddress"),
        ("core/v1:Service", "ManagedCluster"),
        ("ManagedCluster", "PublicIPAddress"),
        ("AgentPool", "ManagedCluster"),
        ("ManagedCluster", "network:Subnet"),
        ("ManagedCluster", "UserAssignedIdentity"),
        ("network:Subnet", "VirtualNetwork"),
        ("BlobContainer", "StorageAccount"),
        ("StorageAccount", "ResourceGroup"),
    ):
        assert done.index("delete", user) < done.index("delete", used), f"{used} went before {user}"


def test_what_is_protected_survives_a_destroy_and_keeps_answering(chain: Environments) -> None:
    """Even one without a preview. It deletes, or forgets, all else; the state from before brings that back."""
    cloud, prod, before = chain.workspace.cloud, chain["prod"], chain.workspace.root / "before.json"
    group = prod.outputs()["resourceGroupName"]
    before.write_text(prod.state())
    requests = len(cloud.requests())
    assert not prod.destroy("--preview-only", must=False).ok
    assert len(cloud.requests()) == requests

    refused = prod.destroy(must=False)
    assert not refused.ok
    assert "cannot be deleted\nbecause it is protected" in refused.complaints
    for token in KEPT:
        assert [one.id for one in cloud.all(token) if f"/{group}/" in one.id], token

    prod.restore(before)
    assert set(prod.up("--refresh").counts) == {"create"}
    assert prod.up("--refresh", "--expect-no-changes").operations == {}


def test_what_would_replace_a_protected_cluster_stops_before_anything_is_lost(chain: Environments) -> None:
    requests = len(chain.workspace.cloud.requests())
    chain["prod"].configure("slipway:network.podCidr", "10.248.0.0/16")
    refused = chain["prod"].preview(must=False)
    assert not refused.ok
    assert "unable to replace resource" in refused.complaints
    assert not chain["prod"].up(must=False).ok
    done = chain.workspace.cloud.requests()[requests:]
    assert {one.method for one in done} <= {"update"}
    assert not any("ManagedCluster" in one.token or one.token.startswith("kubernetes:") for one in done)


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_state_holds_no_kubeconfig_in_clear(chain: Environments, name: str) -> None:
    (provider,) = [one for one in chain[name].resources() if one["type"] == "pulumi:providers:kubernetes"]
    assert set(provider["inputs"]["kubeconfig"]) == {"4dabf18193072939515e22adb298388d", "ciphertext"}
    state = chain[name].state()
    for telltale in ("certificate-authority-data", "client-key", "BEGIN RSA", "AccountKey=", "SharedAccessSignature"):
        assert telltale not in state, telltale


def test_no_secret_is_needed_at_all(chain: Environments) -> None:
    """Nothing but the kubeconfig is a secret: there is no password, key or token to keep."""
    for name in ("dev", "prod"):
        holders = {one["type"] for one in chain[name].resources() if "ciphertext" in str(one)}
        assert holders == {"pulumi:providers:kubernetes"}
