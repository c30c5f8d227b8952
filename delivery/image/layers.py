"""What an image is made of: the base, and each tree that the Dockerfile copies over it."""

import json
import re
from dataclasses import dataclass

from delivery.failure import FailureError

from .engine import docker

TREES = ("dependencies", "model", "app")
_TREE = re.compile(r"COPY /(\w+)/ / ")


@dataclass(frozen=True)
class Layer:
    """A layer of its own, or the base's many as one, which has no digest here."""

    name: str
    size: int
    """Bytes, unpacked."""
    digest: str = ""
    """sha256 of the unpacked layer: the same layer has the same digest in every image."""


def read_layers(image: str, base: str) -> tuple[Layer, ...]:
    """The base and the three trees over it. Raises FailureError where the image was not built by our Dockerfile."""
    history = docker("history", "--no-trunc", "--human=false", "--format", "{{json .}}", image)
    steps = [json.loads(line) for line in reversed(history.splitlines())]
    sizes = {found[1]: int(step["Size"]) for step in steps if (found := _TREE.search(f"{step['CreatedBy']} "))}
    if tuple(sizes) != TREES:
        raise FailureError(f"image {image}: copies {', '.join(sizes) or 'nothing'}, expected {', '.join(TREES)}")
    own = dict(zip(TREES, _digests(image)[len(_digests(base)) :], strict=False))
    below = sum(int(step["Size"]) for step in steps) - sum(sizes.values())
    return (Layer("base", below), *(Layer(name, size, own[name]) for name, size in sizes.items()))


def _digests(image: str) -> list[str]:
    digests: list[str] = json.loads(docker("image", "inspect", "--format", "{{json .RootFS.Layers}}", image))
    return digests
