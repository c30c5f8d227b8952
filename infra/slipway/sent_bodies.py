"""Checks of the request bodies of resources of which Azure changes a part by itself.

A body that is as the last `up` sent it is not sent at all: why is in docs/decisions/what-azure-changes-is-read-live.md.
"""

import json
from collections.abc import Mapping, Sequence
from enum import Enum
from hashlib import sha256

import pulumi


class SentBodies:
    """Checks by logical names of resources: `before` are those of the last `up`, `checks` those of this one."""

    def __init__(self, before: Mapping[str, str]) -> None:
        self._before = before
        self.checks: dict[str, pulumi.Output[str]] = {}

    def ignored(self, name: str, body: Mapping[str, object], paths: Sequence[str]) -> list[str]:
        """`paths`, if `body` was sent before: what Azure changed there by itself is then no change of ours."""
        return list(paths) if self._before.get(name) == _digest(body) else []

    def record(self, name: str, body: Mapping[str, object], made: pulumi.CustomResource) -> None:
        """Record the check of `body`, which counts once Azure has taken it."""
        check = _digest(body)
        self.checks[name] = made.id.apply(lambda _: check)


def _digest(body: Mapping[str, object]) -> str:
    """A check of all of a body that config and program decide; what other resources feed it is left out."""
    return sha256(json.dumps(_plain(body), sort_keys=True).encode()).hexdigest()[:16]


def _plain(value: object) -> object:
    match value:
        case pulumi.Output():
            return None
        case Enum():
            return value.value
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case None | str() | int() | float():
            return value
    return _plain(vars(value))
