"""The packages of a job that holds a deploy identity: what deploying imports, and nothing for tests or models."""

import json
import re
import subprocess
import sys

from delivery.paths import ROOT

LOCK = ROOT / "delivery" / "requirements-deploy.txt"
OTHERS = ("requirements.txt", "app/requirements.txt", "delivery/requirements.txt")
OPTIONAL = {"brotli", "setuptools"}
"""Imported by others where they are installed, and done without where not."""

_IMPORTED = """
import importlib, json, pkgutil, sys
from importlib.metadata import packages_distributions

for name in ("release", "drift", "preview", "tools", "service"):
    package = importlib.import_module(f"delivery.{name}")
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
importlib.import_module("slipway.declare")
owners = packages_distributions()
tops = {name.split(".")[0] for name, module in sys.modules.items()
        if "site-packages" in str(getattr(module, "__file__", ""))}
print(json.dumps([owners[name] for name in sorted(tops) if name in owners]))
"""


def locked(file: str) -> dict[str, str]:
    """Name and version of each package of a lock."""
    text = (ROOT / file).read_text(encoding="utf-8")
    return {_plain(name): version for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE)}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_each_package_that_deploying_imports_is_locked() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORTED],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'infra'}", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    known = set(locked("delivery/requirements-deploy.txt")) | OPTIONAL | {"slipway"}
    # Several packages may share a name, as those of OpenTelemetry do: one of them is enough.
    owners = [{_plain(name) for name in one} for one in json.loads(done.stdout)]
    assert {"pulumi-azure-native"} in owners
    assert [one for one in owners if not one & known] == []


def test_nothing_for_tests_serving_or_models_is_installed_beside_a_deploy_identity() -> None:
    found = set(locked("delivery/requirements-deploy.txt"))
    assert found & {"pytest", "hypothesis", "moto", "playwright", "flask", "gunicorn", "onnx", "onnxruntime"} == set()
    assert len(found) < 50


def test_versions_are_those_of_the_other_locks() -> None:
    others: dict[str, set[str]] = {}
    for file in OTHERS:
        for name, version in locked(file).items():
            others.setdefault(name, set()).add(version)
    for name, version in locked("delivery/requirements-deploy.txt").items():
        assert version in others[name], name


def test_each_package_has_its_checksums() -> None:
    blocks = re.split(r"\n(?=[\w.-]+==)", LOCK.read_text(encoding="utf-8").strip())
    assert [block.partition("\n")[0] for block in blocks if "--hash=sha256:" not in block] == []
