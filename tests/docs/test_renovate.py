"""renovate.json covers each pin: every pattern finds the real pin in the real file."""

import json
import re
import subprocess
from functools import cache
from typing import Any

import pytest

from delivery.paths import ROOT

CONFIG = json.loads((ROOT / "renovate.json").read_text(encoding="utf-8"))
MANAGERS = CONFIG["customManagers"]
ONLY_IN_PYTHON_OR_JS = re.compile(r"\(\?(?!<[a-zA-Z]|:)|\\[1-9]|\(\?<[=!]")
"""Look-arounds and back references: RE2, which Renovate uses, has none."""


@cache
def files() -> list[str]:
    """Return the paths in this checkout that Git tracks or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a Git checkout")
    return [path for path in done.stdout.splitlines() if (ROOT / path).is_file()]


def matching(patterns: list[str]) -> list[str]:
    """Return the paths that one of the patterns, written `/.../`, selects."""
    assert all(pattern.startswith("/") and pattern.endswith("/") for pattern in patterns)
    return [path for path in files() if any(re.search(pattern[1:-1], path) for pattern in patterns)]


def pins(manager: dict[str, Any], path: str) -> list[tuple[str, str]]:
    """Return (dependency, version) for each pin that a custom manager finds in a file."""
    text = (ROOT / path).read_text(encoding="utf-8")
    found = [
        match
        for pattern in manager["matchStrings"]
        for match in re.finditer(pattern.replace("(?<", "(?P<"), text, re.MULTILINE)
    ]
    return [(match.groupdict().get("depName") or manager["depNameTemplate"], match["currentValue"]) for match in found]


def all_pins() -> dict[str, dict[str, set[str]]]:
    """Return file -> dependency -> versions, over all custom managers."""
    found: dict[str, dict[str, set[str]]] = {}
    for manager in MANAGERS:
        for path in matching(manager["managerFilePatterns"]):
            for name, version in pins(manager, path):
                found.setdefault(path, {}).setdefault(name, set()).add(version)
    return found


@pytest.mark.parametrize("manager", MANAGERS, ids=lambda one: one["description"])
def test_every_file_pattern_selects_a_file_with_a_pin(manager: dict[str, Any]) -> None:
    for pattern in manager["managerFilePatterns"]:
        selected = matching([pattern])
        assert selected, pattern
        assert any(pins(manager, path) for path in selected), pattern


@pytest.mark.parametrize("manager", MANAGERS, ids=lambda one: one["description"])
def test_every_pattern_means_the_same_to_re2(manager: dict[str, Any]) -> None:
    for pattern in manager["matchStrings"]:
        assert not ONLY_IN_PYTHON_OR_JS.search(pattern)
        assert "(?<currentValue>" in pattern


def test_every_tool_of_the_makefile_is_found() -> None:
    declared = re.findall(r"^\w+_VERSION := (\S+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert declared
    assert {version for versions in all_pins()["Makefile"].values() for version in versions} == set(declared)


def test_every_npm_package_of_the_checks_is_found() -> None:
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    named = dict(re.findall(r"([a-z][a-z-]+)@(\d[\d.]+)", text))
    assert named
    assert {name: {version} for name, version in named.items()} == all_pins()[".ci/run"]


def test_every_task_and_tool_of_the_pipelines_is_found() -> None:
    found = all_pins()
    for path in (path for path in files() if path.startswith("pipelines/") and path.endswith(".yml")):
        text = (ROOT / path).read_text(encoding="utf-8")
        tasks = re.findall(r"task:\s*(\S+)@(\S+)", text)
        tools = re.findall(r"(?:\w+Version|versionSpec|--version):? \"?(v?\d[\w.]*)", text)
        known = {(name, version) for name, versions in found.get(path, {}).items() for version in versions}
        assert set(tasks) <= known, path
        assert set(tools) <= {version for _, version in known}, path


def test_kubernetes_is_found_in_every_stack_file() -> None:
    stacks = [path for path in files() if re.fullmatch(r"Pulumi\.[a-z0-9]+\.yaml", path)]
    assert stacks
    assert [path for path in stacks if "azure-kubernetes-service" not in all_pins().get(path, {})] == []


def test_every_list_of_python_packages_is_selected() -> None:
    lists = {path for path in files() if path.endswith(".in")}
    assert lists
    assert set(matching(CONFIG["pip_requirements"]["managerFilePatterns"])) == lists


def test_the_base_image_has_a_tag_and_a_digest() -> None:
    (base,) = re.findall(r"^ARG BASE_IMAGE=(\S+)$", (ROOT / "app/Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert re.fullmatch(r"[a-z./]+:[\w.-]+@sha256:[0-9a-f]{64}", base)
    assert "dockerfile" in CONFIG["enabledManagers"]


def test_the_engine_is_the_same_version_as_its_sdk() -> None:
    (sdk,) = re.findall(r"^pulumi==(\S+)", (ROOT / "requirements.in").read_text(encoding="utf-8"), re.MULTILINE)
    engines = {version for found in all_pins().values() for version in found.get("pulumi", ())}
    assert engines == {sdk}
