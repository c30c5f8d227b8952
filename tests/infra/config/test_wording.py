"""Every error that a stack file can give is in words of stack files, and in none of the library that checks it."""

import copy
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from pydantic import ValidationError

from delivery.preview import project
from slipway.config import problems
from slipway.config.base import Section
from slipway.config.load import sections
from tests.infra.golden.text import STACKS
from tests.infra.support.workloads import RELEASE
from tests.support.sample import SAMPLE

WRONG: tuple[Any, ...] = (
    *(None, True, 3, -1, 10**12, 1.5),
    *("", "x y!", "X" * 600),
    *([], ["", ""], [1], ["0.0.0.0/0"] * 300),
    *({}, {"a b": 1}, {"key": None}),
)
"""Values that some key or other does not take."""

LIBRARY = re.compile(
    r"\bvalid\b|Input|pattern|\bregex|greater than|less than or equal|validation|\bitems?\b|instance|tuple|dict|"
    r"NoneType|^(be|have|match)\b|(?<!\w)'"
)
"""Words of the library, and its quotes."""


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every value inside `value`; of a list, that of its first entry."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for key, found in inner:
        yield from places(found, (*path, key))


def with_wrong(content: Any, path: tuple[str | int, ...], wrong: object) -> str:
    changed = inner = copy.deepcopy(content)
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = wrong
    return json.dumps(changed)


@cache
def errors(name: str) -> frozenset[problems.Problem]:
    """Errors of a section of either stack when one of its values is wrong."""
    kind: type[Section] = sections()[name][0]
    found: set[problems.Problem] = set()
    for content in written(name):
        for path in places(content):
            for wrong in WRONG:
                try:
                    kind.model_validate_json(with_wrong(content, path, wrong))
                except ValidationError as error:
                    found.update(problems.of(kind, f"slipway:{name}", error))
    return frozenset(found)


def written(name: str) -> list[Any]:
    """The section as stack files, or a release, have it."""
    texts = [project.read(SAMPLE).config(stack).get(f"slipway:{name}") for stack in STACKS]
    others = {
        "release": RELEASE,
        "canary": {"release": RELEASE, "share": 10, "shadow": False},
        "image": {"build": True, "baseImage": "python:3.13"},
    }
    return [json.loads(text) for text in texts if text] or [others[name]]


@pytest.mark.parametrize("name", sections())
def test_an_error_is_in_words_of_stack_files(name: str) -> None:
    found = errors(name)

    assert found
    assert [str(one) for one in found if LIBRARY.search(one.allowed.partition(":")[0])] == []


def test_many_errors_are_looked_at() -> None:
    assert sum(len(errors(name)) for name in sections()) > 500


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [
        ("bool_type", "true or false, without quotes"),
        ("int_type", "a whole number, without quotes"),
        ("string_type", "text, in quotes where it looks like something else"),
        ("dict_type", "an object"),
    ],
)
def test_a_wrong_type_is_told_with_how_to_write_the_right_one(kind: str, allowed: str) -> None:
    assert problems.allowed({"type": kind, "msg": "Input should be a valid thing"}) == allowed
