"""Outputs that earlier runs left behind: the own last release, and the facts of the environment before this one."""

import json
from dataclasses import dataclass

import pulumi
from pydantic import ValidationError

from .config.chain_rules import Chain
from .config.release import Release
from .stacks import Outputs


@dataclass(frozen=True, kw_only=True)
class PipelineIds:
    """Ids of what the chain's first environment owns in Azure DevOps for all; each environment passes them on."""

    project_id: str
    release_definition_id: str
    drift_definition_id: str


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """Facts that an environment needs of the one that it promotes from."""

    registry_id: str
    pipelines: PipelineIds | None
    chain: Chain | None


def own() -> Outputs:
    """Return the outputs of this stack after its last `up`."""
    return Outputs("own-past", pulumi.get_stack())


async def sent_bodies(outputs: Outputs) -> dict[str, str]:
    """Checks of the bodies that Azure took last, by the names of their resources; empty before the first `up`."""
    found = await outputs.find("sentBodies")
    return {str(name): str(check) for name, check in found.items()} if isinstance(found, dict) else {}


async def last_release(outputs: Outputs) -> Release | None:
    """Return the release that this stack runs: an `up` without one in config changes nothing. None before the first."""
    stack = outputs.stack
    found = await outputs.find("release")
    if found is None:
        return None
    try:
        return Release.model_validate_json(json.dumps(found))
    except ValidationError as error:
        raise pulumi.RunError(
            f"stack {stack} has an output `release` that this program cannot read, so it would take the app away; "
            f"give one in slipway:release: {error}"
        ) from None


async def earlier(stack: str, *, pipelines: bool) -> Earlier:
    """The facts of `stack`. RunError names what it does not tell yet."""
    names = ["registryId"]
    if pipelines:
        names += ["azureDevOpsProjectId", "releaseDefinitionId", "driftDefinitionId"]
    outputs = Outputs("earlier", stack)
    found = await outputs.require(names)
    ids = (
        PipelineIds(
            project_id=found["azureDevOpsProjectId"],
            release_definition_id=found["releaseDefinitionId"],
            drift_definition_id=found["driftDefinitionId"],
        )
        if pipelines
        else None
    )
    return Earlier(registry_id=found["registryId"], pipelines=ids, chain=_chain(await outputs.find("chain")))


def _chain(found: object) -> Chain | None:
    """Return what the chain's first environment has fixed; None where its last `up` was by an older program."""
    if not isinstance(found, dict):
        return None
    pool = found.get("reviewPool")
    return Chain(branch=str(found["branch"]), mirrored=bool(found["mirrored"]), review_pool=str(pool) if pool else None)
