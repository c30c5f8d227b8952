"""Actions of the roles that Slipway grants, as Azure publishes them."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, TypedDict

from delivery.doctor.rights import may

TABLE: Final = Path(__file__).with_name("role_actions.json")
"""A copy by hand of Azure's table; its `source` names the place and the month."""


class Published(TypedDict, total=False):
    """One role. A list that Azure leaves empty is absent."""

    name: str
    actions: Sequence[str]
    notActions: Sequence[str]
    dataActions: Sequence[str]
    notDataActions: Sequence[str]


@cache
def published() -> Mapping[str, Published]:
    """Return the published roles by their ids."""
    found: Mapping[str, Published] = json.loads(TABLE.read_text(encoding="utf-8"))["roles"]
    return found


def covers(role: str, action: str, *, data: bool = False) -> bool:
    """Return whether a role, by its id, allows an action of management, or one on data. KeyError: no such role here."""
    found = published()[role]
    if data:
        return may([{"actions": found.get("dataActions"), "notActions": found.get("notDataActions")}], action)
    return may([{"actions": found.get("actions"), "notActions": found.get("notActions")}], action)
