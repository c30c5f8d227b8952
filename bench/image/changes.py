"""The changes that people make, each built, tested and pushed as `make image` does, with its bytes counted."""

import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from onnx import numpy_helper
from rich.console import Console

from app.scoring.manifest import MANIFEST_FILE, MODEL_FILE, FileFacts, read
from delivery.app import find_app
from delivery.console import Step, Steps
from delivery.image.build import Built, Request, build
from delivery.image.engine import docker
from delivery.image.oci import digest_of
from delivery.image.pushing import Push, Pushed
from delivery.image.records import Records
from delivery.image.registry.client import Registry
from delivery.image.registry.place import Place, parse_place
from delivery.image.trial import examine
from delivery.paths import ROOT
from tests.support.wire import Wire, counted

from .contents import contents
from .report import Report, Row

_IDENTITY = ("-c", "user.name=bench", "-c", "user.email=bench@localhost")
_NOISE = 1e-4


@dataclass(frozen=True)
class Bench:
    """One run: a checkout of its own, and a counted way into a repository of its own."""

    root: Path
    base: str
    place: Place
    wire: Wire

    def go(self, report: Report, name: str, model: Path, *, fresh: bool = False) -> tuple[Built, Pushed]:
        """Build, test, push: one row of the report."""
        served = find_app(self.root / "app")
        begun, before = time.monotonic(), self.wire.sent
        tag = f"slipway-bench:{self.root.name}"
        request = Request(
            app=served,
            model=model,
            tag=tag,
            base=self.base,
            fresh=fresh,
            records=Records(served.staged / "records"),
        )
        built = build(request, Step("Build"))
        steps = Steps(Console(quiet=True))
        examine(steps, served, tag, request.records)
        pushed = Push(tag, Registry(self.place), request.records).run(Step("Push"))
        report.rows.append(
            Row(name, self.wire.since(before), pushed.sent, pushed.record.digest, time.monotonic() - begun)
        )
        return built, pushed


def measure(report: Report, registry: str, base: str, model: Path) -> None:
    """Fill the report. Raises FailureError where a step fails."""
    place = parse_place(registry)
    with checkout() as root, counted(place.host) as wire:
        ours = Place(wire.host, f"{place.repository}-bench-{uuid.uuid4().hex[:8]}")
        bench = Bench(root, base, ours, wire)
        try:
            built, _ = bench.go(report, "first, from an empty cache", model, fresh=True)
            report.layers = {layer.name: layer.size for layer in built.layers}
            report.contents = contents(built.id)
            bench.go(report, "unchanged tree", model)
            edit(root)
            bench.go(report, "one line of code", model)
            report.model_size = tuned(model, root / "tuned")
            bench.go(report, "a new model", root / "tuned")
        finally:
            docker("image", "rm", "--force", f"slipway-bench:{root.name}")


@contextmanager
def checkout() -> Iterator[Path]:
    """A clone's worth of files with a history of its own; the packages that were fetched before are taken along."""
    with TemporaryDirectory(prefix="slipway-bench-") as folder:
        root = Path(folder)
        shutil.copytree(ROOT / "app", root / "app", symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        fetched = ROOT / ".slipway" / "image"
        if (fetched / "wheels.key").is_file():
            shutil.copytree(fetched / "wheels", root / ".slipway" / "image" / "wheels")
            shutil.copy(fetched / "wheels.key", root / ".slipway" / "image")
        (root / ".gitignore").write_text(".slipway/\ntuned/\n", encoding="utf-8")
        _git(root, "init", "--quiet")
        _commit(root, "begin")
        yield root


def edit(root: Path) -> None:
    """One line more in one module, committed."""
    module = root / "app" / "scoring" / "__init__.py"
    module.write_text(module.read_text(encoding="utf-8") + "\n# one line more\n", encoding="utf-8")
    _commit(root, "one line")


def tuned(source: Path, folder: Path) -> int:
    """A version whose every weight moved a little, as after more training; bytes of its model file."""
    shutil.copytree(source, folder)
    model = onnx.load_model(folder / MODEL_FILE)
    random = np.random.default_rng(7)
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size > 1:
            moved = values * (1 + _NOISE * random.standard_normal(values.shape))
            tensor.CopyFrom(numpy_helper.from_array(moved.astype(np.float32), tensor.name))
    data = model.SerializeToString()
    (folder / MODEL_FILE).write_bytes(data)
    manifest = read(folder)
    facts = FileFacts(sha256=digest_of(data).removeprefix("sha256:"), size=len(data))
    version = str(int(manifest.version) + 1)
    changed = manifest.model_copy(update={"version": version, "files": {**manifest.files, MODEL_FILE: facts}})
    (folder / MANIFEST_FILE).write_text(changed.to_json(), encoding="utf-8")
    return len(data)


def _commit(root: Path, message: str) -> None:
    _git(root, "add", ".")
    _git(root, *_IDENTITY, "commit", "--quiet", "--message", message)


def _git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)
