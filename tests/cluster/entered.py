"""An environment like prod behind its gateway, with the controllers that it needs."""

import base64
import http.client
import json
import shutil
import socket
import ssl
import tempfile
import urllib.request
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from .ground import GATEWAY_NAMESPACE, Ground, rendered
from .images import Packed
from .kubectl import Manifest, apply, eventually, get, kubectl

HOST_SUFFIX = "westeurope.cloudapp.azure.com"
_SECONDS = 240
_POLICIES = ("ClientTrafficPolicy", "BackendTrafficPolicy", "SecurityPolicy")
"""Kinds that limits and callers are declared by."""


@dataclass(frozen=True)
class Answer:
    """An answer over HTTPS."""

    status: int
    headers: Message
    body: bytes
    certificate: Any


class _Connection(http.client.HTTPConnection):
    """A connection over TLS to the proxies of `entered`."""

    certificate: Any = None

    def __init__(self, entered: "Entered") -> None:
        super().__init__(entered.host)
        self._entered = entered

    def connect(self) -> None:
        self.sock = self._entered.connect()
        self.certificate = self.sock.getpeercert()


@dataclass
class Entered:
    """prod under another label, its replicas fewer and smaller, its certificate from the ground's authority."""

    ground: Ground
    label: str = field(default_factory=lambda: f"entry-{uuid.uuid4().hex[:6]}")
    namespace: str = "scoring-prod"
    keys: str = ""
    """Address of keys, in place of Entra's: proxies trust no certificate that tests can make."""

    @property
    def host(self) -> str:
        """The name that callers use."""
        return f"{self.label}.{HOST_SUFFIX}"

    def release(self, image: Packed) -> None:
        """Apply prod's objects with `image`."""
        apply(self._fitted(rendered(), image))

    def turn(self, entry: Manifest) -> None:
        """Apply limits and callers of prod, its section `slipway:entry` merged with `entry`; others go."""
        wanted = [one for one in self._fitted(rendered(entry)) if one["kind"] in _POLICIES]
        if "SecurityPolicy" not in [one["kind"] for one in wanted]:
            kubectl("-n", self.namespace, "delete", "securitypolicy", "--all")
        apply(wanted)

    def _fitted(self, given: list[Manifest], image: Packed | None = None) -> list[Manifest]:
        kept = [one for one in given if self._is_own(one)]
        text = yaml.safe_dump_all(kept).replace(f"scoring-prod-x7k2.{HOST_SUFFIX}", self.host)
        objects = list(yaml.safe_load_all(text))
        for one in objects:
            self._fit(one, image)
        return objects

    def _is_own(self, one: Manifest) -> bool:
        if one["kind"] == "Namespace":
            return bool(one["metadata"]["name"] == self.namespace)
        return bool(one["metadata"].get("namespace", self.namespace) == self.namespace)

    def _fit(self, one: Manifest, image: Packed | None) -> None:
        """Settings for a small machine and another authority; the rest is as prod has it."""
        spec = one.get("spec", {})
        match one["kind"]:
            case "Deployment" if image:
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
            case "SecurityPolicy" if "jwt" in spec:
                spec["jwt"]["providers"][0]["remoteJWKS"]["uri"] = self.keys
            case "Issuer":
                spec["acme"]["server"] = self.ground.directory
                spec["acme"]["profile"] = "default"  # Pebble draws lots otherwise, and one lasts for two minutes
                spec["acme"]["caBundle"] = base64.b64encode(self.ground.authority.read_bytes()).decode()

    def await_certificate(self) -> None:
        """Wait until proxies answer and the certificate is issued."""
        eventually("the Gateway to be programmed", lambda: self._is("gateway", "Programmed"), _SECONDS)
        eventually("the certificate", lambda: self._is("certificate", "Ready"), _SECONDS)
        kubectl("-n", self.namespace, "rollout", "status", "deployment", f"--timeout={_SECONDS}s")
        kubectl("-n", GATEWAY_NAMESPACE, "rollout", "status", "deployment", f"--timeout={_SECONDS}s")

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

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        host: str = "",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Answer:
        """One request over HTTPS, by a caller that verifies the certificate."""
        [answer] = self.ask_in_a_row(1, path, method=method, body=body, host=host, headers=headers)
        return answer

    def ask_in_a_row(
        self,
        times: int,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        host: str = "",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> list[Answer]:
        """Requests as fast as they are answered, on one connection until the proxy ends it."""
        connection, found = _Connection(self), []
        try:
            for _ in range(times):
                connection.request(method, path, body, {"Host": host or self.host, **headers})
                answer = connection.getresponse()
                found.append(Answer(answer.status, answer.headers, answer.read(), connection.certificate))
        finally:
            connection.close()
        return found

    def connect(self, context: ssl.SSLContext | None = None) -> ssl.SSLSocket:
        """A connection over TLS that waits for a minute at most."""
        context = context or ssl.create_default_context(cafile=str(self.trusted))
        plain = socket.create_connection((self.address, 443), timeout=60)
        return context.wrap_socket(plain, server_hostname=self.host)

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

    def scale(self, replicas: int) -> None:
        """Set the number of the app's replicas; its autoscaler lets zero be."""
        app = ("deployment", "--selector", "app.kubernetes.io/name=scoring")
        kubectl("-n", self.namespace, "scale", *app, f"--replicas={replicas}")
        kubectl("-n", self.namespace, "rollout", "status", *app, f"--timeout={_SECONDS}s")

    def renew(self) -> None:
        """Ask for a new certificate now, as `cmctl renew` does."""
        conditions = get("-n", self.namespace, "certificate", "scoring")["status"]["conditions"]
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        asked = {"type": "Issuing", "status": "True", "reason": "Asked", "message": "", "lastTransitionTime": now}
        patch = json.dumps({"status": {"conditions": [*conditions, asked]}})
        kubectl(
            "-n", self.namespace, "patch", "certificate", "scoring", "--subresource=status", "--type=merge", "-p", patch
        )

    def remove(self) -> None:
        """Delete everything that was applied; proxies end with their Gateway."""
        kubectl("-n", self.namespace, "delete", "gateway", "--all", "--ignore-not-found")
        kubectl("delete", "namespace", self.namespace, "--ignore-not-found", "--timeout=180s")
        kubectl("delete", "gatewayclass", "scoring-prod", "--ignore-not-found")
        kubectl("delete", "priorityclass", "--selector", "app.kubernetes.io/instance=scoring-prod")
        shutil.rmtree(self.trusted.parent, ignore_errors=True)
