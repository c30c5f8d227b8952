"""An environment as a release meets it: an engine, two registries, a store, and a service behind one public address."""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from delivery.console import Steps
from delivery.model.location import parse_location
from delivery.model.store import open_store
from delivery.release.deployer import Deployer
from delivery.release.engine import Engine
from delivery.release.record import Image, Release
from delivery.release.smoke import Demands
from delivery.release.store import ReleaseStore
from delivery.service.process import Process
from tests.delivery.image.altered import Altered
from tests.delivery.image.registry_stand_in import Behaviour, registry
from tests.support.apps import SAMPLE

from .samples import DOCUMENTS
from .samples import release as sample
from .stand_ins import StandIns

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
STACK_FILE: dict[str, Any] = {
    "secretsprovider": "azurekeyvault://kv.example/keys/state",
    "config": {
        "slipway:environment": {"workload": "scoring", "promotesFrom": "dev"},
        "slipway:workload": {"scaling": {"minReplicas": 2}},
    },
}


def image(number: int) -> tuple[dict[str, bytes], bytes]:
    """The blobs of an image and its manifest."""
    config, layer = f'{{"image": {number}}}'.encode(), f"layer {number}".encode()
    blobs = {f"sha256:{hashlib.sha256(data).hexdigest()}": data for data in (config, layer)}
    parts = [{"mediaType": "m", "digest": digest, "size": len(data)} for digest, data in blobs.items()]
    document = {"schemaVersion": 2, "mediaType": MANIFEST, "config": parts[0], "layers": parts[1:]}
    return blobs, json.dumps(document).encode()


@dataclass
class World:
    """`faults` says of a digest how a service that runs it misbehaves: slow, wrong, rude, dead, page, empty, markup."""

    root: Path
    engine: StandIns
    dev: Behaviour
    prod: Behaviour
    hosts: Mapping[str, str]
    store: ReleaseStore
    address: str = ""
    faults: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def release(self, number: int, *, pushed: bool = True) -> Release:
        """The `number`th release, in dev's registry and in the store."""
        blobs, manifest = image(number)
        digest = f"sha256:{hashlib.sha256(manifest).hexdigest()}"
        plain = sample(number)
        made = Image(registry=self.hosts["dev"], repository="team/scoring", digest=digest, tag=f"r{number}", size=10)
        found = plain.model_copy(update={"image": made, "id": f"{plain.id[:16]}-{digest[7:19]}"})
        if pushed:
            self.dev.blobs |= blobs
            self.dev.manifests |= {digest: manifest, f"r{number}": manifest}
        if self.store.find(found.id) is None:
            self.store.add(found, DOCUMENTS)
        return found

    @property
    def live(self) -> str:
        """The digest that the stack runs."""
        return str((self.engine.read()["live"] or {}).get("digest"))

    @property
    def running(self) -> str:
        """The digest that the stack's outputs name."""
        return str((self.engine.read()["outputs"]["prod"].get("release") or {}).get("digest", ""))

    @property
    def ups(self) -> list[str]:
        """The messages of every `up`, in order."""
        return [
            call.partition("--message ")[2].partition(" --stack")[0]
            for call in self.engine.calls
            if call.startswith("pulumi up")
        ]

    def outcomes(self) -> list[tuple[str, str, str]]:
        """(kind, release, outcome) of each attempt in prod."""
        return [
            (one.begun.kind, one.begun.release, one.ended.outcome if one.ended else "open")
            for one in self.store.history("prod")
        ]

    def deployer(self, **demands: Any) -> Deployer:
        asked = {"latency_ms": 5000, "ready_seconds": 2, "settle_seconds": 0.5, "settled": 2, "samples": 6, **demands}
        return Deployer(
            app=SAMPLE,
            steps=Steps(Console(width=200)),
            engine=Engine("prod", self.root),
            store=self.store,
            demands=Demands(**asked),
            address=self.address,
            by="a test",
        )

    def answer(self, asked: str, status: int, body: bytes) -> tuple[int, bytes]:
        """What the public address answers, once the service behind it has: as the live release, with its faults."""
        running = self.engine.read()["live"]
        self.asked.append(asked)
        if running is None:
            return 503, b"{}"
        fault = self.faults.get(running["digest"], "")
        if fault == "dead":
            return 503, b'{"status": 503, "detail": "not ready"}'
        if asked == "GET /version" and status == 200 and body.startswith(b"{"):
            document = json.loads(body)
            document["code"] |= {"commit": running["commit"], "build": running["buildId"]}
            document["model"] |= running["model"]
            return status, json.dumps(document).encode()
        if asked.startswith("POST /v1/classify") and status == 200:
            return status, _spoil(fault, body)
        if fault == "rude" and status == 415:
            return 500, b"<html>Internal Server Error</html>"
        return status, body


def _spoil(fault: str, body: bytes) -> bytes:
    """Return a classification as a service with this fault gives it."""
    if fault == "slow":
        time.sleep(1)
    labels = {"wrong": b"mauve", "markup": b"[/red] [bold"}
    if fault in labels:
        return body.replace(b'"label":"red"', b'"label":"' + labels[fault] + b'"')
    return {"page": b"<html>A proxy's page</html>", "empty": b'{"classes": []}'}.get(fault, body)


@contextmanager
def world(tmp_path: Path, service: Process, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    engine = StandIns(tmp_path / "stand-ins")
    engine.install()
    monkeypatch.setenv("PATH", str(tmp_path / "stand-ins" / "bin"), prepend=":")
    root = tmp_path / "project"
    root.mkdir()
    (root / "Pulumi.prod.yaml").write_text(yaml.safe_dump(STACK_FILE))
    dev, prod = Behaviour(), Behaviour()
    with ExitStack() as stack:
        hosts = {"dev": stack.enter_context(registry(dev)), "prod": stack.enter_context(registry(prod))}
        engine.change(
            outputs={
                "dev": {"registryLoginServer": hosts["dev"], "registryId": "/registries/dev"},
                "prod": {"registryLoginServer": hosts["prod"], "registryId": "/registries/prod"},
            }
        )
        store = ReleaseStore(open_store(parse_location(str(tmp_path / "releases")), create=True))
        made = World(root, engine, dev, prod, hosts, store)
        front = stack.enter_context(Altered(service, made.answer))
        made.address = f"http://{front.host}:{front.port}/"
        outputs = engine.read()["outputs"]
        outputs["prod"]["endpointUrl"] = made.address
        engine.change(outputs=outputs)
        yield made
