"""The text of an example's file: YAML, of which JSON is a part, read without the surprises of YAML 1.1."""

import json
import re
from typing import Any

import yaml


class TextError(Exception):
    """A text that is not YAML or not JSON's data; the message has the line."""


class _Loader(yaml.SafeLoader):
    """JSON's types alone: `no` and `on` are words, a date is text, and nothing is repeated by a reference."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.get_mark()
            raise yaml.constructor.ConstructorError(None, None, "a reference (*name) cannot be used", mark)
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":timestamp"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    """A mapping whose keys are text, each once."""
    found: dict[str, Any] = {}
    for key, value in node.value:
        name = str(key.value)
        if not isinstance(key, yaml.ScalarNode) or name in found:
            fault = f"{name} is there twice" if name in found else "a key is text"
            raise yaml.constructor.ConstructorError(None, None, fault, key.start_mark)
        found[name] = loader.construct_object(value, deep=True)
    return found


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def parse(data: bytes) -> str:
    """The same as JSON text. Raises TextError."""
    try:
        found = yaml.load(data.decode("utf-8-sig"), _Loader)  # noqa: S506  # a SafeLoader with fewer types
        return json.dumps(found, allow_nan=False)
    except UnicodeDecodeError as error:
        raise TextError(f"is not UTF-8 at byte {error.start}") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise TextError(f"line {mark.line + 1 if mark else 1}: is not YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise TextError(f"is not YAML: {str(error).splitlines()[0]}") from None
    except (TypeError, ValueError) as error:
        raise TextError(f"holds what JSON does not: {error}") from None
