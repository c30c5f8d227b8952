"""Environment to look at, as its stack file describes it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from delivery.failure import FailureError
from delivery.preview import project

from .quota import Pool

_SURGE = "33%"
"""Surge of a pool where the stack file has none, as in the program."""


@dataclass(frozen=True)
class State:
    """Place of a stack's state."""

    subscription: str
    group: str
    account: str
    container: str


@dataclass(frozen=True)
class Source:
    """Repository: `name` in Azure Repos or on GitHub, `connection` to GitHub, `url` of another Git server."""

    kind: str
    name: str
    connection: str
    url: str
    branch: str


@dataclass(frozen=True)
class Target:
    """One environment."""

    stack: str
    workload: str
    location: str
    pools: tuple[Pool, ...]
    state: State | None
    organization: str
    project: str
    """Empty where another environment owns it."""
    creates_project: bool
    source: Source | None = None
    """None where another environment owns it."""


def read(root: Path, stack: str) -> Target:
    """The environment of a stack file; without a name, the first. Raises FailureError where there is none."""
    found = project.read(root)
    stack = stack or found.first
    config = found.config(stack)
    environment, cluster, pipelines = (
        _section(stack, config, name) for name in ("environment", "cluster", "pipelines")
    )
    state = pipelines.get("state") or {}
    owned = (pipelines.get("hub") or {}).get("project") or {}
    return Target(
        stack=stack,
        workload=str(environment.get("workload", "")),
        location=str(environment.get("location", "")),
        pools=tuple(_pools(cluster)),
        state=State(
            str(state.get("subscriptionId") or ""),
            str(state.get("resourceGroup", "")),
            str(state.get("account", "")),
            str(state.get("container", "")),
        )
        if state
        else None,
        organization=str(pipelines.get("organization", "")),
        project=str(owned.get("name", "")),
        creates_project=bool(owned.get("create")),
        source=_source(pipelines),
    )


def _source(pipelines: Mapping[str, Any]) -> Source | None:
    found = (pipelines.get("hub") or {}).get("source") or {}
    if not found:
        return None
    named = {key: str(found.get(key) or "") for key in ("kind", "name", "connection", "url")}
    return Source(**named, branch=str(pipelines.get("branch", "main")))


def _pools(cluster: Mapping[str, Any]) -> list[Pool]:
    named = {"system": cluster.get("system") or {}, **(cluster.get("pools") or {})}
    return [
        Pool(name, str(pool["vmSize"]), count, _surge(str(pool.get("maxSurge", _SURGE)), count))
        for name, pool in named.items()
        if "vmSize" in pool
        for count in [int(pool.get("maxCount", 1))]
    ]


def _surge(text: str, count: int) -> int:
    """Return the number of machines that an upgrade adds. `text` is a number, or a percentage that is rounded up."""
    return -(-count * int(text[:-1]) // 100) if text.endswith("%") else min(int(text), count)


def _section(stack: str, config: Mapping[str, str], name: str) -> Mapping[str, Any]:
    text = config.get(f"slipway:{name}", "{}")
    try:
        section = json.loads(text)
    except ValueError:
        section = None
    if not isinstance(section, dict):
        raise FailureError(f"Pulumi.{stack}.yaml: slipway:{name}: found {text[:80]}, allowed: a mapping")
    return section
