# ruff: noqa: INP001  # a script beside the schema that it writes, not a package
"""Writes docs/reference/stack.schema.json, for editors: `python -m docs.reference.stack_schema`.

The schema says what one section may hold. Rules across sections, and those of the app's contract, are the program's.
"""

import json
import sys
from pathlib import Path
from typing import Any

from slipway.config.base import Section
from slipway.config.load import NAMESPACE, sections

SCHEMA = Path(__file__).with_name("stack.schema.json")


def schema() -> dict[str, Any]:
    """The schema of a whole stack file, made from the types that check it."""
    definitions: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    for name, (section, _) in sections().items():
        own = _section(section, name)
        definitions |= own.pop("$defs", {})
        properties[f"{NAMESPACE}:{name}"] = own
    required = [f"{NAMESPACE}:{name}" for name, (_, needed) in sections().items() if needed]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A stack file of Slipway",
        "type": "object",
        "required": ["config"],
        "properties": {
            "config": {
                "type": "object",
                "properties": properties,
                "required": required,
                "patternProperties": {f"^(?!{NAMESPACE}:)": {}},
                "additionalProperties": False,
            },
        },
        "$defs": definitions,
    }


def text() -> str:
    """The file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _section(section: type[Section], name: str) -> dict[str, Any]:
    """A section's own schema; its definitions carry the section's name, since two sections may share a class's."""
    found = section.model_json_schema(by_alias=True, ref_template=f"#/$defs/{name}.{{model}}")
    found["$defs"] = {f"{name}.{model}": inner for model, inner in found.get("$defs", {}).items()}
    return found


if __name__ == "__main__":
    sys.exit(0 if SCHEMA.write_text(text(), encoding="utf-8") else 1)
