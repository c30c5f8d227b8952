"""Building the serving image with BuildKit."""

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from delivery.app import App
from delivery.console import Step
from delivery.failure import FailureError, UsageError
from delivery.model.manifest import Manifest
from delivery.paths import short

from . import target, wheels
from .context import alone, stage_model
from .engine import engine_version, ensure_image, image_id, repository_digest, stream
from .layers import Layer, read_layers
from .progress import Progress
from .records import Base, BuildRecord, Model, Records
from .source import Source, labels

_BASE = re.compile(r"^ARG BASE_IMAGE=(\S+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Request:
    """Order of a build. An empty `base` is the Dockerfile's own."""

    app: App
    model: Path
    tag: str = ""
    """The image's name; without one, that of the app."""
    base: str = ""
    build: str = ""
    otlp: bool = False
    """True where the exporter of OpenTelemetry spans goes in."""
    fresh: bool = False
    """True where every step runs again."""
    records: Records = field(default_factory=Records)
    """The file of the build's record."""

    @property
    def name(self) -> str:
        """The image's name in the engine."""
        return self.tag or self.app.tag

    @property
    def base_image(self) -> str:
        """The reference that the image stands on."""
        return self.base or default_base(self.app.dockerfile)

    @property
    def locks(self) -> list[Path]:
        """The packages that go in."""
        image = self.app.contract.image
        if self.otlp and not image.tracing:
            raise UsageError(f"{short(self.app.file)}: has no image.tracing, so --otlp has nothing to add")
        names = (image.packages, image.tracing if self.otlp else None)
        return [self.app.folder / name for name in names if name]

    @property
    def staged(self) -> Path:
        """The folder from which the Dockerfile takes packages and model."""
        return self.app.staged


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
    """The base image that the Dockerfile pins. Raises FailureError."""
    try:
        found = _BASE.search(dockerfile.read_text(encoding="utf-8"))
    except OSError as error:
        raise FailureError(f"{short(dockerfile)}: cannot be read: {error.strerror}") from None
    if not found:
        raise FailureError(
            f"{short(dockerfile)}: found no line `ARG BASE_IMAGE=...`, which the image's base is named by; write it "
            "before `FROM ${BASE_IMAGE}`"
        )
    return found[1]


def build(request: Request, step: Step, line: Callable[[str], None] = lambda _line: None) -> Built:
    """Check the model, fetch packages, build, and keep a record of it. `line` gets each finished part of the build.

    Raises FailureError, with NotFoundError where the base image cannot be had.
    """
    started, base = datetime.now(UTC), request.base_image
    model_folder(request.app)
    with alone(request.staged):
        model = stage_model(request.model, request.staged / "model")
        step.status(f"base image {base}")
        ensure_image(base, step.status)
        downloaded = _fetch(request, base, step)
        source = Source.of(request.app.context, request.app.folder)
        progress = Progress(step.status, line)

        def read(text: str) -> None:
            step.log(text)
            progress.read(text)

        stream(arguments(request, source, model), read, environment(source))
        built = Built(request.name, image_id(request.name), model, read_layers(request.name, base), downloaded)
        _record(request, source, built, started)
    return built


def model_folder(app: App) -> str:
    """The folder of the image that holds the model. Raises UsageError for an app without one."""
    if app.contract.model is None:
        raise UsageError(f"{short(app.file)}: has no model, and an image is built from an app and a model version")
    return app.contract.model.folder


def _fetch(request: Request, base: str, step: Step) -> int:
    """Fetch the packages for the base's Python, and return the bytes downloaded. An app without a list needs none."""
    folder = request.staged / "wheels"
    folder.mkdir(parents=True, exist_ok=True)
    if not request.locks:
        return 0
    return wheels.fetch(request.locks, target.ask(base), folder, step.status).downloaded


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
            dockerfile=hashlib.sha256(request.app.dockerfile.read_bytes()).hexdigest(),
            model=Model(name=model.name, version=model.version, sha256=model.sha256),
            model_folder=model_folder(request.app),
            packages=wheels.held(request.staged / "wheels"),
            engine=engine_version(),
            committed=None if source.time is None else datetime.fromtimestamp(source.time, UTC),
            started=started,
            finished=datetime.now(UTC),
        )
    )


def arguments(request: Request, source: Source, model: Manifest) -> list[str]:
    """Return the arguments of the build that follow `docker`."""
    values = {"BASE_IMAGE": request.base_image, "COMMIT": source.commit, "BUILD": request.build}
    return [
        *("buildx", "build", "--file", str(request.app.dockerfile), "--tag", request.name),
        # All a build needs is in its context; a step that reaches out should fail here, not on a closed network.
        *("--network", "none"),
        # Attestations carry the time of the build; the release adds them to what it pushes.
        *("--provenance", "false", "--load", "--progress", "plain"),
        *(part for name, value in values.items() for part in ("--build-arg", f"{name}={value}")),
        *(part for label in labels(source, model, request.build).items() for part in ("--label", "=".join(label))),
        *(["--no-cache"] if request.fresh else []),
        str(request.app.context),
    ]


def environment(source: Source) -> dict[str, str]:
    """SOURCE_DATE_EPOCH from the commit, unless the caller has set one: BuildKit dates the image with it."""
    if source.time is None or "SOURCE_DATE_EPOCH" in os.environ:
        return {}
    return {"SOURCE_DATE_EPOCH": str(source.time)}
