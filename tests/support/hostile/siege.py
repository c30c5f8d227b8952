"""A campaign against a running service, with its processes and its memory watched."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from app.scoring.manifest import Input, Normalisation
from tests.support import models
from tests.support.processes import memory_at_rest, memory_mib, tree
from tests.support.service import Service, running

from .attempt import Target
from .campaign import Campaign, Outcome
from .kinds import Planned

FLOAT_NHWC = Input(
    name="pixels",
    dtype="float32",
    layout="NHWC",
    channels="RGB",
    width=models.SIDE,
    height=models.SIDE,
    normalisation=Normalisation(mean=(127.0,) * 3, std=(128.0,) * 3),
)
"""Takes floats, so that NaN and infinity mean something to it."""

_SETTINGS = {"body_timeout_seconds": 2, "keepalive_seconds": 3, "log_level": "warning"}
"""Short times, so that a slow client costs the campaign seconds instead of minutes."""

_WATCH_SECONDS = 0.5


@dataclass
class Result:
    """The outcome of a siege. Memory in MiB, as (seconds since the start, PSS of all processes)."""

    outcome: Outcome
    processes_before: list[int]
    processes_after: list[int]
    seconds: float
    memory: list[tuple[float, float]] = field(default_factory=list)
    """While under attack."""
    rests: list[float] = field(default_factory=list)
    """MiB with nothing in flight: before, between the halves, and after."""

    @property
    def kept(self) -> float:
        """MiB more at rest after the second half than after the first, which has widened every heap once: a leak."""
        return self.rests[2] - self.rests[1]

    @property
    def typical(self) -> float:
        """The median MiB."""
        return median(size for _, size in self.memory)

    @property
    def peak(self) -> float:
        """The most MiB seen."""
        return max(size for _, size in self.memory)


@contextmanager
def besieged(folder: Path, model: Path | None = None, **settings: object) -> Iterator[Service]:
    """A service to attack: with `model`, or with the colour model on floats; its log and model go into `folder`."""
    if model is None:
        model = folder / "model"
        models.write(model, FLOAT_NHWC)
    with running(model, folder / "log", **(_SETTINGS | settings)) as service:
        yield service


def target(service: Service) -> Target:
    """The target that the service describes when it is asked."""
    model = json.loads(service.ask("GET", "/version", headers={"Accept": "application/json"}).body)["model"]
    told = json.loads(service.ask("GET", f"/v2/models/{model['name']}").body)
    inputs = {entry["datatype"] == "BYTES": entry for entry in told["inputs"]}
    numbers = inputs[False]
    return Target(
        model=model["name"],
        version=model["version"],
        tensor=numbers["name"],
        datatype=numbers["datatype"],
        row=tuple(numbers["shape"][1:]),
        output=told["outputs"][0]["name"],
        picture=inputs[True]["name"],
    )


def attack(service: Service, planned: list[Planned], **clients: int) -> Result:
    """Send all of `planned` in two halves and watch; the service rests before, between and after them."""
    campaign = Campaign((service.host, service.port), target(service))
    start = time.monotonic()
    result = Result(campaign.outcome, tree(service.process.pid), [], 0.0)
    middle = len(planned) // 2
    result.rests.append(memory_at_rest(service.process.pid))
    for half in (planned[:middle], planned[middle:]):
        with _watched(service, result.memory, start):
            campaign.run(half, **clients)
        result.rests.append(memory_at_rest(service.process.pid))
    result.seconds = time.monotonic() - start
    result.processes_after = tree(service.process.pid)
    return result


@contextmanager
def _watched(service: Service, memory: list[tuple[float, float]], start: float) -> Iterator[None]:
    """Take samples of memory meanwhile."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_WATCH_SECONDS):
            memory.append((time.monotonic() - start, memory_mib(service.process.pid)))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
