"""Facts of a stack file that its resources do not show, and that decide what its commands ask for."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from delivery.preview import project
from delivery.release.gate import Rights
from slipway.azure_pipelines import container_id
from slipway.config.entry import Entry
from slipway.config.pipelines import Pipelines


@dataclass(frozen=True, kw_only=True)
class Facts:
    """`state` and `releases` are containers by their paths; `publishers` are object ids of groups."""

    project: str
    stack: str
    earlier: str | None
    rights: Rights
    state: str
    releases: str
    secrets_key: str | None
    publishers: Sequence[str]
    canary: bool
    """True where a place is kept for one."""


def read_facts(root: Path, stack: str) -> Facts:
    """Return a stack's facts. Raises NotFoundError without its file, KeyError without a section for pipelines."""
    found = project.read(root)
    config = found.config(stack)
    pipelines = Pipelines.model_validate_json(config["slipway:pipelines"])
    model = json.loads(config.get("slipway:model", "{}"))
    state = pipelines.state
    place = (state.subscription_id or "${subscriptionId}", state.resource_group, state.account)
    return Facts(
        project=found.name,
        stack=stack,
        earlier=found.promotes_from(stack),
        rights=pipelines.rights,
        state=container_id(*place, state.container),
        releases=container_id(*place, state.releases),
        secrets_key=state.secrets_key,
        publishers=(model.get("blob") or {}).get("publishers") or (),
        canary=Entry.model_validate_json(config["slipway:entry"]).canary is not None,
    )
