"""`slipway release retain`: keep the runs that made and deployed a release longer than the project keeps others.

The provider cannot set a project's retention, so the release asks for a lease on its own run and on the build's.
Source: learn.microsoft.com, "Leases - Add" (Azure DevOps REST API 7.1).
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from delivery.failure import FailureError, UsageError

DAYS = 365
_VERSION = "7.1"
_SECONDS = 60
_OWNER = "Slipway release"
_NEEDED = ("SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT", "SYSTEM_DEFINITIONID", "BUILD_BUILDID", "SYSTEM_ACCESSTOKEN")
_BUILD = ("RESOURCES_PIPELINE_BUILD_RUNID", "RESOURCES_PIPELINE_BUILD_PIPELINEID")


@dataclass(frozen=True)
class Lease:
    """A run of a pipeline that is kept."""

    run: int
    definition: int


def leases(variables: Mapping[str, str]) -> list[Lease]:
    """The run that this is, and the build's whose artifact it took. UsageError outside a pipeline."""
    if missing := [name for name in _NEEDED if not variables.get(name)]:
        raise UsageError(f"{', '.join(missing)}: not set; this command keeps the run of a pipeline, from inside it")
    found = [Lease(int(variables["BUILD_BUILDID"]), int(variables["SYSTEM_DEFINITIONID"]))]
    run, definition = (variables.get(name, "") for name in _BUILD)
    if run.isdigit() and definition.isdigit():
        found.append(Lease(int(run), int(definition)))
    return found


def retain(days: int, variables: Mapping[str, str] = os.environ) -> list[Lease]:
    """Ask for the leases. Raises FailureError with the service's words."""
    wanted = leases(variables)
    organization, project = variables["SYSTEM_COLLECTIONURI"].rstrip("/"), variables["SYSTEM_TEAMPROJECT"]
    url = f"{organization}/{project}/_apis/build/retention/leases"
    body: list[Any] = [
        {
            "daysValid": days,
            "definitionId": lease.definition,
            "ownerId": _OWNER,
            "protectPipeline": False,
            "runId": lease.run,
        }
        for lease in wanted
    ]
    header = {"Authorization": f"Bearer {variables['SYSTEM_ACCESSTOKEN']}"}
    try:
        response = requests.post(url, params={"api-version": _VERSION}, json=body, headers=header, timeout=_SECONDS)
    except requests.RequestException as error:
        raise FailureError(f"{url}: cannot be reached: {type(error).__name__}") from None
    if not response.ok:
        said = " ".join(response.text.split())[:300]
        raise FailureError(
            f"{url}: answered {response.status_code}: {said}\n"
            "the project's build service needs the permission 'Retain indefinitely' on the pipelines"
        )
    return wanted
