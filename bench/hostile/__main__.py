"""Attacks on the service, then a hundred thousand hostile requests: `python -m bench.hostile`."""

import argparse
import json
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.support.hostile import siege
from tests.support.hostile.attacks.attack import Attack
from tests.support.hostile.attacks.catalogue import ATTACKS, BY_NAME
from tests.support.hostile.campaign import Campaign
from tests.support.hostile.kinds import plan

from . import attacks
from .report import Report

_WIDTH = 170


def main() -> int:
    """Exit status 0 when every check holds, 1 when one does not."""
    chosen = _options()
    console = Console(width=max(_WIDTH, Console().width))
    held, document = True, {"seed": chosen.seed}
    if chosen.part != "requests":
        rows = attacks.carry_out(chosen.only, console, full=not chosen.small, seconds=chosen.seconds, seed=chosen.seed)
        attacks.show(rows, console)
        held = not any(row.wrong for row in rows)
        document["attacks"] = [row.document() for row in rows]
    if chosen.part != "attacks":
        held = _send_requests(chosen, console, document) and held
    if chosen.number is None:
        chosen.json.parent.mkdir(parents=True, exist_ok=True)
        chosen.json.write_text(json.dumps(document, indent=1) + "\n")
        console.print(f"report: {chosen.json}")
    return 0 if held else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.hostile", description=__doc__)
    add = parser.add_argument
    add("--part", choices=("all", "attacks", "requests"), default="all", help="attacks, generated requests, or both")
    add("--only", type=_attack, action="append", help="this attack alone; may be repeated")
    add("--seconds", type=float, default=10.0, help="the length of attacks that last for a time (10)")
    add("--small", action="store_true", help="the attacks at the size of the tests")
    add("--count", type=int, default=100_000, help="generated requests (100000)")
    add("--seed", default="1", help="what chance is generated from (1)")
    add("--number", type=int, help="send this one request of the campaign again, and nothing else")
    add("--model", type=Path, help="folder of a model version for the requests; without it a small one on floats")
    add("--clients", type=int, default=6, help="connections that send requests at once, slow ones not counted (6)")
    add("--json", type=Path, default=Path(".slipway/bench/hostile.json"), help="where the report goes")
    chosen = parser.parse_args()
    if chosen.only or chosen.number is not None:
        chosen.part = "attacks" if chosen.only else "requests"
    chosen.only = chosen.only or list(ATTACKS)
    return chosen


def _attack(name: str) -> Attack:
    if name not in BY_NAME:
        raise argparse.ArgumentTypeError(f"no attack {name!r}; there are {', '.join(BY_NAME)}")
    return BY_NAME[name]


def _send_requests(chosen: argparse.Namespace, console: Console, document: dict[str, Any]) -> bool:
    """Send the generated requests, or one of them; True when every check holds."""
    planned = plan(chosen.seed, chosen.count)
    with tempfile.TemporaryDirectory(prefix="slipway-hostile-") as folder:
        with siege.besieged(Path(folder), chosen.model and chosen.model.resolve()) as service:
            if chosen.number is not None:
                one = planned[chosen.number]
                text = Campaign((service.host, service.port), siege.target(service)).attempt(one)
                console.print(f"{one.kind.name}: {text or 'answered as declared'}", markup=False)
                return not text
            console.print(
                f"{time.strftime('%H:%M:%S')} {len(planned)} requests of {chosen.clients} clients", style="dim"
            )
            result = siege.attack(service, planned, clients=chosen.clients)
            log = service.log.read_text(encoding="utf-8", errors="replace").splitlines()
        report = Report(result, log, service.process.returncode, len(planned))
    report.show(console)
    document["requests"] = report.document()
    return report.holds


if __name__ == "__main__":
    # Ended from outside, it still stops the service it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
