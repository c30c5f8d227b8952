"""Rights of a principal, read from the permissions that Azure lists for it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

NEEDED = {
    "make resource groups": "Microsoft.Resources/subscriptions/resourceGroups/write",
    "write role assignments": "Microsoft.Authorization/roleAssignments/write",
    "register resource providers": "Microsoft.ContainerService/register/action",
}
"""Tasks of a first `pulumi up` in a whole subscription, and the action that each needs."""


def may(permissions: Iterable[Mapping[str, Any]], action: str) -> bool:
    """Return True where any role allows the action. Actions may hold `*`; `notActions` limit their own role alone."""
    return any(
        _matches(role.get("actions"), action) and not _matches(role.get("notActions"), action) for role in permissions
    )


def _matches(patterns: object, action: str) -> bool:
    listed = patterns if isinstance(patterns, list) else []
    return any(
        re.fullmatch(".*".join(map(re.escape, str(pattern).split("*"))), action, re.IGNORECASE) for pattern in listed
    )
