"""What each process of a race does. Module-level functions, because other processes import them."""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from app.scoring.manifest import MODEL_FILE
from delivery.failure import ConflictError
from delivery.model.cache import Cache
from delivery.model.location import parse_location
from delivery.model.publishing import publish
from delivery.model.pulling import pull
from delivery.model.repository import Repository
from delivery.model.store import open_store

from .candidates import NAME, candidate

COUNTER = f"{NAME}/counter"


@dataclass(frozen=True)
class Place:
    """A repository and the environment that leads to it: a racer may have started before its stand-in did."""

    url: str
    environment: dict[str, str]

    @classmethod
    def of(cls, url: str) -> "Place":
        """The place at `url` as this process reaches it."""
        reached = {name: value for name, value in os.environ.items() if name.startswith(("AWS_", "AZURE_"))}
        return cls(url, reached)

    def open(self) -> Repository:
        """The repository."""
        os.environ.update(self.environment)
        return Repository(open_store(parse_location(self.url)))


def publish_many(place: Place, folder: Path, racer: int, count: int) -> list[str]:
    """Publish `count` different models; the versions they became."""
    repository = place.open()
    versions = []
    for number in range(count):
        model = f"racer {racer}, model {number}".encode() * 1000
        publication = publish(repository, candidate(folder / f"{racer}-{number}", model))
        assert publication.created
        versions.append(publication.manifest.version)
    return versions


def watch_live(place: Place, stop: Path) -> int:
    """Until `stop` exists, read whatever is live as a whole; how often. Fails at the first half model."""
    repository = place.open()
    seen = 0
    newest = 0
    while not stop.exists():
        if repository.find_pointer(NAME) is None:
            continue
        manifest = repository.live_manifest(NAME)
        repository.verify(manifest)
        assert int(manifest.version) >= newest, "the live version went backwards while only publishers ran"
        newest = int(manifest.version)
        seen += 1
    return seen


def roll_back_once(place: Place) -> bool:
    """Whether this process was the one that rolled back."""
    try:
        place.open().rollback(NAME)
    except ConflictError:
        return False
    return True


def meet(folder: Path, racer: int, racers: int) -> None:
    """Wait until every racer has come here, so that they run at the same time however long they took to start."""
    (folder / f"racer-{racer}").touch()
    while len(list(folder.glob("racer-*"))) < racers:
        time.sleep(0.001)


def count_up(place: Place, folder: Path, racer: int, racers: int, times: int) -> int:
    """Add one to a number `times` times by compare-and-swap; how many attempts that took."""
    store = place.open().store
    meet(folder, racer, racers)
    attempts = 0
    for _ in range(times):
        while True:
            attempts += 1
            seen = store.read(COUNTER, limit=100)
            assert seen is not None
            if store.replace(COUNTER, str(int(seen.data) + 1).encode(), seen):
                break
    return attempts


def model_bytes(repository: Repository, version: str) -> bytes:
    """The model of a version as it lies in the repository."""
    return b"".join(repository.store.chunks(f"{NAME}/{version}/{MODEL_FILE}"))


def pull_when_told(url: str, to: str, cache: str) -> None:
    """Pull once a line comes in, having said that everything else is ready."""
    repository = Place.of(url).open()
    manifest = repository.live_manifest(NAME)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    pull(repository, manifest, Path(to), Cache(Path(cache)), lambda _: None)


if __name__ == "__main__":
    pull_when_told(*sys.argv[1:])
