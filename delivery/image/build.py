"""Building the serving image with BuildKit."""

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.scoring.manifest import Manifest
from delivery.console import Step
from delivery.paths import ROOT

from . import target, wheels
from .context import alone, stage_model
from .engine import engine_version, ensure_image, image_id, repository_digest, stream
from .layers import Layer, read_layers
from .progress import Progress
from .records import Base, BuildRecord, Model, Records
from .source import Source, labels

DEFAULT_TAG = "scoring:local"
_BASE = re.compile(r"^ARG BASE_IMAGE=(\S+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to build. An empty `base` is the Dockerfile's own."""

    model: Path
    tag: str = DEFAULT_TAG
    base: str = ""
    build: str = ""
    otlp: bool = False
    """Whether the exporter of OpenTelemetry spans goes in."""
    fresh: bool = False
    """Whether every step runs again."""
    root: Path = ROOT

    @property
    def base_image(self) -> str:
        """The reference that the image stands on."""
        return self.base or default_base(self.dockerfile)

    @property
    def dockerfile(self) -> Path:
        """What says how."""
        return self.root / "app" / "Dockerfile"

    @property
    def locks(self) -> list[Path]:
        """The packages that go in."""
        names = ("requirements.txt", "requirements-otlp.txt") if self.otlp else ("requirements.txt",)
        return [self.root / "app" / name for name in names]

    @property
    def staged(self) -> Path:
        """The folder that the Dockerfile takes packages and model from."""
        return self.root / ".slipway" / "image"

    @property
    def records(self) -> Records:
        """Where it is kept what an image was made from."""
        return Records(self.staged / "records")


@dataclass(frozen=True)
class Built:
    """An image that the engine has."""

    tag: str
    id: str
    model: Manifest
    layers: tuple[Layer, ...]
    downloaded: int

    @property
    def size(self) -> int:
        """Bytes, unpacked."""
        return sum(layer.size for layer in self.layers)


def default_base(dockerfile: Path) -> str:
    """The base image that the Dockerfile pins."""
    found = _BASE.search(dockerfile.read_text(encoding="utf-8"))
    assert found, f"{dockerfile} pins no BASE_IMAGE"
    return found[1]


def build(request: Request, step: Step, line: Callable[[str], None] = lambda _line: None) -> Built:
    """Check the model, fetch packages, build, and keep a record of it. `line` gets each finished part of the build.

    Raises FailureError, with NotFoundError where the base image cannot be had.
    """
    started, base = datetime.now(UTC), request.base_image
    with alone(request.staged):
        model = stage_model(request.model, request.staged / "model")
        step.status(f"base image {base}")
        ensure_image(base, step.status)
        tally = wheels.fetch(request.locks, target.ask(base), request.staged / "wheels", step.status)
        source = Source.of(request.root)
        progress = Progress(step.status, line)

        def read(text: str) -> None:
            step.log(text)
            progress.read(text)

        stream(arguments(request, source, model), read, environment(source))
        built = Built(request.tag, image_id(request.tag), model, read_layers(request.tag, base), tally.downloaded)
        _record(request, source, built, started)
    return built


def _record(request: Request, source: Source, built: Built, started: datetime) -> None:
    """Keep what the image was made from. The first build of an image stands: the same again made nothing new."""
    if request.records.find(BuildRecord, built.id):
        return
    model = built.model
    request.records.write(
        BuildRecord(
            image=built.id,
            commit=source.commit,
            source=source.url,
            build=request.build,
            base=Base(
                reference=request.base_image,
                id=image_id(request.base_image),
                digest=repository_digest(request.base_image),
            ),
            dockerfile=hashlib.sha256(request.dockerfile.read_bytes()).hexdigest(),
            model=Model(name=model.name, version=model.version, sha256=model.sha256),
            packages=wheels.held(request.staged / "wheels"),
            engine=engine_version(),
            committed=None if source.time is None else datetime.fromtimestamp(source.time, UTC),
            started=started,
            finished=datetime.now(UTC),
        )
    )


def arguments(request: Request, source: Source, model: Manifest) -> list[str]:
    """What follows `docker`."""
    values = {"BASE_IMAGE": request.base_image, "COMMIT": source.commit, "BUILD": request.build}
    return [
        *("buildx", "build", "--file", str(request.dockerfile), "--tag", request.tag),
        # All a build needs is in its context; a step that reaches out should fail here, not on a closed network.
        *("--network", "none"),
        # Attestations carry the time of the build; the release adds them to what it pushes.
        *("--provenance", "false", "--load", "--progress", "plain"),
        *(part for name, value in values.items() for part in ("--build-arg", f"{name}={value}")),
        *(part for label in labels(source, model, request.build).items() for part in ("--label", "=".join(label))),
        *(["--no-cache"] if request.fresh else []),
        str(request.root),
    ]


def environment(source: Source) -> dict[str, str]:
    """SOURCE_DATE_EPOCH from the commit, unless the caller has set one: BuildKit dates the image with it."""
    if source.time is None or "SOURCE_DATE_EPOCH" in os.environ:
        return {}
    return {"SOURCE_DATE_EPOCH": str(source.time)}
