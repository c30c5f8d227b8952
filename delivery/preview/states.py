"""The rendered state of a stack, read from what `slipway preview render` wrote."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from delivery.failure import FailureError, NotFoundError

from .model import Json, State
from .secrets import SIGNATURE, hide, hide_inputs, without_echoes
from .values import references

FILE = "resources.json"


class _Resource(BaseModel):
    model_config = ConfigDict(extra="forbid")

    type: str
    name: str
    parent: str | None = None
    inputs: dict[str, Any] = Field(default_factory=dict)
    options: dict[str, Any] = Field(default_factory=dict)

    @property
    def short(self) -> str:
        return f"{self.type}::{self.name}"


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Literal[1]
    project: str
    stack: str
    resources: list[_Resource]
    outputs: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A stack as its program declares it, without its secrets."""

    project: str
    stack: str
    resources: tuple[State, ...]
    outputs: dict[str, Json]


def read(path: Path) -> Rendered:
    """The state in a folder that `preview render` wrote, or in its file."""
    file = path / FILE if path.is_dir() else path
    try:
        return parse(file.read_bytes(), str(file))
    except FileNotFoundError:
        raise NotFoundError(f"{file}: there is no rendered state; `slipway preview render` writes one") from None


def parse(content: bytes, place: str) -> Rendered:
    """The state in these bytes; `place` is what an error calls them."""
    try:
        raw = orjson.loads(content)
        document = _Document.model_validate(without_echoes(raw) if SIGNATURE.encode() in content else raw)
    except orjson.JSONDecodeError as error:
        raise FailureError(f"{place}: not JSON: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "document"
        raise FailureError(f"{place}: {where}: {first['msg']}; needed is a rendered state, format 1") from None
    outputs = {name: hide(name, value) for name, value in document.outputs.items()}
    return Rendered(document.project, document.stack, tuple(_states(document)), outputs)


def _states(document: _Document) -> Iterator[State]:
    keys = _keys(document.resources)
    names: dict[str, list[str]] = {}
    for resource in document.resources:
        names.setdefault(resource.name, []).append(resource.short)
    for resource in document.resources:
        inputs = hide_inputs(resource.type, resource.inputs)
        options = hide_inputs("", resource.options)
        told = options.get("dependsOn", [])
        mentioned = {
            candidate
            for name, _ in set(_references(inputs))
            for candidate in _candidates(names.get(name, []), told)
            if candidate != resource.short
        }
        owners = (options.get("provider"), options.get("deletedWith"))
        needs = {keys[short] for short in (*told, *owners, *mentioned) if isinstance(short, str) and short in keys}
        parent = keys.get(resource.parent) if resource.parent else None
        yield State(keys[resource.short], resource.type, resource.name, parent, inputs, options, tuple(sorted(needs)))


def _keys(resources: list[_Resource]) -> dict[str, str]:
    """Each resource's key: the types of its parents and its own, as in an engine's URN, then its name."""
    by_short = {resource.short: resource for resource in resources}

    def chain(resource: _Resource, seen: frozenset[str]) -> str:
        parent = by_short.get(resource.parent) if resource.parent else None
        if parent is None or parent.short in seen or parent.type == "pulumi:pulumi:Stack":
            return resource.type
        return f"{chain(parent, seen | {parent.short})}${resource.type}"

    return {resource.short: f"{chain(resource, frozenset())}::{resource.name}" for resource in resources}


def _candidates(shorts: list[str], told: list[str]) -> list[str]:
    """Return the targets of a reference by logical name; where types share it, those that the resource depends on."""
    return [short for short in shorts if short in told] or shorts


def _references(value: Json) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)
    else:
        yield from references(value)
