"""Real parts that the way in stands on: controllers by helm, an authority, and the objects of prod."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from delivery.preview import kubernetes_files
from delivery.preview.releases import STAND_IN
from delivery.preview.render import render
from slipway.config.entry import Acme, Gateway
from slipway.controllers import CERT_MANAGER_NAMESPACE, CERT_MANAGER_VERSION, GATEWAY_VERSION
from slipway.manifests.entry import cert_manager_values, gateway_values
from tests.infra.sections import merged
from tests.support.sample import SAMPLE

from .kubectl import Manifest, apply, kubectl

GATEWAY_NAMESPACE = "envoy-gateway-system"
_AS_IT_IS: Manifest = {}


@dataclass(frozen=True)
class Ground:
    """Places of real parts: helm, charts and their images, and an authority with its own certificate."""

    helm: str
    charts: str
    proxy: str
    directory: str
    authority: Path
    """Certificate of the directory itself."""
    root: str
    """Address of the certificate that callers trust."""


def ground() -> Iterator[Ground]:
    """The real parts, controllers installed for as long as the tests run."""
    names = ("TEST_HELM", "TEST_CHARTS", "TEST_PROXY", "TEST_ACME", "TEST_ACME_CA", "TEST_ACME_ROOT")
    if missing := [name for name in names if not os.environ.get(name)]:
        pytest.skip(f"not set: {', '.join(missing)}")
    helm, charts, proxy, directory, authority, root = (os.environ[name] for name in names)
    found = Ground(helm, charts, proxy, directory, Path(authority), root)
    gateway, acme = Gateway(pool="app"), Acme(email="test@example.com")
    installed = (
        ("gateway", GATEWAY_NAMESPACE, "gateway-helm", GATEWAY_VERSION, gateway_values(gateway)),
        (
            "cert-manager",
            CERT_MANAGER_NAMESPACE,
            "cert-manager",
            CERT_MANAGER_VERSION,
            cert_manager_values(gateway, acme),
        ),
    )
    namespaces = [one for one in rendered() if one["kind"] == "Namespace"]
    apply([one for one in namespaces if one["metadata"]["name"] in (GATEWAY_NAMESPACE, CERT_MANAGER_NAMESPACE)])
    try:
        for name, namespace, chart, version, values in installed:
            _helm(found, "upgrade", "--install", name, namespace, values, f"{charts}/{chart}", "--version", version)
        yield found
    finally:
        for name, namespace, *_ in reversed(installed):
            subprocess.run([helm, "uninstall", name, "--namespace", namespace, "--wait"], check=False)
            kubectl("delete", "namespace", namespace, "--ignore-not-found")
        brought = [one for one in kubectl("get", "crd", "--output", "name").split() if _is_brought(one)]
        if brought:
            kubectl("delete", *brought)


def _is_brought(name: str) -> bool:
    return name.endswith((".gateway.envoyproxy.io", ".gateway.networking.k8s.io", ".cert-manager.io"))


def _helm(
    found: Ground, action: str, flag: str, name: str, namespace: str, values: dict[str, Any], *chart: str
) -> None:
    plain = ["--plain-http"] if "127.0.0.1" in found.charts else []
    command = [found.helm, action, flag, name, *chart, *plain, "--namespace", namespace, "--wait", "--values", "-"]
    subprocess.run(command, input=yaml.safe_dump(values), text=True, check=True, capture_output=True)


def rendered(entry: Manifest = _AS_IT_IS) -> list[Manifest]:
    """Objects of prod, its section `slipway:entry` merged with `entry`."""
    with tempfile.TemporaryDirectory(prefix="slipway-stacks-") as folder:
        for file in SAMPLE.glob("Pulumi*.yaml"):
            (Path(folder) / file.name).write_text(_changed(file, entry), encoding="utf-8")
        return [dict(one) for one in kubernetes_files.manifests(render(Path(folder), "prod", STAND_IN))]


def _changed(file: Path, entry: Manifest) -> str:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    if file.name == "Pulumi.yaml":
        content["main"] = str((SAMPLE / content["main"]).resolve())
    if file.name == "Pulumi.prod.yaml":
        content["config"]["slipway:entry"] = merged(content["config"]["slipway:entry"], entry)
    return yaml.safe_dump(content)
