"""Azure DevOps: whether its organisation and project answer to whoever is logged in."""

import shutil
from collections.abc import Iterator

from .az import AzError, az
from .finding import Finding, Purpose, missing, there, unknown
from .target import Target

_PIPELINES = frozenset({Purpose.PIPELINES})
NAMES = ("devops", "organisation", "project")


def look(target: Target | None, reason: str = "") -> Iterator[Finding]:
    """Everything about Azure DevOps that can be asked from here. `reason` says why there is no target."""
    if not shutil.which("az"):
        yield from _unseen(NAMES, "the Azure CLI is missing", "install az, as said above")
        return
    extension = _extension()
    yield extension
    if extension.remedy:
        yield from _unseen(NAMES[1:], "az has no extension for it", extension.remedy)
    elif target is None or not target.organization:
        why = reason or f"Pulumi.{target.stack if target else ''}.yaml names no organisation"
        yield from _unseen(NAMES[1:], why, "name a stack with slipway:pipelines: --stack")
    else:
        yield from _organization(target)


def _unseen(names: tuple[str, ...], reason: str, remedy: str) -> Iterator[Finding]:
    for name in names:
        yield unknown(name, reason, _PIPELINES, remedy)


def _extension() -> Finding:
    add = "az extension add --name azure-devops"
    try:
        version = az("extension", "list", "--query", "[?name=='azure-devops'].version | [0]")
    except AzError as error:
        return missing("devops", str(error), _PIPELINES, add)
    if not version:
        return missing("devops", "az has not its extension azure-devops", _PIPELINES, add)
    return there("devops", f"extension {version}", _PIPELINES)


def _organization(target: Target) -> Iterator[Finding]:
    """One question answers two: who may list projects is a member, and the list says whether the project is there."""
    where = ("--organization", target.organization)
    try:
        names = az("devops", "project", "list", *where, "--query", "value[].name", "--top", "1000") or []
    except AzError as error:
        remedy = (
            f"az login as a member of {target.organization}, or make it at https://aex.dev.azure.com and connect it to "
            "the tenant: Organization settings, Microsoft Entra"
        )
        yield missing("organisation", f"{target.organization}: {error}", _PIPELINES, remedy)
        yield unknown("project", "the organisation does not answer", _PIPELINES, remedy)
        return
    yield there("organisation", target.organization, _PIPELINES)
    if not target.project:
        yield there("project", f"another environment than {target.stack} owns it", _PIPELINES)
    elif target.project in names:
        yield there("project", target.project, _PIPELINES)
    elif target.creates_project:
        yield there("project", f"{target.project} is not there yet; pulumi up makes it", _PIPELINES)
    else:
        make = f'az devops project create --name "{target.project}" --organization {target.organization}'
        yield missing("project", f"{target.project} does not exist", _PIPELINES, make)
