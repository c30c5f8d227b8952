"""Limits of a pipeline's rights follow from Azure's roles and from the condition on what it grants."""

import pytest

from delivery.reach.grants import ASSIGNMENT
from delivery.reach.limits import Beyond, find_beyond
from slipway.roles import Role

GROUP = "rg-scoring-dev-weu"
INSIDE = f"/subscriptions/s/resourceGroups/{GROUP}"


def assignment(role: Role, scope: str, kind: str = "ServicePrincipal") -> dict[str, object]:
    return {"roleDefinitionId": f"/x/roleDefinitions/{role}", "scope": scope, "principalType": kind}


@pytest.mark.parametrize(
    ("inputs", "beyond"),
    [
        (assignment(Role.READER, INSIDE), None),
        (assignment(Role.READER, f"{INSIDE.upper()}/providers/x"), None),
        (assignment(Role.READER, "04da6b54-80e4-46f7-96ec-b56ff0331ba9"), None),
        (assignment(Role.READER, f"{INSIDE}-other"), Beyond.OUTSIDE),
        (assignment(Role.READER, "/subscriptions/s"), Beyond.OUTSIDE),
        (assignment(Role.READER, "${dev.registryId}"), Beyond.OUTSIDE),
        (assignment(Role.CONTRIBUTOR, INSIDE), Beyond.STRONG),
        (assignment(Role.READER, INSIDE, "User"), Beyond.STRONG),
        (assignment(Role.BLOB_DATA_CONTRIBUTOR, INSIDE, "Group"), Beyond.STRONG),
    ],
)
def test_a_pipeline_grants_weak_roles_inside_its_group(inputs: dict[str, object], beyond: Beyond | None) -> None:
    assert find_beyond("environment", ASSIGNMENT, inputs, GROUP) is beyond


def test_without_the_name_of_the_group_no_grant_is_inside() -> None:
    assert find_beyond("environment", ASSIGNMENT, assignment(Role.READER, INSIDE), "") is Beyond.OUTSIDE


@pytest.mark.parametrize(
    ("type_", "beyond"),
    [
        ("kubernetes:apps/v1:Deployment", None),
        ("kubernetes:core/v1:Secret", None),
        ("kubernetes:networking.k8s.io/v1:NetworkPolicy", None),
        ("kubernetes:core/v1:LimitRange", Beyond.CLUSTER_OBJECT),
        ("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", Beyond.CLUSTER_OBJECT),
        ("kubernetes:helm.sh/v3:Release", Beyond.CLUSTER_OBJECT),
        ("kubernetes:cert-manager.io/v1:Certificate", Beyond.CLUSTER_OBJECT),
        ("kubernetes:core/v1:ConfigMapPatch", Beyond.SHARED_OBJECT),
        ("azure-native:network:NatGateway", Beyond.INFRASTRUCTURE),
        ("azuredevops:index/environment:Environment", Beyond.INFRASTRUCTURE),
    ],
)
def test_a_release_writes_what_the_writer_role_writes(type_: str, beyond: Beyond | None) -> None:
    assert find_beyond("release", type_, {"metadata": {"namespace": "scoring-prod"}}, GROUP) is beyond
