"""Publishing and pulling in one line each, for tests of what can happen on the way."""

import random
from collections.abc import Callable
from pathlib import Path

from delivery.model.cache import Cache
from delivery.model.manifest import Manifest
from delivery.model.publishing import publish
from delivery.model.pulling import Pulled, pull
from delivery.model.repository import Repository

from .candidates import NAME, candidate

MODEL = random.Random(0).randbytes(20_000_000)
"""Large enough to be interrupted."""


def publish_bytes(repository: Repository, folder: Path, model: bytes) -> Manifest:
    """Publish a model of these bytes; `folder` holds them meanwhile."""
    return publish(repository, candidate(folder / "candidate", model)).manifest


def pull_live(
    repository: Repository, to: Path, cache: Cache, progress: Callable[[int], None] = lambda _: None
) -> Pulled:
    """Pull the live version."""
    return pull(repository, repository.live_manifest(NAME), to, cache, progress)


def overwrite(repository: Repository, path: str, data: bytes) -> None:
    """What the program itself never does."""
    seen = repository.store.read(path, limit=1 << 30)
    assert repository.store.replace(path, data, seen) if seen else repository.store.create(path, data)


def unreachable(*_: object) -> None:
    """In place of what a test forbids."""
    raise AssertionError("nothing may be read here")
