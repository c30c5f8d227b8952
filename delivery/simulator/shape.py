"""The shape of a resource's inputs and outputs, read from the installed SDK's source without importing it.

Importing the SDK's modules would cost seconds and hundreds of megabytes for each plugin process.
"""

import ast
import re
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True)
class Shape:
    """One value's type: a scalar by its Python name, or a list or map of `item`, or an object of `type`."""

    kind: str
    item: "Shape | None" = None
    type: "ObjectType | None" = None
    required: bool = True


@dataclass(frozen=True)
class ObjectType:
    """A nested type of an SDK module's `outputs.py`."""

    source: Path
    name: str

    @cached_property
    def members(self) -> dict[str, Shape]:
        """Return wire names with their shapes."""
        return _members(_class_source(self.source, self.name), self.source)


@dataclass(frozen=True)
class ResourceType:
    """Inputs and outputs of one resource type, as the SDK declares them."""

    token: str
    api_version: str
    inputs: dict[str, Shape]
    outputs: dict[str, Shape]


@cache
def resource_type(token: str) -> ResourceType:
    """Return the shapes of `azure-native:module:Class` or `azuredevops:index/class:Class`.

    Raises KeyError where the SDK has no such type.
    """
    package, module, name = token.split(":")
    folder = _package(f"pulumi_{package.replace('-', '_')}")
    folder = folder / module if (folder / module).is_dir() else folder
    file = _module_of(folder, token, name)
    text = _read(file)
    version = re.search(r"Uses Azure REST API version ([\w-]+)", text)
    arguments = f"{name}Args" if f"class {name}Args:" in text else f"{name}InitArgs"
    nested = folder / "outputs.py"
    return ResourceType(
        token,
        version.group(1) if version else "",
        _members(_class_source(file, arguments), nested),
        _members(_class_source(file, name), nested),
    )


def _module_of(folder: Path, token: str, name: str) -> Path:
    """Return the file that is named like the class, as the SDK's generator does; else one that holds the token."""
    likely = folder / (re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower() + ".py")
    for file in [likely] * likely.is_file() + sorted(folder.glob("*.py")):
        if f'type_token("{token}")' in _read(file):
            return file
    raise KeyError(token)


@cache
def _package(name: str) -> Path:
    found = find_spec(name)
    if found is None or found.origin is None:
        raise KeyError(f"{name} is not installed")
    return Path(found.origin).parent


@cache
def _read(file: Path) -> str:
    return file.read_text()


def _class_source(file: Path, name: str) -> ast.ClassDef:
    """Parse only that class: some of these files have two megabytes."""
    text = _read(file)
    start = max(text.find(f"\nclass {name}{end}") for end in ":(")
    if start < 0:
        raise KeyError(f"{file}: class {name}")
    ends = [end for mark in ("\n@pulumi.", "\nclass ") if (end := text.find(mark, start + 1)) > 0]
    node = ast.parse(text[start : min(ends, default=len(text))]).body[0]
    assert isinstance(node, ast.ClassDef)
    return node


def _members(node: ast.ClassDef, nested: Path) -> dict[str, Shape]:
    """Return the getters of a class: wire name (of `@pulumi.getter(name=...)`, else the Python name) to shape."""
    members = {}
    for function in node.body:
        if isinstance(function, ast.FunctionDef) and function.returns is not None:
            for decorator in function.decorator_list:
                if "pulumi.getter" in ast.unparse(decorator):
                    members[_wire_name(decorator, function.name)] = _shape(function.returns, nested)
    return members


def _wire_name(decorator: ast.expr, default: str) -> str:
    if isinstance(decorator, ast.Call) and decorator.keywords:
        return str(ast.literal_eval(decorator.keywords[0].value))
    return default


def _shape(node: ast.expr, nested: Path) -> Shape:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return Shape("object", type=ObjectType(nested, node.value.rsplit(".", 1)[-1]))
    if not isinstance(node, ast.Subscript):
        return Shape(ast.unparse(node).removeprefix("_builtins."))
    outer, inner = ast.unparse(node.value), node.slice
    parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    match outer:
        case "Optional":
            shape = _shape(parts[0], nested)
            return Shape(shape.kind, shape.item, shape.type, required=False)
        case "Sequence":
            return Shape("list", _shape(parts[0], nested))
        case "Mapping":
            return Shape("map", _shape(parts[1], nested))
        case _:  # pulumi.Output[X], pulumi.Input[X], Union[X, ...]: the first decides
            return _shape(parts[0], nested)
