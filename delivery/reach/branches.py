"""Branches, and the connections, identities, agent pools, variable groups and environments that they reach.

A run takes its YAML from its own branch, and that YAML may name each resource that its pipeline is permitted to. Only a
check on the resource itself stops it, so what a branch reaches follows from permissions and checks alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from delivery.preview.record import Record, Recorded, Value

from .grants import Grant, grants

ANY = "any branch"
_DEVOPS = "azuredevops:index/"
AUTHORIZATION = f"{_DEVOPS}pipelineAuthorization:PipelineAuthorization"
BRANCH = f"{_DEVOPS}checkBranchControl:CheckBranchControl"
_DEFINITION = f"{_DEVOPS}buildDefinition:BuildDefinition"
_AZURE = f"{_DEVOPS}serviceEndpointAzureRM:ServiceEndpointAzureRM"
_NAMES = ("serviceEndpointName", "name")


@dataclass(frozen=True, kw_only=True)
class Reach:
    """A resource that pipelines may use, the branches whose runs may, and what they get with it."""

    stack: str
    kind: str
    name: str
    pipelines: tuple[str, ...]
    branch: str
    protected: bool
    identity: str = ""
    grants: Sequence[Grant] = field(default_factory=tuple)

    @property
    def writes(self) -> bool:
        """A way to change something in Azure."""
        return any(grant.writes for grant in self.grants)


def reached(stack: str, found: Recorded) -> list[Reach]:
    """Return every resource that a stack permits to pipelines, by kind and name."""
    permitted: dict[tuple[str, str], list[str]] = {}
    for one in found.all(AUTHORIZATION):
        target = (str(one.inputs["type"]), str(one.inputs["resourceId"]))
        permitted.setdefault(target, []).append(_pipeline(found, str(one.inputs["pipelineId"])))
    every = [_reach(stack, found, *target, sorted(set(names))) for target, names in permitted.items()]
    return sorted(every, key=lambda one: (one.kind, one.name))


def _reach(stack: str, found: Recorded, kind: str, target: str, pipelines: Sequence[str]) -> Reach:
    record = _record(found, target)
    identity = _identity(record)
    checks = [check.inputs for check in _checks(found, kind, target)]
    return Reach(
        stack=stack,
        kind={"endpoint": "connection", "queue": "agent pool", "variablegroup": "variable group"}.get(kind, kind),
        name=_name(record, target),
        pipelines=tuple(pipelines),
        branch=", ".join(sorted(str(check["allowedBranches"]) for check in checks)) or ANY,
        protected=any(check.get("verifyBranchProtection") is True for check in checks),
        identity=identity,
        grants=grants(found, identity) if identity else (),
    )


def _checks(found: Recorded, kind: str, target: str) -> Iterator[Record]:
    for check in found.all(BRANCH):
        if (check.inputs["targetResourceType"], check.inputs["targetResourceId"]) == (kind, target):
            yield check


def _record(found: Recorded, reference: str) -> Record | None:
    name = reference.removeprefix("${").partition(".")[0]
    return next((one for one in found.resources if one.name == name and one.type.startswith(_DEVOPS)), None)


def _name(record: Record | None, target: str) -> str:
    if record is None:
        return target.strip("${}").removesuffix(".id")
    return next((str(record.inputs[key]) for key in _NAMES if key in record.inputs), record.name)


def _identity(record: Record | None) -> str:
    """Return the logical name of the identity that a connection acts as."""
    if record is None or record.type != _AZURE:
        return ""
    credentials: Value = record.inputs.get("credentials")
    text = str(credentials["serviceprincipalid"]) if isinstance(credentials, dict) else ""
    return text.removeprefix("${").removesuffix(".clientId}")


def _pipeline(found: Recorded, reference: str) -> str:
    """Return a definition's name; in a later environment the reference names an output of the earlier one."""
    record = _record(found, reference)
    if record is not None and record.type == _DEFINITION:
        return str(record.inputs["name"])
    output = reference.strip("${}").rpartition(".")[2]
    return f"slipway-{output.removesuffix('DefinitionId')}"
