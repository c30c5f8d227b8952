"""Project and stack files, read as Pulumi's engine reads them, and changed without touching what others wrote.

The engine decodes YAML by Go's yaml.v3. It takes `off` and `22:00` for text, and dates for timestamps, where PyYAML
takes them for a boolean, a number of seconds and a date object. The scalars below follow resolve.go of yaml.v3 3.0.1.
"""

import json
import math
import re
from collections.abc import Hashable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from .failure import FailureError

_INTEGERS = range(-(1 << 63), 1 << 64)
_MOST_PLAIN = 1e21
"""Go's JSON writes whole numbers up to here without an exponent, so that they are integers for the program."""
_INT = re.compile(r"[-+]?(?:0[bB][01]+|0[oO][0-7]+|0[xX][0-9a-fA-F]+|0|[1-9][0-9]*)")
_OLD_OCTAL = re.compile(r"([-+]?)0([0-7]+)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_TIME = re.compile(
    r"(\d{4}-\d{1,2}-\d{1,2})(?:[Tt](?=.*(?:Z|[-+]\d{2}:\d{2})$)| (?!.*[Z+]))"
    r"(\d{1,2}:\d{1,2}:\d{1,2})(\.\d+)?(Z|[-+]\d{2}:\d{2})?"
)
_RESOLVERS = {
    "bool": ("tTfF", r"true|True|TRUE|false|False|FALSE"),
    "null": ("~nN", r"~|null|Null|NULL|"),
    "float": ("-+.0123456789", r"[-+.0-9].*"),
    "merge": ("<", "<<"),
}


class _Loader(yaml.SafeLoader):
    """PyYAML's loader with Go's scalars, which refuses what Go refuses: a key that is there twice."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # the base's own form

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002  # the base's signature
        """Return a mapping. Raises ConstructorError for a repeated key."""
        seen: dict[Any, yaml.Node] = {}
        for key, _ in node.value:
            name = (key.tag, key.value) if isinstance(key, yaml.ScalarNode) else id(key)
            if name in seen and key.tag != "tag:yaml.org,2002:merge":
                first = seen[name].start_mark.line + 1
                raise yaml.constructor.ConstructorError(
                    None, None, f"found the key {key.value} again, which line {first} has", key.start_mark
                )
            seen[name] = key
        return super().construct_mapping(node, deep)


def _construct_number(loader: _Loader, node: yaml.ScalarNode) -> object:
    """Return a timestamp as text, a number, or the text itself, in the order in which Go tries them."""
    del loader
    text = str(node.value)
    if _NOT_FINITE.fullmatch(text):
        raise yaml.constructor.ConstructorError(None, None, f"found {text}, allowed: a finite number", node.start_mark)
    if (timestamp := _read_timestamp(text)) is not None:
        return timestamp
    plain = text if text.startswith(".") else text.replace("_", "")
    whole = _OLD_OCTAL.sub(r"\g<1>0o\2", plain) if _OLD_OCTAL.fullmatch(plain) else plain
    if _INT.fullmatch(whole) and int(whole, 0) in _INTEGERS:
        return int(whole, 0)
    if _FLOAT.fullmatch(plain) and math.isfinite(value := float(plain)):
        return int(value) if value.is_integer() and abs(value) < _MOST_PLAIN else value
    return text


def _read_timestamp(text: str) -> str | None:
    """Return a date or a time as Go's JSON writes it, None for other text."""
    found = _TIME.fullmatch(text)
    if found is None and not _DATE.fullmatch(text):
        return None
    day, clock, fraction, zone = found.groups() if found else (text, "0:0:0", None, None)
    year, month, date = map(int, day.split("-"))
    hour, minute, second = map(int, clock.split(":"))
    try:
        moment = datetime(year, month, date, hour, minute, second)  # noqa: DTZ001  # the zone is written as it was read
    except ValueError:
        return None
    rest = (fraction or "")[:10].rstrip("0").rstrip(".")
    return f"{moment.isoformat()}{rest}{'Z' if zone in (None, '+00:00', '-00:00') else zone}"


for _tag, (_first, _pattern) in _RESOLVERS.items():
    _starts = [*_first, ""] if _tag == "null" else list(_first)
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})$"), _starts)
_Loader.add_constructor("tag:yaml.org,2002:float", _construct_number)


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file. Raises FailureError with its line, FileNotFoundError without a file."""
    return parse_mapping(path.read_text(encoding="utf-8"), path.name)


def parse_mapping(text: str, name: str) -> dict[str, Any]:
    """Return the mapping in `text`, the content of the file `name`. Raises FailureError with its line."""
    try:
        found = yaml.load(text, _Loader)  # noqa: S506  # a subclass of SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise FailureError(f"{place}: not YAML as the engine reads it: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise FailureError(f"{name}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(found, dict):
        raise FailureError(f"{name}: found {type(found).__name__}, allowed: a mapping")
    return found


def set_config(text: str, key: str, value: Mapping[str, Any]) -> str:
    """Return the stack file's text with `key` set in its config; every other character stays as it is."""
    root = yaml.compose(text, _Loader)
    assert isinstance(root, yaml.MappingNode), "parse_mapping accepts nothing else"
    entry = f"{json.dumps(key)}: {json.dumps(value)}"
    config = next((node for name, node in root.value if name.value == "config"), None)
    if config is None:
        return f"{text.rstrip()}\nconfig:\n  {entry}\n"
    if not isinstance(config, yaml.MappingNode) or not config.value:
        return f"{text[: config.start_mark.index]} {{{entry}}}{text[config.end_mark.index :]}"
    found = next(((name, node) for name, node in config.value if name.value == key), None)
    if found is not None:
        return _replace(text, found[0], found[1], entry, flow=bool(config.flow_style))
    start = config.value[0][0].start_mark
    between = ", " if config.flow_style else "\n" + " " * start.column
    return f"{text[: start.index]}{entry}{between}{text[start.index :]}"


def _replace(text: str, name: yaml.Node, node: yaml.Node, entry: str, *, flow: bool) -> str:
    end = node.end_mark.index
    if not flow and isinstance(node, yaml.CollectionNode) and not node.flow_style:
        # The mark of a block stands behind the blank lines and comments below it, which belong to what follows.
        end = _last_content(node)
    return f"{text[: name.start_mark.index]}{entry}{text[end:]}"


def _last_content(node: yaml.Node) -> int:
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_content(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)
