"""Releases of several people at once: in any order, nothing unapproved and nothing older goes live."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from rich.console import Console

from delivery.app import App
from delivery.console import Steps
from delivery.failure import FailureError
from delivery.interrupts import StoppedError
from delivery.model.location import parse_location
from delivery.model.store import open_store
from delivery.release import deployer as deploying
from delivery.release.deploy import deploy
from delivery.release.deployer import Deployer, RestoredError
from delivery.release.deployment import live
from delivery.release.engine import Engine, LockedError, read_digest
from delivery.release.gate import judge, write
from delivery.release.record import Release
from delivery.release.rollback import rollback
from delivery.release.store import ReleaseStore
from delivery.service.running import ServiceError
from tests.support.apps import SAMPLE

from .samples import DOCUMENTS
from .samples import release as sample

_RELEASES = [sample(number) for number in (1, 2, 3)]
_STEPS = 25


class Simulated(Engine):
    """An engine in memory: one state, one lock, and a workload that follows the release."""

    def __init__(self, stack: str, root: Path) -> None:
        super().__init__(stack, root)
        self.release: dict[str, Any] | None = None
        self.locked = False
        self.stops = False

    def outputs(self, stack: str = "") -> dict[str, Any]:
        del stack
        found: dict[str, Any] = {"registryLoginServer": "cr.example", "endpointUrl": "http://127.0.0.1:9/"}
        return found | ({"release": self.release} if self.release else {})

    def settings(self) -> dict[str, Any]:
        return {}

    def state(self) -> dict[str, Any]:
        return {"resources": []}

    def preview(self, release: Mapping[str, Any] | None, *options: str) -> bytes:
        del options
        assert release is not None
        kind = "kubernetes:core/v1:ConfigMap"
        sides = [
            {"type": kind, "custom": True, "inputs": {"data": {"digest": one["digest"]}}}
            for one in (self.release, release)
            if one
        ]
        step = {"urn": f"urn:pulumi:{self.stack}::slipway::{kind}::settings", "newState": sides[-1]}
        if len(sides) == 1:
            step["op"] = "create"
        else:
            step |= {"op": "same" if sides[0] == sides[1] else "update", "oldState": sides[0]}
        return json.dumps({"steps": [step]}).encode()

    def up(self, release: Mapping[str, Any], message: str, read: Callable[[str], None]) -> None:
        del message, read
        if self.locked:
            raise LockedError("the stack is currently locked by 1 lock(s)")
        self.release = dict(release)
        if self.stops:
            self.stops = False
            raise StoppedError(15)


@dataclass
class Office:
    """Two environments, three releases, and the people and pipelines that act on them in any order."""

    root: Path
    source: Random
    store: ReleaseStore
    engines: dict[str, Simulated]
    bad: set[str] = field(default_factory=set)
    approvals: dict[tuple[str, str], Path] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def act(self) -> None:
        engine = self.engines[self.source.choice(("dev", "prod"))]
        release = self.source.choice(_RELEASES)
        act = self.source.choice((self.preview, self.preview, self.deploy, self.deploy, self.deploy, self.go_back))
        before, proved = read_digest(engine.outputs()), live(self.store.history(engine.stack))
        ending = act(engine, release)
        self.told.append(f"{engine.stack}: {act.__name__} {release.id}: {ending}")
        older = proved is not None and proved.digest == before and release.id < proved.release
        self.judge(engine, before, act.__name__, release, ending, older=older)

    def preview(self, engine: Simulated, release: Release) -> str:
        folder = self.root / f"{engine.stack}-{release.id}"
        write(judge(engine.preview(release.configuration())), folder, release, read_digest(engine.outputs()))
        self.approvals[engine.stack, release.id] = folder
        return "approved"

    def deploy(self, engine: Simulated, release: Release) -> str:
        folder = self.approvals.get((engine.stack, release.id), self.root / "none")
        if release.image.digest != read_digest(engine.outputs()) and self.source.random() < 0.3:
            self.bad ^= {release.image.digest}
        engine.locked, engine.stops = self.source.random() < 0.1, self.source.random() < 0.1
        return self._end(engine, lambda: deploy(self._deployer(engine), release, approved=folder))

    def go_back(self, engine: Simulated, release: Release) -> str:
        del release
        return self._end(engine, lambda: rollback(self._deployer(engine)))

    def judge(self, engine: Simulated, before: str, act: str, release: Release, ending: str, *, older: bool) -> None:
        """Hold what happened against what may happen. `older` is a release older than a proved one that ran."""
        now = read_digest(engine.outputs())
        story = "\n".join(self.told)
        if ending in ("refused", "restored") or act == "preview":
            assert now == before or ending == "restored", story
        if act == "deploy" and ending == "done":
            assert now == release.image.digest, story
            assert (engine.stack, release.id) in self.approvals, story
            assert not older, story
        begun = live(self.store.history(engine.stack))
        if ending == "done" or (ending == "restored" and begun):
            assert begun, story
            assert begun.digest == now, story

    def _end(self, engine: Simulated, command: Callable[[], object]) -> str:
        try:
            command()
        except StoppedError:
            return "stopped"
        except RestoredError:
            return "restored"
        except FailureError as error:
            return "stranded" if error.code == 7 else "refused"
        finally:
            engine.locked = engine.stops = False
        return "done"

    def _deployer(self, engine: Simulated) -> Deployer:
        return Deployer(app=SAMPLE, steps=Steps(Console(quiet=True)), engine=engine, store=self.store, by="a test")


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Office]:
    def create(seed: int) -> Office:
        root = tmp_path / str(seed)
        root.mkdir()
        store = ReleaseStore(open_store(parse_location(str(root / "releases")), create=True))
        for release in _RELEASES:
            store.add(release, DOCUMENTS)
        made = Office(root, Random(seed), store, {name: Simulated(name, root) for name in ("dev", "prod")})

        def prove(_steps: Steps, _app: App, _service: object, configuration: Mapping[str, Any], *_more: object) -> None:
            if configuration["digest"] in made.bad:
                raise ServiceError("an example is answered wrongly")
            if configuration["digest"] not in {read_digest(engine.outputs()) for engine in made.engines.values()}:
                raise ServiceError("another release answers")

        monkeypatch.setattr(deploying, "prove", prove)
        monkeypatch.setattr(Deployer, "bring_in", lambda *_given: None)
        return made

    return create


@pytest.mark.parametrize("seed", range(40))
def test_nothing_unapproved_or_older_goes_live_in_any_order(seed: int, office: Callable[[int], Office]) -> None:
    made = office(seed)
    for _ in range(_STEPS):
        made.act()


def test_the_orders_tried_end_in_every_way(office: Callable[[int], Office]) -> None:
    told: list[str] = []
    for seed in range(100, 115):
        made = office(seed)
        for _ in range(_STEPS):
            made.act()
        told += made.told

    endings = {line.rpartition(": ")[2] for line in told if ": deploy " in line or ": go_back " in line}
    assert endings >= {"done", "refused", "restored", "stopped", "stranded"}
