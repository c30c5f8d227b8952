"""Real parts that the way in stands on: controllers by helm, an authority, and the objects of prod."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
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


_GATEWAY_PARTS = ("TEST_HELM", "TEST_CHARTS", "TEST_PROXY")
_ACME_PARTS = ("TEST_ACME", "TEST_ACME_CA", "TEST_ACME_ROOT")


def ground(*, acme: bool = True) -> Iterator[Ground]:
    """The real parts, controllers installed for as long as the tests run; without `acme` those of the gateway alone."""
    names = (*_GATEWAY_PARTS, *(_ACME_PARTS if acme else ()))
    if missing := [name for name in names if not os.environ.get(name)]:
        pytest.skip(f"not set: {', '.join(missing)}")
    helm, charts, proxy, directory, authority, root = (
        os.environ.get(name, "") for name in (*_GATEWAY_PARTS, *_ACME_PARTS)
    )
    found = Ground(helm, charts, proxy, directory, Path(authority), root)
    gateway = Gateway(pool="app")
    installed = [("gateway", GATEWAY_NAMESPACE, "gateway-helm", GATEWAY_VERSION, gateway_values(gateway))]
    if acme:
        values = cert_manager_values(gateway, Acme(email="test@example.com"))
        installed.append(("cert-manager", CERT_MANAGER_NAMESPACE, "cert-manager", CERT_MANAGER_VERSION, values))
    namespaces = [one for one in rendered() if one["kind"] == "Namespace"]
    wanted = {namespace for _, namespace, *_ in installed}
    apply([one for one in namespaces if one["metadata"]["name"] in wanted])
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


def rendered(
    entry: Manifest = _AS_IT_IS, release: Mapping[str, Any] = STAND_IN, canary: Mapping[str, Any] | None = None
) -> list[Manifest]:
    """Objects of prod, its section `slipway:entry` merged with `entry`, for a release and a canary beside it."""
    with tempfile.TemporaryDirectory(prefix="slipway-stacks-") as folder:
        for file in SAMPLE.glob("Pulumi*.yaml"):
            (Path(folder) / file.name).write_text(_changed(file, entry, canary), encoding="utf-8")
        return [dict(one) for one in kubernetes_files.manifests(render(Path(folder), "prod", release))]


def _changed(file: Path, entry: Manifest, canary: Mapping[str, Any] | None) -> str:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    if file.name == "Pulumi.yaml":
        content["main"] = str((SAMPLE / content["main"]).resolve())
    if file.name == "Pulumi.prod.yaml":
        content["config"]["slipway:entry"] = merged(content["config"]["slipway:entry"], entry)
        if canary is not None:
            content["config"]["slipway:canary"] = dict(canary)
    return yaml.safe_dump(content)
