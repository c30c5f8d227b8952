"""`python -m bench.model`: what proving and placing a pulled model costs beside the store library's own bare download.

Both take turns in one run against one stand-in for Azure Blob, so that what the machine does besides hits both.
"""

import argparse
import json
import random
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import obstore
from obstore.store import AzureStore
from rich.console import Console
from rich.table import Table

from app.scoring.manifest import MODEL_FILE
from delivery.model.cache import Cache
from delivery.model.location import parse_location
from delivery.model.manifest import Manifest
from delivery.model.publishing import publish
from delivery.model.pulling import pull
from delivery.model.repository import Repository
from delivery.model.store import open_store
from delivery.paths import WORK
from tests.delivery.model import stores
from tests.delivery.model.candidates import candidate

BOUND = 1.3
_CHUNK = 4 << 20


def bare(manifest: Manifest, target: Path) -> float:
    """Seconds of the library alone: the model's bytes into a file, not looked at."""
    store = AzureStore("models", account_name=stores.ACCOUNT, client_options={"allow_http": True, "timeout": "1h"})
    begun = time.perf_counter()
    found = obstore.get(store, f"{manifest.name}/{manifest.version}/{MODEL_FILE}")
    with target.open("wb") as sink:
        for chunk in found.stream(min_chunk_size=_CHUNK):
            sink.write(chunk)
    seconds = time.perf_counter() - begun
    assert target.stat().st_size == manifest.files[MODEL_FILE].size
    target.unlink()
    return seconds


def proved(repository: Repository, manifest: Manifest, folder: Path) -> float:
    """Seconds of a whole pull with nothing cached: download, sha256, cache, copy, put in place."""
    begun = time.perf_counter()
    pulled = pull(repository, manifest, folder / "model", Cache(folder / "cache"), lambda _count: None)
    seconds = time.perf_counter() - begun
    assert pulled.downloaded == sum(facts.size for facts in manifest.files.values())
    return seconds


def measure(size: int, rounds: int) -> list[tuple[float, float]]:
    """Seconds of each round: bare, proved."""
    command = stores.azurite()
    assert command
    taken = []
    with TemporaryDirectory(prefix="slipway-bench-") as temporary:
        folder = Path(temporary)
        with stores.azure_server(command, folder / "azurite"):
            repository = Repository(open_store(parse_location(f"az://{stores.ACCOUNT}/models")))
            manifest = publish(repository, candidate(folder / "made", random.Random(0).randbytes(size))).manifest
            bare(manifest, folder / "warm")
            for number in range(rounds):
                fresh = folder / f"round-{number}"
                fresh.mkdir()
                turns = [lambda: bare(manifest, folder / "bare"), lambda: proved(repository, manifest, fresh)]  # noqa: B023  # called at once
                if number % 2:
                    second, first = turns[1](), turns[0]()
                else:
                    first, second = turns[0](), turns[1]()
                taken.append((first, second))
    return taken


def main() -> int:
    """0 when the bound is met, 1 when it is not, 2 when nothing could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.model", description=__doc__)
    parser.add_argument("--megabytes", type=int, default=200, help="size of the model")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", type=Path, default=WORK / "bench" / "model.json", help="where the report goes")
    given = parser.parse_args()
    console = Console()
    if stores.azurite() is None:
        console.print("nothing was measured: azurite-blob is not on PATH (npm install azurite)", style="bold red")
        return 2
    taken = measure(given.megabytes * 1_000_000, given.rounds)
    table = Table(title=f"{given.megabytes} MB from Azurite", title_justify="left")
    for column in ("round", "bare s", "pull s", "ratio"):
        table.add_column(column, justify="right")
    for number, (first, second) in enumerate(taken, start=1):
        table.add_row(str(number), f"{first:.2f}", f"{second:.2f}", f"{second / first:.2f}")
    console.print(table)
    ratio = statistics.median(second for _, second in taken) / statistics.median(first for first, _ in taken)
    met = ratio <= BOUND
    text = f"{'met' if met else 'MISSED'}: pull beside the bare download: {ratio:.2f} (target {BOUND})"
    console.print(text, style="green" if met else "bold red", highlight=False)
    report = {"megabytes": given.megabytes, "rounds": taken, "ratio": ratio, "bound": BOUND, "met": met}
    given.json.parent.mkdir(parents=True, exist_ok=True)
    given.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
