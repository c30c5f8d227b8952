"""The layers of an image: the base, and each step of the Dockerfile over it."""

import json
import re
from dataclasses import dataclass
from typing import Any

from .engine import docker

_TREE = re.compile(r"COPY /(\w+)/ / ")
"""A whole tree over the base, which is called as its stage calls it."""
_STEP = re.compile(r"(?:COPY|ADD|RUN)\b")
_LONGEST = 30


@dataclass(frozen=True)
class Layer:
    """A layer of its own, or the base's many as one, which has no digest here."""

    name: str
    size: int
    """Bytes, unpacked."""
    digest: str = ""
    """sha256 of the unpacked layer: the same layer has the same digest in every image."""


def read_layers(image: str, base: str) -> tuple[Layer, ...]:
    """The base as one layer, and the layers over it by their instructions. Raises EngineError."""
    steps, below = _steps(image), len(_steps(base))
    made = [step for step in steps[below:] if _STEP.match(step["CreatedBy"])]
    digests = _digests(image)[len(_digests(base)) :]
    layers = [Layer(_name(step), int(step["Size"]), digest) for step, digest in zip(made, digests, strict=False)]
    rest = sum(int(step["Size"]) for step in steps) - sum(layer.size for layer in layers)
    return (Layer("base", rest), *layers)


def _steps(image: str) -> list[dict[str, Any]]:
    """The history of an image, the oldest first."""
    history = docker("history", "--no-trunc", "--human=false", "--format", "{{json .}}", image)
    return [json.loads(line) for line in reversed(history.splitlines())]


def _name(step: dict[str, Any]) -> str:
    instruction = str(step["CreatedBy"])
    if tree := _TREE.search(f"{instruction} "):
        return tree[1]
    words = instruction.removesuffix("# buildkit").replace("/bin/sh -c ", "").split()
    return " ".join(words)[:_LONGEST]


def _digests(image: str) -> list[str]:
    digests: list[str] = json.loads(docker("image", "inspect", "--format", "{{json .RootFS.Layers}}", image))
    return digests
