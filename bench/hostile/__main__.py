"""`python -m bench.hostile`: a hundred thousand hostile requests against the service, and whether it minds."""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from tests.support.hostile import siege
from tests.support.hostile.campaign import Campaign
from tests.support.hostile.kinds import plan

from .report import Report


def main() -> int:
    """Exit status 0 when every check holds, 1 when one does not."""
    parser = argparse.ArgumentParser(prog="python -m bench.hostile", description=__doc__)
    add = parser.add_argument
    add("--count", type=int, default=100_000, help="requests (100000)")
    add("--seed", default="1", help="what the requests are generated from (1)")
    add("--number", type=int, help="send this one request of the campaign again, and nothing else")
    add("--model", type=Path, help="folder of a model version; without it a small one that takes floats")
    add("--clients", type=int, default=6, help="connections that send at once, slow ones not counted (6)")
    add("--json", type=Path, default=Path(".slipway/bench/hostile.json"), help="where the report goes")
    chosen = parser.parse_args()
    console = Console() if sys.stdout.isatty() else Console(width=120)
    planned = plan(chosen.seed, chosen.count)
    with tempfile.TemporaryDirectory(prefix="slipway-hostile-") as folder:
        with siege.besieged(Path(folder), chosen.model and chosen.model.resolve()) as service:
            if chosen.number is not None:
                one = planned[chosen.number]
                text = Campaign((service.host, service.port), siege.target(service)).attempt(one)
                console.print(f"{one.kind.name}: {text or 'answered as declared'}", markup=False)
                return 1 if text else 0
            console.print(
                f"{time.strftime('%H:%M:%S')} {len(planned)} requests of {chosen.clients} clients", style="dim"
            )
            result = siege.attack(service, planned, clients=chosen.clients)
            log = service.log.read_text(encoding="utf-8", errors="replace").splitlines()
        report = Report(result, log, service.process.returncode, len(planned))
    report.show(console)
    report.write(chosen.json, seed=chosen.seed)
    console.print(f"report: {chosen.json}")
    return 0 if report.holds else 1


if __name__ == "__main__":
    # Ended from outside, it still stops the service it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
