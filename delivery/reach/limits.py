"""Limits of a pipeline's rights: resources that a person alone changes."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from delivery.release.gate import Rights
from slipway.conditions import may_grant
from slipway.roles import Role

from .condition import Request, allows
from .grants import ASSIGNMENT
from .kubernetes_actions import KUBERNETES, ask, shared
from .role_actions import covers

ASSIGNMENTS: Final = "Microsoft.Authorization/roleAssignments"
BUDGET: Final = "azure-native:consumption:Budget"
_DEVOPS: Final = "azuredevops:"


class Beyond(StrEnum):
    """Reasons why an identity that deploys does not change a resource."""

    INFRASTRUCTURE = "`rights: release` reaches the workload's objects and nothing around them"
    CLUSTER_OBJECT = (
        "Azure's writer role for Kubernetes does not write it: quotas, limits, namespaces, classes, custom resources "
        "and charts need the cluster's administrator"
    )
    SHARED_OBJECT = "it belongs to the cluster's own add-ons, outside of the workload's namespace"
    GUARD = "it guards the pipelines in Azure DevOps, and no pipeline changes its guards"
    SUBSCRIPTION = "it is a part of the subscription, and a pipeline's rights end at the resource group"
    OUTSIDE = "it grants access outside of the resource group: to state, releases or another environment's registry"
    STRONG = (
        "its role would make an identity stronger than the one that deploys, or publishes models that later "
        "environments run"
    )


def find_beyond(rights: Rights, type_: str, inputs: Mapping[str, object], group: str) -> Beyond | None:
    """Return why a resource is out of reach, None where it is not.

    `group` is the name of the environment's resource group. A scope that is not known yet is a new resource's, inside.
    """
    if rights == "release":
        return _beyond_release(type_, inputs)
    if type_.startswith(_DEVOPS):
        return Beyond.GUARD
    if type_ == BUDGET:
        return Beyond.SUBSCRIPTION
    return _beyond_granting(inputs, group) if type_ == ASSIGNMENT else None


def read_grant(inputs: Mapping[str, object], action: str) -> Request:
    """Return the request that makes (`write`) or removes (`delete`) a role assignment."""
    place = "@Resource" if action == "delete" else "@Request"
    attributes = {
        f"{place}[{ASSIGNMENTS}:RoleDefinitionId]": str(inputs.get("roleDefinitionId", "")).rpartition("/")[2],
        f"{place}[{ASSIGNMENTS}:PrincipalType]": str(inputs.get("principalType", "")),
    }
    return Request(action=f"{ASSIGNMENTS}/{action}", attributes=attributes)


def _beyond_release(type_: str, inputs: Mapping[str, object]) -> Beyond | None:
    if not type_.startswith(KUBERNETES):
        return Beyond.INFRASTRUCTURE
    if shared(type_):
        return Beyond.SHARED_OBJECT
    asked = [one for verb in ("write", "delete") for one in ask(type_, inputs, verb)]
    written = all(covers(Role.AKS_RBAC_WRITER, one.action, data=True) for one in asked)
    return None if written else Beyond.CLUSTER_OBJECT


def _beyond_granting(inputs: Mapping[str, object], group: str) -> Beyond | None:
    scope = str(inputs.get("scope", ""))
    inside = re.match(rf"/subscriptions/[^/]+/resourceGroups/{re.escape(group)}(/|$)", scope, re.IGNORECASE)
    if scope.startswith(("/", "${")) and not (group and inside):
        return Beyond.OUTSIDE
    granted = all(allows(may_grant(), read_grant(inputs, action)) for action in ("write", "delete"))
    return None if granted else Beyond.STRONG
