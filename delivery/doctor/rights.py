"""What somebody may do, read from the permissions that Azure says they have."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

NEEDED = {
    "make resource groups": "Microsoft.Resources/subscriptions/resourceGroups/write",
    "write role assignments": "Microsoft.Authorization/roleAssignments/write",
    "register resource providers": "Microsoft.ContainerService/register/action",
}
"""What a first `pulumi up` does with a whole subscription, and the action behind it."""


def may(permissions: Iterable[Mapping[str, Any]], action: str) -> bool:
    """Whether any role allows the action. Actions may hold `*`; `notActions` take away from their own role alone."""
    return any(
        _matches(role.get("actions"), action) and not _matches(role.get("notActions"), action) for role in permissions
    )


def _matches(patterns: object, action: str) -> bool:
    listed = patterns if isinstance(patterns, list) else []
    return any(
        re.fullmatch(".*".join(map(re.escape, str(pattern).split("*"))), action, re.IGNORECASE) for pattern in listed
    )
