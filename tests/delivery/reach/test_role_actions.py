"""Roles cover what Azure publishes, and nothing else."""

import pytest

from delivery.preview.kinds import ROLES
from delivery.reach.role_actions import covers, published
from slipway.roles import Role

_CLUSTERS = "Microsoft.ContainerService/managedClusters"


def test_each_role_that_is_granted_has_its_published_actions() -> None:
    assert set(published()) == set(Role)
    for role, found in published().items():
        assert found["name"].startswith(ROLES[role])
        assert found.get("actions") or found.get("dataActions")


@pytest.mark.parametrize(
    ("role", "action", "data", "covered"),
    [
        (Role.READER, "Microsoft.Consumption/budgets/read", False, True),
        (Role.READER, "Microsoft.Consumption/budgets/write", False, False),
        (Role.READER, f"{_CLUSTERS}/pods/read", True, False),
        (Role.CONTRIBUTOR, "microsoft.network/natgateways/WRITE", False, True),
        (Role.CONTRIBUTOR, "Microsoft.Authorization/roleAssignments/write", False, False),
        (Role.CONTRIBUTOR, "Microsoft.Authorization/roleAssignments/delete", False, False),
        (Role.COST_READER, "Microsoft.Authorization/roleAssignments/read", False, False),
        (Role.AKS_RBAC_WRITER, f"{_CLUSTERS}/apps/deployments/write", True, True),
        (Role.AKS_RBAC_WRITER, f"{_CLUSTERS}/resourcequotas/write", True, False),
        (Role.AKS_RBAC_WRITER, f"{_CLUSTERS}/customresources/read", True, False),
        (Role.AKS_CLUSTER_ADMIN, f"{_CLUSTERS}/customresources/write", True, True),
        (Role.AKS_CLUSTER_ADMIN, f"{_CLUSTERS}/write", False, False),
    ],
)
def test_an_action_is_covered_by_patterns_in_any_case_but_not_by_what_is_taken_away(
    role: Role, action: str, *, data: bool, covered: bool
) -> None:
    assert covers(role, action, data=data) is covered
