# ruff: noqa: INP001  # a script beside the page that it writes, not a package
"""Writes docs/reference/config.md from the types that check the stack files: `python -m docs.reference.config_page`."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from slipway.config.base import Section
from slipway.config.load import NAMESPACE, sections

PAGE = Path(__file__).with_name("config.md")

_HEAD = """# Stack files

Every key of `Pulumi.<stack>.yaml`, made by `make reference` from the types that check it. Keys without a default are
required inside their section. A wrong file is refused whole, before the first resource, with every mistake named.
"""

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


def page() -> str:
    """The whole page."""
    parts = [_HEAD]
    for name, (section, required) in sections().items():
        parts.append(f"## `{NAMESPACE}:{name}`\n\n{_first(section)}{'' if required else ' Optional.'}\n")
        parts.append("\n".join(_table(section)) + "\n")
    return "\n".join(parts)


def _first(section: type[Section]) -> str:
    doc = " ".join((section.__doc__ or "").split())
    return doc.split(". ", 1)[1] if doc.startswith("`") and ". " in doc else doc


def _table(section: type[Section]) -> Iterator[str]:
    schema = section.model_json_schema(by_alias=True)
    yield "| key | takes | default | meaning |"
    yield "| --- | --- | --- | --- |"
    yield from _rows(schema, schema.get("$defs", {}), "")


def _rows(schema: Mapping[str, Any], defs: Mapping[str, Any], prefix: str) -> Iterator[str]:
    required = schema.get("required", [])
    for key, field in schema.get("properties", {}).items():
        path = f"{prefix}{key}"
        default = "" if key in required else f"`{_value(field.get('default'))}`"
        meaning = " ".join(field.get("description", "").split()).replace("|", "\\|")
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
    if isinstance(values := field.get("additionalProperties"), dict):
        yield from _inner(values, defs, f"{path}.<name>")


def _takes(field: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    if reference := field.get("$ref"):
        return _takes(_resolved(reference, defs), defs)
    if options := field.get("anyOf"):
        return " or ".join(_takes(option, defs) for option in options)
    if values := field.get("enum", [field["const"]] if "const" in field else []):
        return ", ".join(f"`{value}`" for value in values)
    for holder, words in (("items", "list of"), ("additionalProperties", "map to")):
        if isinstance(held := field.get(holder), dict):
            return _bounded(f"{words} {_takes(held, defs)}", field)
    return _bounded({"null": "nothing"}.get(field.get("type", ""), field.get("type", "anything")), field)


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


if __name__ == "__main__":
    sys.exit(0 if PAGE.write_text(page(), encoding="utf-8") else 1)
