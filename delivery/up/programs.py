"""The Pulumi engine: found on PATH or in the project's folder, or installed there from its publisher."""

import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from delivery.failure import FailureError, NotFoundError
from delivery.paths import WORK, short
from delivery.tools.installing import Fetch, fetch, install
from delivery.tools.pins import Tool, read_pins

ENGINE = "pulumi"
LANGUAGE_HOST = "pulumi-language-python"
TOOLS = WORK / "tools"
SDK = ("pulumi", "pulumi_azure_native", "pulumi_kubernetes", "pulumi_azuredevops", "pulumi_docker")
"""Packages that the program imports."""
_BUILT_FOR = ("linux", "x86_64")
"""The machines of the pinned archive."""


@dataclass(frozen=True)
class Program:
    """An engine with its language host: the folder that holds both, and its place in words."""

    folder: Path
    place: str


def missing_sdk() -> str:
    """Return the reason why the program cannot run here, empty where it can."""
    lacking = [name for name in SDK if importlib.util.find_spec(name) is None]
    return f"Pulumi's SDK is not installed ({', '.join(lacking)})" if lacking else ""


def require_sdk() -> None:
    """Raise NotFoundError where the program cannot run."""
    if reason := missing_sdk():
        raise NotFoundError(f"{reason}; run: make .venv/.local")


def find_engine(variables: Mapping[str, str] = os.environ, tools: Path = TOOLS) -> Program | None:
    """Return the engine on PATH, else the pinned one in the project's folder. None: none has its language host."""
    path = variables.get("PATH", "")
    found = shutil.which(ENGINE, path=path)
    if found and (shutil.which(LANGUAGE_HOST, path=path) or _complete(Path(found).resolve().parent)):
        return Program(Path(found).parent, "on PATH")
    folder = _installed(tools)
    return Program(folder, f"in {short(folder)}") if _complete(folder) else None


def missing_engine(variables: Mapping[str, str] = os.environ) -> str:
    """Return the reason why there is no engine."""
    if shutil.which(ENGINE, path=variables.get("PATH", "")):
        return f"{ENGINE} is on PATH without {LANGUAGE_HOST}, its host for Python"
    return f"{ENGINE} is not on PATH, and not in {short(_installed(TOOLS))}"


def pinned() -> Tool:
    """Return the pin of the engine. Raises NotFoundError where pipelines/tools.json has none."""
    for tool in read_pins():
        if tool.name == ENGINE:
            return tool
    raise NotFoundError(f"pipelines/tools.json: no tool named {ENGINE}")


def install_engine(tool: Tool, tools: Path = TOOLS, get: Fetch = fetch) -> Program:
    """Fetch the pinned engine, verify its checksum and unpack it. Raises FailureError, IntegrityError."""
    machine = (sys.platform, platform.machine())
    if machine != _BUILT_FOR:
        raise FailureError(
            f"pipelines/tools.json: {tool.name}: found an archive for {' '.join(_BUILT_FOR)}, and this machine is "
            f"{' '.join(machine)}; put Pulumi {tool.version} on PATH: https://www.pulumi.com/docs/install/"
        )
    folder = install(tool, tools.parent / "archives", tools, get)
    if folder is None or not _complete(folder):
        raise FailureError(f"{tool.address}: found no {ENGINE} with {LANGUAGE_HOST} in it; nothing runs without both")
    return Program(folder, f"in {short(folder)}")


def _installed(tools: Path) -> Path:
    tool = pinned()
    return tools / tool.folder / (tool.path or "")


def _complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in (ENGINE, LANGUAGE_HOST))
