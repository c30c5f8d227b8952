"""From a pulled model version to something that can be released: a pushed image, an image, or the files as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from delivery.app import App
from delivery.console import Steps
from delivery.examples.folder import of_version
from delivery.failure import FailureError, NotFoundError
from delivery.image.build import Built, Request, build
from delivery.image.container import Container
from delivery.image.engine import image_labels
from delivery.image.records import Records, TestRecord
from delivery.image.registry.place import Place
from delivery.image.source import Source
from delivery.image.trial import examine
from delivery.model.pulling import Pulled
from delivery.release.deployer import Target
from delivery.release.record import LOCAL_BUILD, release_id
from delivery.release.recording import record
from delivery.release.store import ReleaseStore
from delivery.service.process import Process

from .local import FACTS, Start


class NoBaseError(Exception):
    """Failure to build an optional image: its base is not available."""


@dataclass(frozen=True)
class Packed:
    """A release that can be deployed: what is to run, how to start it here, and its reference where it was pushed."""

    target: Target
    start: Start
    form: str
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Packing:
    """Packing of this rehearsal's releases. An empty `base` is the Dockerfile's own."""

    steps: Steps
    app: App
    base: str
    registry: Place | None
    store: ReleaseStore
    folder: Path
    """For release.json and what belongs to it."""

    def image(self, pulled: Pulled, model: Path, tag: str, *, must: bool) -> tuple[Packed, int]:
        """Build, test and where there is a registry push; and the bytes downloaded.

        Without a base image: NotFoundError where it `must` be, else NoBaseError with the reason.
        """
        built = self._build(model, tag, must=must)
        self._test(built)

        def start() -> Container:
            return Container(self.app, built.id, facts=FACTS)

        form = "containers, confined as in production"
        if self.registry is None:
            commit = image_labels(built.id).get("org.opencontainers.image.revision", "")
            return Packed(_target(self.app, built.id, commit, pulled, model), start, form), built.downloaded
        reference = self._push(built, self.registry)
        with self.steps.step("Record") as step:
            release = record(built.id, Records(), self.folder, self.store).release
            step.result = f"release {release.id}: commit, model, tests and documents by the digest"
        target = Target(release.configuration(), release.id, release.image.tag)
        return Packed(target, start, form, reference), built.downloaded

    def _build(self, model: Path, tag: str, *, must: bool) -> Built:
        reason = ""
        with self.steps.step("Build") as step:
            try:
                built = build(Request(app=self.app, model=model, base=self.base, tag=tag), step)
            except NotFoundError as error:
                if must:
                    raise
                reason = str(error)
                step.skip(f"left out: {reason}")
            else:
                step.result = describe(built)
        if reason:
            raise NoBaseError(reason)
        return built

    def _test(self, built: Built) -> None:
        if known := Records().find(TestRecord, built.id):
            with self.steps.step("Test") as step:
                step.result = f"this very image passed its {len(known.checks)} checks at {known.tested:%Y-%m-%d %H:%M}"
            return
        self.steps.say("  [dim]the test of that very image, without a network[/]")
        examine(self.steps, self.app, built.tag, Records())

    def _push(self, built: Built, place: Place) -> str:
        from delivery.image.pushing import Push  # noqa: PLC0415  # what it needs costs time that no other way needs
        from delivery.image.registry.client import Registry  # noqa: PLC0415  # loaded where it is used

        with self.steps.step("Push") as step:
            pushed = Push(built.tag, Registry(place), Records()).run(step)
            sent = f"{pushed.sent / 1e6:.1f} MB sent" if pushed.sent else "nothing had to be sent"
            step.result = f"{sent}; {pushed.record.reference}"
            return pushed.record.reference


def as_process(app: App, pulled: Pulled, model: Path, log: Path) -> Packed:
    """The same files, served by a process of this machine."""
    commit = Source.of(app.context, app.folder).commit
    digest = f"sha256:{pulled.manifest.sha256}"

    def start() -> Process:
        return Process(app, model, log, commit=commit, facts=FACTS)

    return Packed(_target(app, digest, commit, pulled, model), start, "processes of this machine")


def describe(built: Built) -> str:
    """Id and layers in one line."""
    parts = " + ".join(f"{layer.name} {layer.size / 1e6:.1f}" for layer in built.layers)
    return f"image {built.id.removeprefix('sha256:')[:12]}, {built.size / 1e6:.0f} MB: {parts}"


def _target(app: App, digest: str, commit: str, pulled: Pulled, folder: Path) -> Target:
    """Return the target for something that is in no registry."""
    model = pulled.manifest
    examples = of_version(folder, app.examples)
    configuration: Mapping[str, Any] = {
        "repository": app.contract.image.repository,
        "digest": digest,
        "commit": commit,
        "buildId": LOCAL_BUILD,
        "model": {"name": model.name, "version": model.version, "sha256": model.sha256},
    }
    return Target(configuration, release_id(datetime.now(UTC), digest), examples=examples)


def demanded(base: str, registry: Place | None, reason: str) -> None:
    """Raise FailureError where a base or a registry was asked for by name, as no image can be built."""
    asked = {"BASE_IMAGE": base, "REGISTRY": str(registry or "")}
    for name, value in asked.items():
        if value:
            raise FailureError(f"{name} is {value}, but no image can be built: {reason}")
