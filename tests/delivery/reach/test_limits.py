"""Limits of a pipeline's rights follow from Azure's roles and from the condition on what it grants."""

from pathlib import Path

import pytest

from delivery.reach.grants import ASSIGNMENT
from delivery.reach.limits import Beyond, find_beyond
from slipway.roles import Role
from tests.infra.support.workloads import RELEASE
from tests.infra.test_stacks import variant

GROUP = "rg-scoring-dev-weu"
ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute::entry-route"
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


def declared(folder: Path, **canary: object) -> dict[str, tuple[str, object]]:
    """Return types and inputs of prod with a place for a canary, and with one where `canary` has its facts."""
    folder.mkdir()
    changes: dict[str, object] = {"slipway:entry": {"gateway": {"canary": {}}}}
    if canary:
        changes["slipway:canary"] = {"release": RELEASE} | canary
    return {one.key: (one.type, one.inputs) for one in variant(folder, "prod", changes).resources}


@pytest.mark.parametrize(
    ("canary", "beyond"),
    [
        ({"shadow": False}, set()),
        ({"share": 25}, {ROUTE, "kubernetes:core/v1:ResourceQuota::workload-quota"}),
        ({"shadow": True}, {ROUTE}),
    ],
    ids=["of the share that is kept", "of another share", "of a shadow"],
)
def test_a_canary_comes_and_goes_within_the_rights_of_a_release(
    tmp_path: Path, canary: dict[str, object], beyond: set[str]
) -> None:
    before, after = declared(tmp_path / "before"), declared(tmp_path / "after", **canary)
    changed = {key for key in before | after if before.get(key) != after.get(key)}

    assert changed >= {"kubernetes:apps/v1:Deployment::canary-app", "kubernetes:core/v1:ConfigMap::canary-settings"}
    found = {key for key in changed for type_, inputs in [(after | before)[key]] if is_beyond(type_, inputs)}
    assert found == beyond


def is_beyond(type_: str, inputs: object) -> bool:
    assert isinstance(inputs, dict)
    return not type_.startswith("slipway:") and find_beyond("release", type_, inputs, GROUP) is not None
