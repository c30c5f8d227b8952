"""Ids of Azure DevOps' objects, looked up by name: the service numbers them itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from .unfinished import Pending

_VERSION = "api-version=7.1-preview"
Get = Callable[[str], Any]
"""Asks a URL of the organisation, and returns the decoded answer."""


@dataclass(frozen=True)
class _Listed:
    """A collection of named objects: its path, its parameter that filters by name, and the input with the name."""

    path: str
    filtered: str
    named: str = "name"


_COLLECTIONS: Final = {
    "environment": _Listed("pipelines/environments", "name"),
    "buildDefinition": _Listed("build/definitions", "name"),
    "git": _Listed("git/repositories", ""),
    "variableGroup": _Listed("distributedtask/variablegroups", "groupName"),
}
_CONNECTION: Final = _Listed("serviceendpoint/endpoints", "endpointNames", named="serviceEndpointName")


def look_up_id(pending: Pending, organization: str, get: Get) -> str:
    """Return the id by which the provider imports the object, `project/id`; empty where none has its name.

    Source: `ImportProjectQualifiedResource` of terraform-provider-azuredevops, which each of these types imports by.
    """
    kind = pending.type.split(":")[1].rpartition("/")[2] if pending.type.startswith("azuredevops:") else ""
    root = organization.rstrip("/")
    if kind == "project":
        return _find_project(root, str(pending.inputs.get("name") or ""), get)
    listed = _CONNECTION if kind.startswith("serviceEndpoint") else _COLLECTIONS.get(kind)
    project = str(pending.inputs.get("projectId") or "")
    if listed is None or not project:
        return ""
    name = str(pending.inputs.get(listed.named) or "")
    query = f"{listed.filtered}={quote(name, safe='')}&" if listed.filtered else ""
    found = get(f"{root}/{quote(project)}/_apis/{listed.path}?{query}{_VERSION}")
    ids = [one["id"] for one in _list_values(found) if one.get("name") == name and _in_folder(one, pending.inputs)]
    return f"{project}/{ids[0]}" if len(ids) == 1 else ""


def _find_project(root: str, name: str, get: Get) -> str:
    found = get(f"{root}/_apis/projects?$top=1000&{_VERSION}")
    return next((str(one["id"]) for one in _list_values(found) if one.get("name") == name), "")


def _in_folder(found: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    """Return whether a pipeline lies in the folder that the inputs name; other objects have no folder."""
    return "path" not in found or found["path"] == str(inputs.get("path") or "\\")


def _list_values(answer: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401  # JSON of any shape
    return list((answer or {}).get("value") or ()) if isinstance(answer, dict) else []
