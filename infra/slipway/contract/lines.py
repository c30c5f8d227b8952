"""A YAML document as plain data, and the line on which each value stands."""

from math import isfinite
from typing import Any

import yaml

_DEEPEST = 20
"""Levels of a contract; an alias that holds itself would have no end."""

Place = tuple[int | str, ...]
"""Keys and indices from the top."""


class YamlError(Exception):
    """Text that is no YAML, or more than a contract may be; `line` counts from 1."""

    def __init__(self, line: int, found: str, allowed: str) -> None:
        super().__init__(f"line {line}: found {found}, allowed: {allowed}")
        self.line, self.found, self.allowed = line, found, allowed


class Document:
    """The content of a text. YamlError: it cannot be read."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Place, int] = {}
        try:
            loader = yaml.SafeLoader(text)
            node = loader.get_single_node()
            self.value: Any = None if node is None else self._read(loader, node, ())
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise YamlError(mark.line + 1 if mark else 1, error.problem or "something else", "YAML") from None
        except RecursionError:
            raise YamlError(1, f"more than {_DEEPEST} levels", "fewer") from None
        except (yaml.YAMLError, ValueError) as error:  # a character that YAML has not, or a date that is none
            raise YamlError(1, str(error).splitlines()[0], "YAML") from None

    def line(self, place: Place) -> int:
        """The line of the value at `place`, or else of the nearest one that holds it."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place, 1)

    def _read(self, loader: yaml.SafeLoader, node: yaml.Node, place: Place) -> Any:  # noqa: ANN401 - any value of YAML
        self._lines.setdefault(place, node.start_mark.line + 1)
        if len(place) > _DEEPEST:
            raise YamlError(node.start_mark.line + 1, f"more than {_DEEPEST} levels", "fewer")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(loader, node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self._read(loader, item, (*place, index)) for index, item in enumerate(node.value)]
        found = loader.construct_object(node)
        if isinstance(found, float) and not isfinite(found):
            raise YamlError(node.start_mark.line + 1, str(found), "a finite number")
        return found

    def _mapping(self, loader: yaml.SafeLoader, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode) or key in found:
                what = f"the key {key!r} twice" if key in found else "a key that is no text"
                raise YamlError(line, what, "each key once, as text")
            self._lines[(*place, key)] = line
            found[key] = self._read(loader, value_node, (*place, key))
        return found
