"""Packing and starting: the image in a container where it can be had, else the same files as a process."""

from collections.abc import Callable
from dataclasses import dataclass

from delivery.console import Step
from delivery.failure import FailureError, NotFoundError
from delivery.image.build import Built, Request, build
from delivery.image.container import Container
from delivery.image.engine import absence
from delivery.image.source import Source
from delivery.paths import ROOT
from delivery.service.process import Process
from delivery.service.running import Running

from .model import Places


@dataclass(frozen=True)
class Packed:
    """How to start what was packed. `skipped` says why it is no image, and how to change that."""

    start: Callable[[int], Running]
    form: str
    skipped: str = ""


def pack(step: Step, places: Places, base: str, *, image: bool) -> Packed:
    """The image where an engine answers and its base can be had. A base that was asked for by name must be had."""
    if reason := _no_image(image=image):
        if base and image:
            raise FailureError(f"BASE_IMAGE is {base}, but no image can be built: {reason}")
        return _as_process(step, places, reason)
    try:
        built = build(Request(model=places.model, base=base), step)
    except NotFoundError as error:
        if base:
            raise
        return _as_process(step, places, str(error))
    step.result, step.made, step.downloaded = describe(built), f"image {built.tag}", built.downloaded
    return Packed(lambda port: Container(built.tag, port), "container, confined as in production")


def describe(built: Built) -> str:
    """Tag, id and layers in one line."""
    parts = " + ".join(f"{layer.name} {layer.size / 1e6:.1f}" for layer in built.layers)
    return f"image {built.id.removeprefix('sha256:')[:12]}, {built.size / 1e6:.0f} MB: {parts}"


def _no_image(*, image: bool) -> str:
    if not image:
        return "--no-image was given"
    reason = absence()
    return f"{reason}; start a Docker engine with buildx, and the rehearsal packs and runs the image" if reason else ""


def _as_process(step: Step, places: Places, reason: str) -> Packed:
    step.skip("no image; a process of this machine serves the same files instead")
    commit = Source.of(ROOT).commit
    return Packed(lambda port: Process(places.model, places.log, port, commit), "process of this machine", reason)
