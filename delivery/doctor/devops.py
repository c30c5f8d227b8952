"""Findings about Azure DevOps: its organisation and project must answer to the signed-in user."""

import shutil
from collections.abc import Iterator
from urllib.parse import quote

from delivery.az import DEVOPS, AzError, az

from .finding import Finding, Purpose, missing, there, unknown
from .target import Target

_PIPELINES = frozenset({Purpose.PIPELINES})
NAMES = ("devops", "organisation", "project", "job token")


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
        yield from _unseen(NAMES[2:], "the organisation does not answer", remedy)
        return
    yield there("organisation", target.organization, _PIPELINES)
    yield from _project(target, names)


def _project(target: Target, names: list[str]) -> Iterator[Finding]:
    if not target.project:
        yield there("project", f"another environment than {target.stack} owns it", _PIPELINES)
        yield there("job token", f"another environment than {target.stack} owns the project", _PIPELINES)
    elif target.project in names:
        yield there("project", target.project, _PIPELINES)
        yield _job_token(target)
    elif target.creates_project:
        yield there("project", f"{target.project} is not there yet; pulumi up makes it", _PIPELINES)
        yield there("job token", "the project is not there yet; look again after pulumi up", _PIPELINES)
    else:
        make = f'az devops project create --name "{target.project}" --organization {target.organization}'
        yield missing("project", f"{target.project} does not exist", _PIPELINES, make)
        yield unknown("job token", "the project does not exist", _PIPELINES, make)


def _job_token(target: Target) -> Finding:
    """No argument of a pipeline limits what its jobs' token reaches: the project's settings do."""
    settings = f"{target.organization.rstrip('/')}/{quote(target.project)}/_apis/build/generalsettings"
    where = ("--resource", DEVOPS, "--uri", f"{settings}?api-version=7.1-preview.1")
    try:
        found = az("rest", "--method", "get", *where) or {}
    except AzError as error:
        remedy = "ask a member of the project to look: Project settings, Pipelines, Settings"
        return unknown("job token", str(error), _PIPELINES, remedy)
    if found.get("enforceJobAuthScope") is True:
        return there("job token", f"reaches {target.project} alone", _PIPELINES)
    limit = f"az rest --method patch {' '.join(where)} --body '{{\"enforceJobAuthScope\": true}}'"
    return missing("job token", f"reaches every project of {target.organization}", _PIPELINES, limit)
