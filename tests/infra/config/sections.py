"""Sections of stack files as tests write them: a valid one, and what is wrong with another."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from slipway.config import problems
from slipway.config.base import Section
from slipway.config.pipelines import Pipelines

_PIPELINES: dict[str, Any] = {
    "organization": "https://dev.azure.com/contoso",
    "state": {"resourceGroup": "rg-state", "account": "ststate", "container": "state"},
    "checks": {"approval": None, "exclusiveLock": False},
}

S = TypeVar("S", bound=Section)


def section(kind: type[S], content: Mapping[str, Any]) -> S:
    """`content` as a stack file's section."""
    return kind.model_validate_json(json.dumps(content))


def refused(kind: type[Section], content: Mapping[str, Any], path: str) -> list[str]:
    """What a user is told about `content`, one line a mistake; nothing for a valid one."""
    try:
        section(kind, content)
    except ValidationError as error:
        return [str(problem) for problem in problems.of(kind, path, error)]
    return []


def told(found: Iterator[tuple[str, str, str]]) -> list[str]:
    """What a rule found, as it is shown."""
    return [str(problems.Problem(*problem)) for problem in found]


def changed(content: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of `content` with `value` at the dotted `path`; `...` takes the key away."""
    key, _, rest = path.partition(".")
    copy = dict(content)
    if rest:
        copy[key] = changed(copy[key], rest, value)
    elif value is ...:
        del copy[key]
    else:
        copy[key] = value
    return copy


def pipelines(pool: str | None) -> Pipelines:
    """Pipelines on agents of one's own, or on Microsoft's."""
    return section(Pipelines, _PIPELINES | {"pool": pool})
