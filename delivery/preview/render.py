"""The rendered state: everything a stack declares, without credentials, network or an engine."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from delivery.failure import FailureError
from slipway.config.pipelines import Pipelines, chain_of

from . import kubernetes_files, project
from .computed import Computed
from .record import Record, Recorded, Value, shown
from .recording import ProgramError, entry, record

FORMAT = 1

_ORGANIZATION = "organization"
"""Name that self-managed backends give to the organization of every stack."""

_OWN = ("registryId",)
_PASSED_ON = ("azureDevOpsProjectId", "releaseDefinitionId", "driftDefinitionId")
"""Outputs of an earlier stack that the program asks for: its own, and those that it has from the first of the chain.

One that is missing here fails the render by its name.
"""


def render(root: Path, stack: str, release: Mapping[str, Any] | None) -> Recorded:
    """Return what `stack` of the project in `root` declares. `release` is the last one deployed (None: none yet).

    Outputs of the stack that it promotes from appear as "${<stack>.<output>}".
    FailureError: the program refused the config, or failed.
    """
    found = project.read(root)
    return _render(found, stack, release)


def write(recorded: Recorded, folder: Path, *, name: str, stack: str) -> int:
    """Write resources.json and k8s/*.yaml into `folder`, replacing what an earlier render left. The count of files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "resources.json").write_text(document(recorded, name=name, stack=stack), encoding="utf-8")
    return 1 + kubernetes_files.write(recorded, folder / "k8s")


def document(recorded: Recorded, *, name: str, stack: str) -> str:
    """resources.json: sorted, indented, the same bytes for the same program. Secrets are marked, never shown."""
    content = {
        "format": FORMAT,
        "project": name,
        "stack": stack,
        "resources": [_resource(one) for one in recorded.resources],
        "outputs": shown(recorded.outputs),
    }
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _render(found: project.Project, stack: str, release: Mapping[str, Any] | None) -> Recorded:
    config = found.config(stack)
    stacks: dict[str, Mapping[str, Value]] = {}
    if release is not None:
        stacks[_full(found, stack)] = {"release": dict(release)}
    if chain := _earlier(found, stack):
        stacks[_full(found, chain[0])] = {
            **{name: f"${{{chain[0]}.{name}}}" for name in _OWN},
            **{name: f"${{{chain[-1]}.{name}}}" for name in _PASSED_ON},
            **_fixed(found, chain[-1]),
        }
    try:
        return record(
            entry(found.main),
            computed=Computed(),
            project=found.name,
            stack=stack,
            organization=_ORGANIZATION,
            config=config,
            stacks=stacks,
        )
    except ProgramError as error:
        raise FailureError(str(error)) from error


def _fixed(found: project.Project, first: str) -> dict[str, Value]:
    """Return the output `chain` of the first environment, from its file as it is here."""
    try:
        pipelines = Pipelines.model_validate_json(found.config(first)["slipway:pipelines"])
    except (FailureError, KeyError, ValidationError):
        return {}  # its own render reports what is wrong there
    chain = chain_of(pipelines)
    return {"chain": dict(chain.output)} if chain else {}


def _full(found: project.Project, stack: str) -> str:
    return f"{_ORGANIZATION}/{found.name}/{stack}"


def _earlier(found: project.Project, stack: str) -> list[str]:
    """Return the stacks that this one promotes from, nearest first. FailureError: a chain without a beginning."""
    chain = [stack]
    while (earlier := found.promotes_from(chain[-1])) is not None:
        if earlier in chain:
            raise FailureError(f"stacks promote from each other in a circle: {' <- '.join((*chain, earlier))}")
        chain.append(earlier)
    return chain[1:]


def _resource(one: Record) -> dict[str, Value]:
    return {
        "type": one.type,
        "name": one.name,
        "parent": one.parent,
        "inputs": shown(one.inputs),
        "options": shown(one.options),
    }


def name(root: Path) -> str:
    """The project's name."""
    return project.read(root).name
