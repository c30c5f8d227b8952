"""`pipelines/facts.yml`: the promotion chain, agents and model source, taken from the stack files.

Azure Pipelines expands its templates before anything runs, so it cannot ask Pulumi which environments there are. This
file tells it; a test fails where it and the stack files differ.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from delivery.failure import FailureError
from delivery.preview import project
from slipway.config.chain_rules import Chain, contradictions
from slipway.config.environment import stack_can_carry_its_name

FACTS_FILE = "facts.yml"

_HOSTED = {"vmImage": "ubuntu-24.04"}
"""By its number: an image that moves takes Docker, Python and the Azure CLI with it."""

_HOSTED_MINUTES = 40
"""A release's time on hosted agents: a free job of a private project ends after 60, and 20 are for a cancelled one."""
_OWN_MINUTES = 90

_HEAD = """\
# Written by `slipway pipelines` from the stack files; a test compares. The pipelines extend this file
# and name the stages that they want: every environment of the chain is then among them.
"""


@dataclass(frozen=True)
class Stack:
    """Settings of one stack file that the pipelines need."""

    name: str
    after: str | None
    branch: str
    pool: str | None
    review_pool: str | None
    branch_control: str
    mirrored: bool
    source: Mapping[str, Any]


def facts(root: Path) -> dict[str, Any]:
    """The facts of every stack file in `root` that has pipelines, in the order of promotion. Raises FailureError."""
    chain = list(_ordered({stack.name: stack for stack in _stacks(root)}))
    _check_chain(chain)
    hub = chain[0]
    bucket = hub.source.get("s3") or {}
    return {
        "branch": hub.branch,
        "chain": [
            {
                "name": stack.name,
                "after": [stack.after] if stack.after else [],
                "pool": _pool(stack.pool),
                "minutes": _OWN_MINUTES if stack.pool else _HOSTED_MINUTES,
            }
            for stack in chain
        ],
        "hub": hub.name,
        "models": hub.source.get("source", "blob"),
        "pool": _pool(hub.pool),
        "region": bucket.get("region", ""),
        "review": _pool(hub.review_pool),
    }


def rendered(found: Mapping[str, Any]) -> str:
    """The whole template."""
    parameters = [
        {"name": "template", "type": "string"},
        {"name": "options", "type": "object", "default": {}},
        {"name": "facts", "type": "object", "default": dict(found)},
    ]
    passed = {name: f"${{{{ parameters.{name} }}}}" for name in ("facts", "options")}
    stages = [{"template": "${{ parameters.template }}", "parameters": passed}]
    document = {"parameters": parameters, "stages": stages}
    return _HEAD + "\n" + yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=120)


def _stacks(root: Path) -> Iterator[Stack]:
    found = project.read(root)
    for name in found.stacks:
        config = {key.partition(":")[2]: text for key, text in found.config(name).items() if key.startswith("slipway:")}
        if "pipelines" not in config:
            continue
        _check_name(name)
        pipelines, environment = _section(name, config, "pipelines"), _section(name, config, "environment")
        hub, checks = pipelines.get("hub") or {}, pipelines.get("checks") or {}
        yield Stack(
            name=name,
            after=environment.get("promotesFrom"),
            branch=pipelines.get("branch", "main"),
            pool=pipelines.get("pool"),
            review_pool=hub.get("reviewPool"),
            branch_control=checks.get("branchControl", "protected"),
            mirrored=(hub.get("source") or {}).get("kind") == "other-git",
            source=_section(name, config, "model"),
        )


def _check_name(stack: str) -> None:
    """Raise FailureError where a stage, a connection or an Azure resource could not carry the name."""
    for _path, found, allowed in stack_can_carry_its_name(stack):
        raise FailureError(f"Pulumi.{stack}.yaml: found {found}, allowed: {allowed}")


def _check_chain(chain: Sequence[Stack]) -> None:
    """Raise FailureError with everything in which an environment does not fit the first one's file."""
    hub = chain[0]
    fixed = Chain(branch=hub.branch, mirrored=hub.mirrored, review_pool=hub.review_pool)
    mistakes = [
        f"Pulumi.{stack.name}.yaml: slipway:{path}: found {found}, allowed: {allowed}"
        for stack in chain
        for path, found, allowed in contradictions(
            fixed, branch=stack.branch, pool=stack.pool, branch_control=stack.branch_control
        )
    ]
    if mistakes:
        raise FailureError("\n".join(mistakes))


def _section(stack: str, config: Mapping[str, str], key: str) -> Mapping[str, Any]:
    try:
        found = json.loads(config.get(key, "{}"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise FailureError(f"Pulumi.{stack}.yaml: slipway:{key}: found no object, allowed: an object")
    return found


def _ordered(stacks: Mapping[str, Stack]) -> Iterator[Stack]:
    """Each after the one it promotes from. FailureError where they are no tree with one root."""
    roots = [stack for stack in stacks.values() if stack.after is None]
    if len(roots) != 1:
        named = ", ".join(stack.name for stack in roots) or "none"
        raise FailureError(f"stack files with slipway:pipelines: {named} promote from none; allowed is one, the hub")
    pending, done = dict(stacks), set[str]()
    while pending:
        ready = [stack for stack in pending.values() if stack.after is None or stack.after in done]
        if not ready:
            lost = ", ".join(f"{stack.name} from {stack.after}" for stack in pending.values())
            raise FailureError(
                f"stack files with slipway:pipelines: {lost}: lead to no environment without promotesFrom"
            )
        for stack in ready:
            yield pending.pop(stack.name)
            done.add(stack.name)


def _pool(name: str | None) -> dict[str, str]:
    return {"name": name} if name else dict(_HOSTED)


class _Dumper(yaml.SafeDumper):
    """Lists indented, as in the YAML beside it, and no anchors: Azure Pipelines does not know them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - the base's signature
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the base's signature
        return True
