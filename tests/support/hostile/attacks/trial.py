"""One attack on a service of its own, with a witness beside it before, meanwhile and afterwards."""

import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.support.hostile import siege
from tests.support.processes import tree
from tests.support.service import ROOT, Service, running

from .attack import Attack
from .witness import Sight, watching

_SETTINGS: dict[str, Any] = {"log_level": "warning"}


@dataclass
class Trial:
    """The result of an attack, and what the witness saw."""

    attack: Attack
    quiet: Sight
    under: Sight
    answers: Counter[str]
    faults: list[str] = field(default_factory=list)
    """Wrong answers to the attacker, and what no longer worked after it."""
    lost: float = 0.0
    """Workers lost, by the service's own count."""
    replaced: int = 0
    """Processes that were there before the attack and are not any more."""
    seconds: float = 0.0

    @property
    def ratio(self) -> float:
        """The wait of a good client under attack, as a multiple of the quiet median."""
        return self.under.good.median / max(self.quiet.good.median, 1e-6)

    @property
    def grown_mib(self) -> float:
        """The most memory under attack, above the most before it."""
        return max(self.under.memory, default=0.0) - max(self.quiet.memory, default=0.0)

    @property
    def peak_mib(self) -> float:
        """The most memory under attack."""
        return max(self.under.memory, default=0.0)


def run(attack: Attack, folder: Path, *, full: bool, seconds: float, seed: str = "1") -> Trial:
    """Start a service for the attack, measure it quiet for half of `seconds`, and attack it for all of them."""
    lasting = max(seconds, attack.least_seconds)
    model = folder / "model"
    attack.write_model(model)
    settings = _SETTINGS | dict(attack.settings) | ({} if full else dict(attack.small_settings))
    with running(model, folder / "log", **settings) as service:
        with watching(service) as quiet:
            time.sleep(seconds / 2)
        before = tree(service.process.pid)
        lost = service.metric("scoring_workers_lost_total")
        with _Attacker(attack, service, full=full, seconds=lasting, seed=seed) as attacker:
            start = time.monotonic()
            with watching(service) as under:
                harvest = attacker.attack()
            trial = Trial(attack, quiet, under, Counter(harvest["answers"]), harvest["faults"])
            trial.seconds = time.monotonic() - start
        trial.faults += _after(service)
        trial.replaced = len(set(before) - set(tree(service.process.pid)))
        trial.lost = _lost(service, trial.faults) - lost
    if service.process.returncode != 0:
        trial.faults.append(f"the service ended with {service.process.returncode} at SIGTERM")
    return trial


class _Attacker:
    """A process of its own, so that what it computes does not slow the witness's clock."""

    def __init__(self, attack: Attack, service: Service, *, full: bool, seconds: float, seed: str) -> None:
        target = siege.target(service)
        self._order = {
            "name": attack.name,
            "address": [service.host, service.port],
            "target": {name: getattr(target, name) for name in target.__dataclass_fields__},
            "full": full,
            "seconds": seconds,
            "seed": seed,
        }

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __package__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._write(json.dumps(self._order))
        self._read()
        return self

    def attack(self) -> dict[str, Any]:
        """Let it attack, now that it has made what it sends; the record of its answers."""
        self._write("now")
        harvest: dict[str, Any] = json.loads(self._read())
        return harvest

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the attacker {self._order['name']} ended early; its reason is on stderr"
        return line


def _after(service: Service) -> list[str]:
    """The faults that stay once the attack is over."""
    found = []
    for path in ("/healthz", "/readyz", "/metrics"):
        try:
            status = service.probe(path).status
        except OSError as error:
            found.append(f"after the attack: {path}: {type(error).__name__}: {error}")
            continue
        if status != 200:
            found.append(f"after the attack: {path}: {status}")
    return found


def _lost(service: Service, faults: list[str]) -> float:
    try:
        return service.metric("scoring_workers_lost_total")
    except (OSError, ValueError) as error:
        faults.append(f"after the attack: no count of lost workers: {error}")
        return float("nan")
