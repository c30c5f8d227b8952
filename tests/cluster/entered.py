"""An environment like prod behind its gateway, with the controllers that it needs."""

import base64
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml

from delivery.paths import ROOT
from delivery.preview import kubernetes_files
from delivery.preview.releases import STAND_IN
from delivery.preview.render import render
from slipway.config.entry import Acme, Gateway
from slipway.controllers import CERT_MANAGER_NAMESPACE, CERT_MANAGER_VERSION, GATEWAY_VERSION
from slipway.manifests.entry import cert_manager_values, gateway_values

from .images import Packed
from .kubectl import Manifest, apply, eventually, get, kubectl

HOST_SUFFIX = "westeurope.cloudapp.azure.com"
_GATEWAY_NAMESPACE = "envoy-gateway-system"
_SECONDS = 240


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
        ("gateway", _GATEWAY_NAMESPACE, "gateway-helm", GATEWAY_VERSION, gateway_values(gateway)),
        (
            "cert-manager",
            CERT_MANAGER_NAMESPACE,
            "cert-manager",
            CERT_MANAGER_VERSION,
            cert_manager_values(gateway, acme),
        ),
    )
    namespaces = [one for one in _rendered() if one["kind"] == "Namespace"]
    apply([one for one in namespaces if one["metadata"]["name"] in (_GATEWAY_NAMESPACE, CERT_MANAGER_NAMESPACE)])
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


def _rendered() -> list[Manifest]:
    return [dict(one) for one in kubernetes_files.manifests(render(ROOT, "prod", STAND_IN))]


@dataclass(frozen=True)
class Answer:
    """An answer over HTTPS."""

    status: int
    headers: Message
    body: bytes
    certificate: Any


@dataclass
class Entered:
    """prod under another label, its replicas fewer and smaller, its certificate from the ground's authority."""

    ground: Ground
    label: str = field(default_factory=lambda: f"entry-{uuid.uuid4().hex[:6]}")
    namespace: str = "scoring-prod"

    @property
    def host(self) -> str:
        """The name that callers use."""
        return f"{self.label}.{HOST_SUFFIX}"

    def release(self, image: Packed) -> None:
        """Apply prod's objects with `image`."""
        kept = [one for one in _rendered() if self._is_own(one)]
        text = yaml.safe_dump_all(kept).replace(f"scoring-prod-x7k2.{HOST_SUFFIX}", self.host)
        objects = list(yaml.safe_load_all(text))
        for one in objects:
            self._fit(one, image)
        apply(objects)

    def _is_own(self, one: Manifest) -> bool:
        if one["kind"] == "Namespace":
            return bool(one["metadata"]["name"] == self.namespace)
        return bool(one["metadata"].get("namespace", self.namespace) == self.namespace)

    def _fit(self, one: Manifest, image: Packed) -> None:
        """Settings for a small machine and another authority; the rest is as prod has it."""
        spec = one.get("spec", {})
        match one["kind"]:
            case "Deployment":
                pod = spec["template"]["spec"]
                pod["containers"][0]["image"] = image.reference
                pod["containers"][0]["resources"]["requests"]["cpu"] = "100m"
                for constraint in pod["topologySpreadConstraints"]:
                    constraint["whenUnsatisfiable"] = "ScheduleAnyway"
            case "HorizontalPodAutoscaler":
                spec["minReplicas"] = 2
            case "EnvoyProxy":
                kubernetes = spec["provider"]["kubernetes"]
                kubernetes["envoyHpa"]["minReplicas"] = 2
                kubernetes["envoyDeployment"]["container"]["image"] = self.ground.proxy
                kubernetes["envoyDeployment"]["container"]["resources"]["requests"]["cpu"] = "50m"
            case "Gateway":
                # In Azure the label belongs to the address, and so stands beside it.
                label = "service.beta.kubernetes.io/azure-dns-label-name"
                spec["infrastructure"]["annotations"][label] = self.label
            case "Issuer":
                spec["acme"]["server"] = self.ground.directory
                spec["acme"]["profile"] = "default"  # Pebble draws lots otherwise, and one lasts for two minutes
                spec["acme"]["caBundle"] = base64.b64encode(self.ground.authority.read_bytes()).decode()

    def await_certificate(self) -> None:
        """Wait until proxies answer and the certificate is issued."""
        eventually("the Gateway to be programmed", lambda: self._is("gateway", "Programmed"), _SECONDS)
        eventually("the certificate", lambda: self._is("certificate", "Ready"), _SECONDS)
        kubectl("-n", self.namespace, "rollout", "status", "deployment", f"--timeout={_SECONDS}s")
        kubectl("-n", _GATEWAY_NAMESPACE, "rollout", "status", "deployment", f"--timeout={_SECONDS}s")

    def _is(self, kind: str, condition: str) -> bool:
        found = get("-n", self.namespace, kind, "scoring").get("status", {}).get("conditions", [])
        return any(one["type"] == condition and one["status"] == "True" for one in found)

    @cached_property
    def address(self) -> str:
        """The load balancer's address."""
        return str(get("-n", self.namespace, "gateway", "scoring")["status"]["addresses"][0]["value"])

    @cached_property
    def trusted(self) -> Path:
        """A file with the one certificate that callers trust."""
        # The authority's own address has a certificate that only its directory's clients can check.
        context = ssl.create_default_context(cafile=str(self.ground.authority))
        with urllib.request.urlopen(self.ground.root, context=context) as answer:
            content = answer.read()
        file = Path(tempfile.mkdtemp(prefix="slipway-authority-")) / "root.pem"
        file.write_bytes(content)
        return file

    def ask(self, path: str, *, host: str = "", most: ssl.TLSVersion | None = None) -> Answer:
        """GET over HTTPS, by a caller that verifies the certificate."""
        context = ssl.create_default_context(cafile=str(self.trusted))
        if most:
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.maximum_version = most
        plain = socket.create_connection((self.address, 443), timeout=10)
        with context.wrap_socket(plain, server_hostname=self.host) as wrapped:
            connection = http.client.HTTPConnection(self.host)
            connection.sock = wrapped
            connection.request("GET", path, headers={"Host": host or self.host})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read(), wrapped.getpeercert())

    def ask_plain(self, path: str) -> tuple[int, str | None]:
        """Status and location of a POST over plain HTTP."""
        connection = http.client.HTTPConnection(self.address, 80, timeout=10)
        try:
            connection.request("POST", path, body=b"{}", headers={"Host": self.host})
            answer = connection.getresponse()
            return answer.status, answer.headers["location"]
        finally:
            connection.close()

    def restart(self, namespace: str, selector: str) -> None:
        """Replace every pod of the Deployments that `selector` finds, one after the other."""
        kubectl("-n", namespace, "rollout", "restart", "deployment", "--selector", selector)
        for name in kubectl("-n", namespace, "get", "deployment", "--selector", selector, "--output", "name").split():
            kubectl("-n", namespace, "rollout", "status", name, f"--timeout={_SECONDS}s")

    def remove(self) -> None:
        """Delete everything that was applied; proxies end with their Gateway."""
        kubectl("-n", self.namespace, "delete", "gateway", "--all", "--ignore-not-found")
        kubectl("delete", "namespace", self.namespace, "--ignore-not-found", "--timeout=180s")
        kubectl("delete", "gatewayclass", "scoring-prod", "--ignore-not-found")
        kubectl("delete", "priorityclass", "--selector", "app.kubernetes.io/instance=scoring-prod")
        shutil.rmtree(self.trusted.parent, ignore_errors=True)
