# ruff: noqa: INP001  # a script beside the page that it writes, not a package
"""Writes docs/reference/azure-api-versions.md: `python -m docs.reference.azure_api_versions_page`.

The types come from the calls in the program's source, their versions from what the SDK's source says of each class.
"""

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path

from delivery.paths import ROOT

PAGE = Path(__file__).with_name("azure-api-versions.md")
SDK = "pulumi_azure_native"
PROGRAM = ROOT / "infra"

_USES = re.compile(r"Uses Azure REST API version ([\w-]+)")
_OTHERS = re.compile(r"Other available API versions: ([\w, -]+)\.")
_TOKEN = re.compile(r'type_token\("azure-native:(\w+:\w+)"\)')

_HEAD = """# API versions of Azure

`{package}` {version} has one default API version for each type, and the program uses no other: a type's
properties, and what Azure makes of them, are those of this version. The pin in `requirements.in` is exact for that
reason. Made by `make reference` from the program's source and the SDK's; one of the
[facts that age](dated-facts.md).

A version of one's own choice needs an SDK that `pulumi package add azure-native <module> <version>` generates, with the
Pulumi binary, the plugin and a network. Nothing here needs one today; what is missing for that reason is
[roles by repository](../decisions/registry-roles-hold-for-all-repositories.md).

| type | version | newer and stable | declared in |
| --- | --- | --- | --- |
"""


@dataclass(frozen=True, order=True)
class Used:
    """One type of the SDK that the program declares: its token without the package, and what the SDK says of it."""

    token: str
    version: str
    newer: str
    files: tuple[str, ...]


def page() -> str:
    """The whole page."""
    head = _HEAD.format(package=SDK.replace("_", "-"), version=metadata.version(SDK))
    found = used()
    rows = [f"| `{one.token}` | {one.version} | {one.newer} | {_quoted(one.files)} |" for one in found]
    previews = sorted({one.token for one in found if one.version.endswith("-preview")})
    tail = f"The SDK's default is a preview for {len(previews)} of them:\n{_quoted(previews)}.\n"
    return head + "\n".join(rows) + "\n\n" + tail


def used() -> list[Used]:
    """Every resource type of azure-native that some file of the program names, whatever config turns on."""
    files: dict[type, set[str]] = {}
    for file in sorted(PROGRAM.rglob("*.py")):
        for called in _called(ast.parse(file.read_text(encoding="utf-8"))):
            files.setdefault(called, set()).add(str(file.relative_to(PROGRAM / "slipway")))
    found = ((_source(called), tuple(sorted(places))) for called, places in files.items())
    return sorted(Used(*_facts(source), places) for source, places in found if source)


def _called(tree: ast.Module) -> Iterator[type]:
    """Every class of the SDK that a file makes an object of: resources, and the classes of their arguments."""
    modules = dict(_modules(tree))
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attribute)) if name in modules:
                found = getattr(import_module(f"{SDK}.{modules[name]}"), attribute)
                if inspect.isclass(found):
                    yield found


def _modules(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The SDK's modules that a file imports, by what it calls them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == SDK:
            for name in node.names:
                yield name.asname or name.name, name.name


def _source(found: type) -> str:
    """The source of a resource's class; nothing for argument classes and enums."""
    if not any(base.__name__ == "CustomResource" for base in found.__mro__):
        return ""
    text = Path(inspect.getfile(found)).read_text(encoding="utf-8")
    return text[text.index("@pulumi.type_token") :]


def _facts(source: str) -> tuple[str, str, str]:
    """Its token, the version in use, and the newest stable one after it. ValueError: the SDK tells it otherwise now."""
    token, uses, others = _TOKEN.search(source), _USES.search(source), _OTHERS.search(source)
    if token is None or uses is None:
        raise ValueError(f"the SDK's source says no token and version as it did: {source[:80]}")
    version = uses.group(1)
    stable = [one for one in (others.group(1).split(", ") if others else ()) if not one.endswith("-preview")]
    return token.group(1), version, max((one for one in stable if one > version), default="")


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    sys.exit(0 if PAGE.write_text(page(), encoding="utf-8") else 1)
