"""Operations that an engine began and did not finish. Pure data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from delivery.preview.secrets import SIGNATURE


@dataclass(frozen=True)
class Pending:
    """One operation: `creating`, `updating`, `deleting`, `reading`, `importing`, and the resource that it is about."""

    operation: str
    urn: str
    inputs: Mapping[str, Any]
    id: str = ""
    """The resource's id, where the provider had answered already and only the end of the operation is missing."""

    @property
    def creates(self) -> bool:
        """The resource may exist although the state has no id of it."""
        return self.operation == "creating"

    @property
    def type(self) -> str:
        """Such as `azure-native:resources:ResourceGroup`."""
        return self.urn.split("::")[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.rpartition("::")[2]

    def __str__(self) -> str:
        return f"{self.type.rpartition(':')[2]} {self.name}"


def read_pending(state: Mapping[str, Any]) -> Iterator[Pending]:
    """Yield what `state`, an engine's export, has as unfinished."""
    for entry in state.get("pending_operations") or ():
        resource = entry.get("resource") or {}
        yield Pending(
            str(entry.get("type", "")),
            str(resource.get("urn", "")),
            _shown(resource.get("inputs") or {}),
            str(resource.get("id") or ""),
        )


def adopt(state: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """Return the state with each unfinished creation in `ids`, by URN, as a resource of that id.

    A resource without outputs is imported by the provider that reads it: the id may be one that only an import knows.
    An answered creation has its own id and its outputs already, and is read by them.
    """
    pending = list(state.get("pending_operations") or ())
    adopted = [
        {**operation["resource"], "id": ids[operation["resource"]["urn"]]}
        for operation in pending
        if operation.get("type") == "creating" and operation["resource"]["urn"] in ids
    ]
    left = [one for one in pending if one.get("type") != "creating" or one["resource"]["urn"] not in ids]
    return {**state, "resources": [*(state.get("resources") or ()), *adopted], "pending_operations": left}


def read_subscription(state: Mapping[str, Any]) -> str:
    """Return the subscription that the state's resources lie in, empty where it has none yet."""
    for resource in state.get("resources") or ():
        if str(resource.get("type", "")).startswith("azure-native:"):
            root, _, rest = str(resource.get("id", "")).partition("/subscriptions/")
            if not root and rest:
                return rest.partition("/")[0]
    return ""


def read_organization(state: Mapping[str, Any]) -> str:
    """Return the address of the Azure DevOps organisation that the state's provider works in, empty without one."""
    for resource in state.get("resources") or ():
        if resource.get("type") == "pulumi:providers:azuredevops":
            return str((resource.get("inputs") or {}).get("orgServiceUrl") or "")
    return ""


def _shown(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs without those that the state keeps encrypted: a name is never one of them."""
    return {name: value for name, value in inputs.items() if not (isinstance(value, dict) and SIGNATURE in value)}
