"""Azure Pipelines' compile-time templates, as far as the pipelines of this project use them.

What is here: `extends` and `template` with parameters and their defaults, `${{ if }}`, `${{ elseif }}`, `${{ else }}`,
`${{ each x in y }}` in lists and mappings, `${{ ... }}` in text, and of the functions `eq`, `ne`, `and`, `or`, `not`.
Anything else is an error, so that nothing is silently expanded to something that Azure would not make of it.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_WHOLE = re.compile(r"^\$\{\{(?P<inner>(?:(?!\}\}).)*)\}\}$", re.DOTALL)
_INSIDE = re.compile(r"\$\{\{((?:(?!\}\}).)*)\}\}", re.DOTALL)
_EACH = re.compile(r"^each (?P<name>\w+) in (?P<of>.+)$")
_MERGED = ("stages", "jobs", "steps")


class ExpansionError(Exception):
    """A template that this expansion does not understand, or that Azure would refuse."""


@dataclass(frozen=True)
class Scope:
    """What expressions can see: parameters, predefined variables, and the names of enclosing `each`."""

    names: Mapping[str, Any]

    def with_(self, **names: object) -> "Scope":
        return Scope({**self.names, **names})


def expand(root: Path, file: Path, variables: Mapping[str, str], **parameters: object) -> dict[str, Any]:
    """The pipeline in `file` as it would be run: one document, no template left. `root` is the repository."""
    return _Expander(root, variables).pipeline(file, parameters)


class _Expander:
    def __init__(self, root: Path, variables: Mapping[str, str]) -> None:
        self._root = root
        self._variables = variables

    def pipeline(self, file: Path, given: Mapping[str, object]) -> dict[str, Any]:
        document = _load(file)
        scope = self._scope(document, given, file)
        extended = document.pop("extends", None)
        found = self._mapping({key: value for key, value in document.items() if key != "parameters"}, scope, file)
        if extended is not None:
            found |= self._template(extended, scope, file)
        return found

    def _template(self, call: Mapping[str, Any], scope: Scope, file: Path) -> dict[str, Any]:
        """The document of a template, expanded with the parameters of the call."""
        name = str(self._value(call["template"], scope, file))
        place = self._root / name.removeprefix("/") if name.startswith("/") else file.parent / name
        if not place.is_file():
            raise ExpansionError(f"{file}: template {name} is not there")
        given = self._value(call.get("parameters", {}), scope, file)
        document = _load(place)
        inner = self._scope(document, given, place)
        return self._mapping({key: value for key, value in document.items() if key != "parameters"}, inner, place)

    def _scope(self, document: Mapping[str, Any], given: Mapping[str, object], file: Path) -> Scope:
        declared = {one["name"]: one for one in document.get("parameters", [])}
        if unknown := given.keys() - declared.keys():
            raise ExpansionError(f"{file}: takes no parameter {', '.join(sorted(unknown))}")
        values = {}
        for name, parameter in declared.items():
            if name not in given and "default" not in parameter:
                raise ExpansionError(f"{file}: parameter {name} is not given and has no default")
            values[name] = given.get(name, parameter.get("default"))
            if "values" in parameter and values[name] not in parameter["values"]:
                raise ExpansionError(f"{file}: parameter {name} is {values[name]!r}, allowed: {parameter['values']}")
        return Scope({"parameters": values, "variables": self._variables})

    def _value(self, value: object, scope: Scope, file: Path) -> Any:
        match value:
            case str():
                return _text(value, scope)
            case Mapping():
                return self._mapping(value, scope, file)
            case Sequence():
                return list(self._items(value, scope, file))
            case _:
                return value

    def _items(self, items: Sequence[object], scope: Scope, file: Path) -> Iterator[Any]:
        taken = False
        for item in items:
            if not isinstance(item, Mapping) or len(item) == 0:
                yield self._value(item, scope, file)
                continue
            key, inner = next(iter(item.items()))
            directive = _WHOLE.match(str(key))
            if directive and len(item) == 1:
                chosen, taken = _branch(directive["inner"].strip(), scope, taken=taken)
                for each in chosen:
                    if not isinstance(inner, Sequence) or isinstance(inner, str):
                        raise ExpansionError(f"{file}: {key}: a list is needed here, found {type(inner).__name__}")
                    yield from self._items(inner, each, file)
            elif "template" in item:
                yield from self._included(item, scope, file)
            else:
                yield self._mapping(item, scope, file)

    def _included(self, call: Mapping[str, Any], scope: Scope, file: Path) -> Iterator[Any]:
        found = self._template(call, scope, file)
        (kind,) = [name for name in _MERGED if name in found] or ["nothing"]
        yield from found.get(kind, [])

    def _mapping(self, mapping: Mapping[str, Any], scope: Scope, file: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        taken = False
        for key, value in mapping.items():
            directive = _WHOLE.match(str(key))
            inner = directive["inner"].strip() if directive else ""
            if inner.startswith(("if ", "elseif ", "each ")) or inner == "else":
                chosen, taken = _branch(inner, scope, taken=taken)
                for each in chosen:
                    found |= self._mapping(value, each, file)
                continue
            found[str(_text(str(key), scope))] = self._value(value, scope, file)
        return found


def _branch(inner: str, scope: Scope, *, taken: bool) -> tuple[list[Scope], bool]:
    """The scopes that a directive's content is expanded in, and whether its chain of ifs is decided by now."""
    if loop := _EACH.match(inner):
        return [scope.with_(**{loop["name"]: item}) for item in evaluate(loop["of"], scope)], False
    if inner.startswith("if "):
        truth = _true(evaluate(inner.removeprefix("if "), scope))
        return [scope] * truth, truth
    if inner.startswith("elseif "):
        truth = not taken and _true(evaluate(inner.removeprefix("elseif "), scope))
        return [scope] * truth, taken or truth
    if inner == "else":
        return [scope] * (not taken), True
    raise ExpansionError(f"unknown directive: {inner}")


