"""A machine and an Azure where everything is as it must be; tests take one thing away."""

from pathlib import Path
from typing import Any

import pytest

from delivery.doctor import az
from delivery.doctor.azure import PROVIDERS
from delivery.paths import ROOT
from delivery.tools import pins

from .fake import Machine

ID = "11111111-2222-3333-4444-555555555555"
SKUS: list[dict[str, Any]] = [
    {
        "name": "Standard_D2as_v5",
        "family": "standardDASv5Family",
        "capabilities": [{"name": "vCPUs", "value": "2"}],
        "restrictions": [],
    }
]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Every program, new enough, and an Azure CLI that answers well."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    whole = Machine(folder)
    for name, said in {
        "git": "git version 2.39.5",
        "make": "GNU Make 4.3",
        "kubectl": "Client Version: v1.34.2",
        "kubelogin": "kubelogin version v0.2.12/abc",
        "node": "v20.20.2",
        "pulumi": "v99.0.0",
    }.items():
        whole.has(name, said)
    whole.script("docker", '#!/bin/sh\n[ "$1" = version ] && echo 28.2.2 || echo "buildx v0.21.0"\n')
    for begin, said in answers().items():
        whole.az(begin, said)
    return whole


def answers() -> dict[str, Any]:
    """A subscription and an organisation that are ready."""
    return {
        "version": "2.80.0",
        "account show": {"id": ID, "name": "Dev", "state": "Enabled", "user": {"name": "ada@contoso.com"}},
        "provider list": [[name, "Registered"] for name in PROVIDERS],
        "rest --method get": {"value": [{"actions": ["*"], "notActions": []}]},
        "storage blob list": 1,
        "vm list-skus": SKUS,
        "vm list-usage": [
            {"name": {"value": "standardDASv5Family"}, "limit": 100, "currentValue": 0},
            {"name": {"value": "cores"}, "limit": 100, "currentValue": 0},
        ],
        "aks list": [],
        "extension list": "1.0.2",
        "devops project list": ["Other", "Slipway"],
        f"rest --method get --resource {az.DEVOPS}": {"enforceJobAuthScope": True},
    }


@pytest.fixture
def pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tools' file with a checksum for each tool."""
    tools = pins.read_pins(ROOT / "pipelines" / "tools.json")
    file = tmp_path / "tools.json"
    pins.write_pins(tools, {tool.name: "0" * 64 for tool in tools}, file)
    monkeypatch.setattr(pins, "FILE", file)
    return file


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with one stack file."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: slipway\nruntime: python\n", encoding="utf-8")
    (folder / "Pulumi.dev.yaml").write_text(STACK, encoding="utf-8")
    return folder


STACK = """\
config:
  slipway:environment: {workload: scoring, location: westeurope}
  slipway:cluster:
    system: {vmSize: Standard_D2as_v5, maxCount: 2}
    pools:
      app: {vmSize: Standard_D2as_v5, maxCount: 3, maxSurge: "1"}
  slipway:pipelines:
    organization: https://dev.azure.com/contoso
    hub: {project: {name: Slipway, create: false}}
    state: {resourceGroup: rg-state, account: ststate, container: state}
"""
