# ruff: noqa: INP001  # a script beside the pages that it helps to write, not a package
"""Tables of keys, made from the types that check them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from slipway.config.base import Section

_BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "{} characters or more",
    "maxLength": "{} characters or fewer",
    "minItems": "{} or more",
    "maxItems": "{} or fewer",
    "pattern": "`{}`",
}


def table(section: type[Section]) -> Iterator[str]:
    """Lines of a table with every key that a section holds, at any depth."""
    yield "| key | takes | default | meaning |"
    yield "| --- | --- | --- | --- |"
    yield from rows(section, "")


def rows(section: type[Section], prefix: str) -> Iterator[str]:
    """Lines of a table with every key that a section holds, `prefix` before each."""
    schema = section.model_json_schema(by_alias=True)
    yield from _rows(schema, schema.get("$defs", {}), prefix)


def _rows(schema: Mapping[str, Any], defs: Mapping[str, Any], prefix: str) -> Iterator[str]:
    required = schema.get("required", [])
    for key, field in schema.get("properties", {}).items():
        path = f"{prefix}{key}"
        default = "" if key in required else f"`{_value(field.get('default'))}`"
        meaning = " ".join(_meaning(field, defs).split()).replace("|", "\\|")
        yield f"| `{path}` | {_takes(field, defs)} | {default} | {meaning} |"
        yield from _inner(field, defs, path)


def _inner(field: Mapping[str, Any], defs: Mapping[str, Any], path: str) -> Iterator[str]:
    """Rows of the objects that a field holds: itself, in a list, in a map, or as an option."""
    if (reference := field.get("$ref")) and "properties" in (schema := _resolved(reference, defs)):
        yield from _rows(schema, defs, f"{path}.")
    for option in field.get("anyOf", []) + field.get("allOf", []):
        yield from _inner(option, defs, path)
    if isinstance(items := field.get("items"), dict):
        yield from _inner(items, defs, f"{path}[]")
    if values := _values(field):
        yield from _inner(values, defs, f"{path}.<name>")


def _takes(field: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    if reference := field.get("$ref"):
        return _takes(_resolved(reference, defs), defs)
    if options := field.get("anyOf"):
        return " or ".join(_takes(option, defs) for option in options)
    if values := field.get("enum", [field["const"]] if "const" in field else []):
        return ", ".join(f"`{value}`" for value in values)
    for held, words in ((field.get("items"), "list of"), (_values(field), "map to")):
        if isinstance(held, dict):
            return _bounded(f"{words} {_takes(held, defs)}", field)
    return _bounded({"null": "nothing"}.get(field.get("type", ""), field.get("type", "anything")), field)


def _values(field: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a map's entries are; keys that must match a pattern have their schema under it."""
    patterned = next(iter(field.get("patternProperties", {}).values()), None)
    found = patterned or field.get("additionalProperties")
    return found if isinstance(found, dict) else None


def _meaning(field: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    """The field's own description; a schema leaves it out where it is that of the type."""
    reference = field.get("$ref")
    return str(field.get("description") or (_resolved(reference, defs).get("description", "") if reference else ""))


def _bounded(what: str, field: Mapping[str, Any]) -> str:
    bounds = [words.format(field[key]) for key, words in _BOUNDS.items() if key in field]
    return ", ".join([what, *bounds]).replace("|", "\\|")


def _resolved(reference: str, defs: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = defs[reference.rsplit("/", 1)[1]]
    return found


def _value(default: object) -> str:
    if isinstance(default, dict | list):
        return json.dumps(default) if default else "empty"
    return "none" if default is None else json.dumps(default).strip('"')
