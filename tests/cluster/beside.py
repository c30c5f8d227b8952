"""prod behind its gateway with a place for a canary: an engine whose `up` is kubectl, in the order of the program."""

import base64
import datetime as dt
import hashlib
import json
import shutil
import ssl
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from delivery.release.canary.figures import Figures, Names
from delivery.release.deployer import Deployer, Target
from delivery.release.engine import Engine
from delivery.service.running import ServiceError
from slipway import scraping
from slipway.manifests.entry import statistics

from .entered import Entered
from .ground import GATEWAY_NAMESPACE, rendered
from .images import Packed
from .kubectl import Manifest, apply, eventually, get, kubectl

SECRET = "own"
PLACE = {"gateway": {"canary": {}}, "certificate": {"acme": None, "secret": SECRET}}
CLUSTER = "aks-prod"
_SECONDS = 300
_LAST = ("Service", "HTTPRoute")
"""Kinds that come after the pods that they lead to, the route last."""


@dataclass
class Beside(Entered):
    """The environment; its certificate is one of its own, so no authority is needed."""

    def prepare(self) -> None:
        """Bring namespace and certificate."""
        apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}}])
        certificate, key = self._pair
        secret = {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "kubernetes.io/tls",
            "metadata": {"name": SECRET, "namespace": self.namespace},
            "data": {"tls.crt": _base64(certificate), "tls.key": _base64(key)},
        }
        apply([secret])

    @cached_property
    def trusted(self) -> Path:
        """A file with the one certificate that callers trust."""
        file = Path(tempfile.mkdtemp(prefix="slipway-authority-")) / "root.pem"
        file.write_bytes(self._pair[0])
        return file

    @cached_property
    def _pair(self) -> tuple[bytes, bytes]:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.host[:64])])
        now = dt.datetime.now(dt.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(days=2))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(self.host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        plain = serialization.NoEncryption()
        form = serialization.PrivateFormat.PKCS8
        return (
            made.public_bytes(serialization.Encoding.PEM),
            key.private_bytes(serialization.Encoding.PEM, form, plain),
        )

    def objects(self, release: Mapping[str, Any], canary: Mapping[str, Any] | None, image: Packed) -> list[Manifest]:
        """The program's own objects, with what a small machine needs, and images of the test's registry."""
        registry = image.reference.rpartition("/")[0]
        found = self._fitted(rendered(PLACE, release, canary), None)
        for one in found:
            if one["kind"] == "Deployment":
                self._fit_pod(one["spec"]["template"]["spec"], registry)
        return _replaced(found)

    def _fit_pod(self, pod: dict[str, Any], registry: str) -> None:
        [container] = pod["containers"]
        container["image"] = f"{registry}/{container['image'].rpartition('/')[2]}"
        container["resources"]["requests"]["cpu"] = "100m"
        for constraint in pod["topologySpreadConstraints"]:
            constraint["whenUnsatisfiable"] = "ScheduleAnyway"

    def await_entry(self) -> None:
        """Wait until proxies answer."""
        eventually("the Gateway to be programmed", lambda: self._is("gateway", "Programmed"), _SECONDS)
        kubectl("-n", GATEWAY_NAMESPACE, "rollout", "status", "deployment", f"--timeout={_SECONDS}s")
        eventually("an answer", self._answers, _SECONDS)

    def _answers(self) -> bool:
        try:
            return self.ask("/version").status == 200
        except (OSError, ssl.SSLError):
            return False

    def version(self) -> str:
        """The version of the model that one answer names."""
        answer = self.ask("/version", headers={"Accept": "application/json"})
        return str(json.loads(answer.body)["model"]["version"]) if answer.status == 200 else f"status {answer.status}"

    def remove(self) -> None:
        """Delete everything that was applied."""
        super().remove()
        shutil.rmtree(self.trusted.parent, ignore_errors=True)


def _replaced(objects: list[Manifest]) -> list[Manifest]:
    """Give each ConfigMap a name by its content: Pulumi makes another of one that never changes."""
    text = json.dumps(objects)
    for one in objects:
        if one["kind"] == "ConfigMap":
            mark = hashlib.sha256(json.dumps(one["data"], sort_keys=True).encode()).hexdigest()[:8]
            name = one["metadata"]["name"]
            text = text.replace(f'"{name}"', f'"{name}-{mark}"')
    found: list[Manifest] = json.loads(text)
    return found


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


@dataclass
class Applied:
    """State of one environment on the cluster."""

    release: Mapping[str, Any] | None = None
    canary: Mapping[str, Any] | None = None
    objects: list[Manifest] = field(default_factory=list)


class ClusterEngine(Engine):
    """Stands for the engine: `up` applies the program's objects, waits as Pulumi does, and deletes what is left."""

    def __init__(self, beside: Beside, images: Mapping[str, Packed], figures_url: str) -> None:
        super().__init__("prod")
        self.beside_of, self._images, self._url = beside, images, figures_url
        self._applied = Applied()

    def outputs(self, stack: str = "") -> dict[str, Any]:
        """The outputs that a release reads."""
        del stack
        names = statistics(self.beside_of.namespace, "scoring")
        found: dict[str, Any] = {"canaryFigures": {"url": self._url, "cluster": CLUSTER, **names}}
        for name in ("release", "canary"):
            if (value := getattr(self._applied, name)) is not None:
                found[name] = dict(value)
        return found

    def up(self, release: Mapping[str, Any], message: str, read: Callable[[str], None]) -> None:
        """Apply bounds and pods, wait for the pods, then Services and route, and delete what is no longer declared."""
        read(message)
        applied, image = self._applied, self._images[str(release["digest"])]
        wanted = self.beside_of.objects(release, self._canary, image)
        early = [one for one in wanted if one["kind"] not in _LAST]
        apply(early, "--force-conflicts")
        for one in early:
            if one["kind"] == "Deployment":
                name = f"deployment/{one['metadata']['name']}"
                kubectl("-n", self.beside_of.namespace, "rollout", "status", name, f"--timeout={_SECONDS}s")
        for kind in _LAST:
            apply([one for one in wanted if one["kind"] == kind], "--force-conflicts")
        names = {_name(one) for one in wanted}
        for kind, name in (_name(one) for one in applied.objects if _name(one) not in names):
            kubectl("-n", self.beside_of.namespace, "delete", kind, name, "--ignore-not-found")
        applied.objects, applied.release, applied.canary = wanted, release, self._canary

    def figures(self) -> Figures:
        """The gateway's figures."""
        found = self.outputs()["canaryFigures"]
        return Figures(found["url"], Names(found["live"], found["canary"], found["shadow"]), found["cluster"])


def _name(one: Manifest) -> tuple[str, str]:
    return str(one["kind"]), str(one["metadata"]["name"])


@dataclass(frozen=True, kw_only=True)
class ByVersion(Deployer):
    """Proves a release by the version of its model: the name of a test's host has no address of its own."""

    def prove(self, target: Target) -> None:
        """Ask until ten answers in a row are right. Raises ServiceError."""
        wanted, said = str(target.configuration["model"]["version"]), [""]

        def settled() -> bool:
            said[:] = [self.environment.version() for _ in range(10)]
            return set(said) == {wanted}

        try:
            eventually(f"ten answers of version {wanted}", settled, 60)
        except AssertionError:
            raise ServiceError(f"answers are {sorted(set(said))}, expected {wanted}") from None

    @property
    def environment(self) -> Beside:
        """The environment that answers."""
        assert isinstance(self.engine, ClusterEngine)
        return self.engine.beside_of


def configuration(image: Packed) -> dict[str, Any]:
    """`slipway:release` of an image."""
    repository, _, digest = image.reference.partition("@")
    model = {"name": image.model.name, "version": image.model.version, "sha256": image.model.sha256}
    return {
        "repository": repository.rpartition("/")[2],
        "digest": digest,
        "commit": image.commit,
        "buildId": image.build,
        "model": model,
    }


def prometheus_config(targets: Path) -> dict[str, Any]:
    """Settings by which Prometheus scrapes what a file names."""
    return {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
        "scrape_configs": [{"job_name": "kubernetes-pods", "file_sd_configs": [{"files": [str(targets)]}]}],
    }


def find_targets() -> list[dict[str, Any]]:
    """Return the proxies by their annotations, as Azure's add-on finds them; not every Prometheus asks a cluster."""
    found = []
    for pod in get("-n", GATEWAY_NAMESPACE, "pods")["items"]:
        if target := scraping.target(pod["metadata"].get("annotations") or {}):
            port, path = target
            labels = {"cluster": CLUSTER, "kubernetes_pod_name": pod["metadata"]["name"], "__metrics_path__": path}
            found.append({"targets": [f"{pod['status']['podIP']}:{port}"], "labels": labels})
    return found