def _text(text: str, scope: Scope) -> Any:
    """A whole expression keeps its type; inside other text it becomes text."""
    if (whole := _WHOLE.match(text)) and len(_INSIDE.findall(text)) == 1:
        return evaluate(whole["inner"], scope)
    return _INSIDE.sub(lambda found: _plain(evaluate(found[1], scope)), text)


def _plain(value: object) -> str:
    if isinstance(value, (dict, list)):
        raise ExpansionError(f"an object inside text: {value}")
    return str(value)


def evaluate(expression: str, scope: Scope) -> Any:
    """An expression's value. Its syntax is close enough to Python's for Python's own parser."""
    words = re.sub(r"\b(and|or|not)\(", r"\1_(", expression.strip())
    try:
        parsed = ast.parse(words, mode="eval")
    except SyntaxError:
        raise ExpansionError(f"an expression that is not known here: {expression}") from None
    return _evaluate(parsed.body, scope)


def _evaluate(node: ast.expr, scope: Scope) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name) if name in scope.names:
            return scope.names[name]
        case ast.Attribute(value=inner, attr=name):
            return _evaluate(inner, scope)[name]
        case ast.Subscript(value=inner, slice=key):
            return _evaluate(inner, scope)[_evaluate(key, scope)]
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in _FUNCTIONS:
            return _FUNCTIONS[name](*(_evaluate(argument, scope) for argument in arguments))
        case _:
            raise ExpansionError(f"an expression that is not known here: {ast.unparse(node)}")


def _same(one: object, other: object) -> bool:
    return str(one).lower() == str(other).lower()


def _true(value: object) -> bool:
    return bool(value)


_FUNCTIONS: Mapping[str, Callable[..., bool]] = {
    "eq": _same,
    "ne": lambda one, other: not _same(one, other),
    "and_": lambda *values: all(map(_true, values)),
    "or_": lambda *values: any(map(_true, values)),
    "not_": lambda value: not _true(value),
}


def _load(file: Path) -> dict[str, Any]:
    found = yaml.safe_load(file.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ExpansionError(f"{file}: no mapping")
    # YAML 1.1 reads a bare `on` as true; nothing here is called so, and a key that is no text is a mistake.
    if strange := [key for key in found if not isinstance(key, str)]:
        raise ExpansionError(f"{file}: keys that are no text: {strange}")
    return found
