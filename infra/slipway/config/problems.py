"""What is wrong with a stack file, in words: where, what was found, what is allowed."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

_WORDS = {
    "bool_type": "true or false, without quotes",
    "dict_type": "an object",
    "float_type": "a number, without quotes",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "int_from_float": "a whole number",
    "int_type": "a whole number, without quotes",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "list_type": "a list such as [a, b]",
    "model_type": "an object",
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "at least {min_length} characters",
    "string_type": "text, in quotes where it looks like something else",
    "too_long": "at most {max_length} entries",
    "too_short": "at least {min_length} entries",
    "tuple_type": "a list such as [a, b]",
}
"""What is allowed, in words of a stack file, by pydantic's word for the mistake."""

_CHOICES = ("enum", "literal_error")
"""Pydantic's words for a value that is none of a few."""

_KEY = "[key]"
"""Stands at the end of a place where the key of a map is wrong, and not what it holds."""

_LONGEST = 60
"""Characters of a found value that a message repeats."""


@dataclass(frozen=True)
class Problem:
    """One mistake: `path` as a person would pass it to `pulumi config set --path`, `found` and `allowed` in words."""

    path: str
    found: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.path}: found {self.found}, allowed: {self.allowed}"


class ConfigError(Exception):
    """A stack file with mistakes, all of them at once."""

    def __init__(self, stack: str, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        super().__init__("\n  ".join([f"Pulumi.{stack}.yaml has {count}:", *map(str, problems)]))


class InvalidError(Exception):
    """One section with mistakes."""

    def __init__(self, problems: Collection[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = tuple(problems)


def of(section: type[BaseModel], path: str, error: ValidationError) -> Iterator[Problem]:
    """The mistakes that pydantic found in the section at `path`."""
    for detail in error.errors(include_url=False):
        steps = [part for part in detail["loc"] if part != _KEY]
        place = path + "".join(map(_step, steps))
        *outer, last = steps or [""]
        if detail["type"] == "missing":
            yield Problem(place, "nothing", f"a value: {_meaning(_model(section, outer), str(last))}")
        elif detail["type"] == "extra_forbidden":
            yield Problem(place, "an unknown key", _keys(_model(section, outer), str(last)))
        else:
            yield Problem(place, shown(detail["input"]), allowed(detail))


def shown(value: object) -> str:
    """A found value, as JSON and not too long."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def suggestion(name: str, known: list[str]) -> str:
    """The known names, the likeliest first if one is close."""
    close = get_close_matches(name, known, n=1)
    return f"{', '.join(known)}" + (f" (did you mean {close[0]}?)" if close else "")


def _step(part: int | str) -> str:
    return f"[{part}]" if isinstance(part, int) else f".{part}"


def allowed(detail: Mapping[str, Any]) -> str:
    """Words for what stands in the place of a mistake that pydantic describes."""
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    context = dict(detail.get("ctx", {}))
    if detail["type"] in _CHOICES:
        return str(context["expected"]).replace("'", "")
    words = _WORDS.get(detail["type"], str(detail["msg"]))
    numbers = {key: f"{value:.15g}" if isinstance(value, float) else value for key, value in context.items()}
    return words.format(**numbers) if detail["type"] in _WORDS else words


def _meaning(model: type[BaseModel] | None, key: str) -> str:
    for name, field in model.model_fields.items() if model else ():
        if key in (name, field.alias):
            return (field.description or "required").split(". ")[0].rstrip(".")
    return "required"


def _keys(model: type[BaseModel] | None, key: str) -> str:
    known = [field.alias or name for name, field in model.model_fields.items()] if model else []
    return suggestion(key, known)


def _model(model: type[BaseModel], path: list[int | str]) -> type[BaseModel] | None:
    """The model that stands at `path` inside `model`, through lists, maps and options."""
    found: type[BaseModel] | None = model
    for part in path:
        if found is None:
            return None
        fields = {field.alias or name: field.annotation for name, field in found.model_fields.items()}
        if part in fields:  # an index or a map's key stays in the model that the list or map holds
            found = _held(fields[str(part)])
    return found


def _held(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, UnionType, Annotated, list, tuple, dict):
        return next((held for inner in get_args(annotation) if (held := _held(inner))), None)
    return None
