"""Reading inputs: what is known, what is not yet, and what was left out."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

UNKNOWN: Final = "${unknown}"
"""A value that only the cloud can tell; any text that holds `${name.property}` is one as well."""

SECRET: Final = "[secret]"  # noqa: S105 - the mark of a hidden value, not a value

_REFERENCE = re.compile(r"\$\{[^${}]+\}")


def at(inputs: Any, path: str) -> Any:  # noqa: ANN401 - JSON of any shape
    """The value at a dotted path, or None; an unknown above it stands for all below it."""
    value = inputs
    for step in path.split("."):
        if is_unknown(value):
            return value
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def is_unknown(value: Any) -> bool:  # noqa: ANN401 - JSON of any shape
    """Return True where the value is settled only while the change is applied. No rule may judge it."""
    return isinstance(value, str) and _REFERENCE.search(value) is not None


def members(value: Any) -> list[Any]:  # noqa: ANN401 - JSON of any shape
    """The value as a list; empty for anything else."""
    return list(value) if isinstance(value, list | tuple) else []


def mapping(value: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON of any shape
    """The value as a mapping; empty for anything else."""
    return value if isinstance(value, Mapping) else {}


def texts(value: Any) -> Iterator[tuple[str, str, str]]:  # noqa: ANN401 - JSON of any shape
    """Every text inside: its path, the name of its property, and itself."""
    # A stack instead of recursion: a large estate has millions of them.
    ahead: list[tuple[str, str, Any]] = [("", "", value)]
    while ahead:
        path, name, found = ahead.pop()
        if isinstance(found, str):
            yield path, name, found
        elif isinstance(found, Mapping):
            ahead += [(f"{path}.{key}" if path else str(key), str(key), found[key]) for key in found]
        elif isinstance(found, list | tuple):
            ahead += [(f"{path}[{position}]", name, item) for position, item in enumerate(found)]
