"""A stack's rendered state as text that reads, and differs, like a preview."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from delivery.preview.record import Record, Recorded, Value, shown
from delivery.preview.releases import STAND_IN
from delivery.preview.render import render
from tests.support.sample import SAMPLE

STACKS = ("dev", "prod")


def golden(stack: str) -> Path:
    """Where a stack's golden file is."""
    return Path(__file__).with_name(f"{stack}.txt")


@cache
def recorded(stack: str) -> Recorded:
    """A committed stack, rendered once for all tests."""
    return render(SAMPLE, stack, STAND_IN)


def rendered(stack: str) -> str:
    """The whole stack: each resource with its options and every input, then the outputs."""
    found = recorded(stack)
    blocks = ["\n".join(_block(one)) for one in found.resources]
    outputs = "\n".join(["outputs", *_lines(shown(found.outputs), "  ")])
    return "\n\n".join([f"{stack}: {len(found.resources)} resources", *blocks, outputs]) + "\n"


def _block(one: Record) -> Iterator[str]:
    yield f"+ {one.type} {one.name}" + (f"  in {one.parent.split('::')[1]}" if one.parent else "")
    if one.options:
        yield "    options"
        yield from _lines(shown(one.options), "      ")
    yield from _lines(shown(one.inputs), "    ")


def _lines(value: Value, indent: str, path: str = "") -> Iterator[str]:
    """One line for each leaf: its path and its value."""
    match value:
        case str() if "\n" in value:
            yield f"{indent}{path}: |"
            yield from (f"{indent}  {line}" for line in value.splitlines())
        case Mapping() if value:
            for key in sorted(value):
                yield from _lines(value[key], indent, f"{path}.{key}" if path else key)
        case Sequence() if value and not isinstance(value, str):
            for number, item in enumerate(value):
                yield from _lines(item, indent, f"{path}[{number}]")
        case _:
            yield f"{indent}{path}: {json.dumps(value, ensure_ascii=False)}"
