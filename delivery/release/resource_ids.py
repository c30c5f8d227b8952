"""Ids of resources, from the inputs that name them: the program gives every resource a fixed name."""

import re
from collections.abc import Mapping
from typing import Any

from delivery.reach.arm_paths import find_path

from .unfinished import Pending

_AZURE = "azure-native:"
_KUBERNETES = "kubernetes:"
_CHART_RELEASE = "kubernetes:helm.sh/v3:Release"
_INPUT = re.compile(r"{(\w+)}")


def compute_id(pending: Pending, subscription: str) -> str:
    """Return the id that its provider gives a resource of Azure or of the cluster; empty where no input names it.

    Sources: Azure's REST paths; pulumi-kubernetes, `fqName` in util.go.
    """
    if pending.type.startswith(_AZURE):
        return _compute_path(pending, subscription)
    if pending.type == _CHART_RELEASE:
        return _join(pending.inputs)
    if pending.type.startswith(_KUBERNETES):
        return _join(pending.inputs.get("metadata") or {})
    return ""


def _compute_path(pending: Pending, subscription: str) -> str:
    try:
        path = find_path(pending.type)
    except KeyError:
        return ""
    values = {"subscriptionId": subscription} | {
        name: str(pending.inputs.get(name) or "") for name in _INPUT.findall(path) if name != "subscriptionId"
    }
    if not all(values[name] for name in _INPUT.findall(path)):
        return ""
    return "/" + path.format(**values).lstrip("/")


def _join(names: Mapping[str, Any]) -> str:
    """Return `namespace/name`, or the name alone of an object without a namespace."""
    name, namespace = str(names.get("name") or ""), str(names.get("namespace") or "")
    return f"{namespace}/{name}" if name and namespace else name
