"""The cluster's identities: its own, made before it, with no more than what it needs."""

import pulumi
import pytest
from pulumi_azure_native.provider import Provider

from delivery.preview.record import Recorded
from slipway.components.identities import Identities, IdentitiesArgs
from slipway.placement import Placement
from slipway.roles import Role
from tests.infra.conftest import Declared

IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
GRANT = "azure-native:authorization:RoleAssignment"


@pytest.fixture
def identities(declared: Declared, placement: Placement) -> Recorded:
    def program() -> None:
        made = Identities(
            "identities", IdentitiesArgs(placement=placement), pulumi.ResourceOptions(providers=[Provider("azure")])
        )
        pulumi.export("cluster", [made.cluster_id, made.cluster_principal_id])
        pulumi.export("kubelet", [made.kubelet_id, made.kubelet_client_id, made.kubelet_principal_id])
        pulumi.export("grants", len(made.grants))

    return declared(program)


def test_cluster_and_machines_are_two_identities_named_for_what_they_are(identities: Recorded) -> None:
    names = {one.name: one.inputs["resourceName"] for one in identities.all(IDENTITY)}

    assert names == {
        "identities-cluster": "id-scoring-dev-weu-cluster",
        "identities-kubelet": "id-scoring-dev-weu-kubelet",
    }


def test_they_carry_the_environments_tags(identities: Recorded, placement: Placement) -> None:
    assert all(one.inputs["tags"] == placement.naming.tags for one in identities.all(IDENTITY))


def test_the_cluster_may_give_its_machines_the_kubelet_identity_and_no_other(identities: Recorded) -> None:
    granted = identities.one(GRANT)

    assert granted.inputs["principalId"] == "${identities-cluster.principalId}"
    assert granted.inputs["scope"] == "${identities-kubelet.id}"
    assert str(granted.inputs["roleDefinitionId"]).endswith(Role.MANAGED_IDENTITY_OPERATOR)
    assert granted.inputs["principalType"] == "ServicePrincipal"


def test_others_get_what_each_of_them_needs(identities: Recorded) -> None:
    assert identities.outputs == {
        "cluster": ["${identities-cluster.id}", "${identities-cluster.principalId}"],
        "kubelet": ["${identities-kubelet.id}", "${identities-kubelet.clientId}", "${identities-kubelet.principalId}"],
        "grants": 1,
    }
