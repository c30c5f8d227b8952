"""Enumerations are legal values: no engine and no provider checks them, so a wrong one fails only at Azure."""

import importlib
import sys
import typing
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pulumi
import pytest

from delivery.preview.record import Value

from .golden.text import STACKS, recorded

OPEN = (".streams[]",)
"""Lists that Azure extends without a new API version: the streams of Container Insights and Prometheus, for one."""


@cache
def properties(arguments: type) -> dict[str, Any]:
    """The declared type of each property of an SDK's argument class, by its name on the wire."""
    scope = {**vars(pulumi), **vars(sys.modules[arguments.__module__])}
    found = {}
    for name, member in vars(arguments).items():
        if isinstance(member, property) and member.fget is not None:
            hints = typing.get_type_hints(member.fget, scope, {**vars(typing)})
            found[getattr(member.fget, "_pulumi_name", name)] = hints.get("return")
    return found


def inside(hint: object) -> Iterator[type]:
    """Every class that a type hint mentions."""
    if isinstance(hint, type) and get_origin(hint) is None:
        yield hint
    for part in get_args(hint):
        yield from inside(part)


def wrong(value: Value, hint: object, path: str) -> Iterator[str]:
    """Values that stand where the SDK has an enumeration, and are none of it."""
    classes = list(inside(hint))
    match value:
        case Mapping():
            arguments = [one for one in classes if one.__name__.endswith("Args")]
            for key, item in value.items():
                known = [properties(one)[key] for one in arguments if key in properties(one)]
                for inner in known[:1] or ([hint] if get_origin_is_map(hint) else []):
                    yield from wrong(item, inner, f"{path}.{key}")
        case str():
            enums = [one for one in classes if issubclass(one, Enum)]
            legal = {str(member.value) for one in enums for member in one}
            if legal and not path.endswith(OPEN) and "${" not in value and value not in legal:
                yield f"{path}: found {value!r}, allowed: {', '.join(sorted(legal))}"
        case Sequence():
            for item in value:
                yield from wrong(item, hint, f"{path}[]")


def get_origin_is_map(hint: object) -> bool:
    if get_origin(hint) in (Union, UnionType):
        return any(get_origin_is_map(part) for part in get_args(hint))
    return get_origin(hint) is not None and issubclass(get_origin(hint) or object, Mapping)


def arguments_of(type_: str) -> type | None:
    _, module, name = type_.split(":")
    found = importlib.import_module(f"pulumi_azure_native.{module}")
    own = getattr(found, f"{name}InitArgs", None) or getattr(found, f"{name}Args", None)
    return own if isinstance(own, type) else None


@pytest.mark.parametrize("stack", STACKS)
def test_every_enumeration_has_one_of_its_values(stack: str) -> None:
    checked = 0
    problems: list[str] = []
    for one in recorded(stack).resources:
        if one.type.startswith("azure-native:"):
            arguments = arguments_of(one.type)
            assert arguments is not None, one.type
            for key, value in one.inputs.items():
                hint = properties(arguments).get(key)
                checked += any(issubclass(found, Enum) for found in inside(hint))
                problems += wrong(value, hint, f"{one.name}.{key}")

    assert problems == []
    assert checked > 20


def test_a_wrong_value_is_found() -> None:
    arguments = arguments_of("azure-native:containerregistry:Registry")
    assert arguments is not None

    (problem,) = wrong({"name": "Platinum"}, properties(arguments)["sku"], "registry.sku")

    assert problem.startswith("registry.sku.name: found 'Platinum', allowed: Basic, Classic, Premium, Standard")
