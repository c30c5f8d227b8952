"""`python -m bench.preview`: how long a report of thousands of resources takes, and how large and quick its page is."""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from delivery.preview.forms import markdown
from tests.support import chromium

from .made import engine_preview

_TIMES = 3.0
_MORE = 2.0
_PAGE = 5_000_000
_SEARCH = """async (text) => {
  const field = document.getElementById('search'), found = document.getElementById('found');
  const before = found.textContent, begun = performance.now();
  field.value = text;
  field.dispatchEvent(new Event('input'));
  while (found.textContent === before) await new Promise(requestAnimationFrame);
  return performance.now() - begun;
}"""
_FILTER = """async () => {
  const begun = performance.now();
  document.querySelector('.filter').click();
  await new Promise(requestAnimationFrame);
  return performance.now() - begun;
}"""


def main() -> int:
    """Exit status 0 when every target is met, 1 when one is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.preview", description=__doc__)
    parser.add_argument("--count", type=int, default=5_000, help="resources (5000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds; the median counts (3)")
    parser.add_argument("--json", type=Path, default=Path(".slipway/bench/preview.json"), help="where the figures go")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="slipway-bench-") as name:
        figures = measured(chosen.count, chosen.rounds, Path(name))
    rows = judged(figures)
    table = Table("what", "found", "target", "")
    for what, found, target, met in rows:
        table.add_row(what, found, target, "met" if met else "MISSED")
    Console(width=120).print(f"{chosen.count} resources, {figures['input'] / 1e6:.0f} MB of JSON", table)
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if all(met for *_, met in rows) else 1


def measured(count: int, rounds: int, folder: Path) -> dict[str, float]:
    """Seconds are of processor time of whole processes: a shared machine's clock tells more about its other guests."""
    source = folder / "preview.json"
    source.write_bytes(engine_preview(count))
    parse = [sys.executable, "-c", f"import json; json.load(open({str(source)!r}, encoding='utf-8'))"]
    report = [sys.executable, "-m", "delivery", "preview", "report", "--engine", str(source)]
    report += ["--form", "json", "--out", str(folder / "out"), "--report-only"]
    figures = {
        "input": source.stat().st_size,
        "parse": statistics.median(_seconds(parse) for _ in range(rounds)) - _start(rounds),
        "report": statistics.median(_seconds(report) for _ in range(rounds)),
        "page": (folder / "out" / "preview.html").stat().st_size,
        "markdown": (folder / "out" / "preview.md").stat().st_size,
    }
    return figures | _browser(folder / "out" / "preview.html")


def judged(figures: dict[str, float]) -> list[tuple[str, str, str, bool]]:
    """Each figure beside its target."""
    allowed = _TIMES * figures["parse"] + _MORE
    rows = [
        ("json.load alone", f"{figures['parse']:.2f} s", "", True),
        ("report, all forms", f"{figures['report']:.2f} s", f"{allowed:.2f} s", figures["report"] <= allowed),
        ("page", f"{figures['page'] / 1e6:.2f} MB", f"{_PAGE / 1e6:.0f} MB", figures["page"] < _PAGE),
        ("Markdown", f"{figures['markdown'] / 1e3:.0f} kB", "150 kB", figures["markdown"] <= markdown.AZURE_DEVOPS),
    ]
    for name, target in (("open", 5_000.0), ("search", 1_000.0), ("filter", 1_000.0)):
        if name in figures:
            rows.append((f"browser: {name}", f"{figures[name]:.0f} ms", f"{target:.0f} ms", figures[name] <= target))
    return rows


def _start(rounds: int) -> float:
    """What an interpreter takes that does nothing but import json."""
    return statistics.median(_seconds([sys.executable, "-c", "import json"]) for _ in range(rounds))


def _seconds(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _browser(page_file: Path) -> dict[str, float]:
    """Milliseconds in Chromium, as far as there is one."""
    path = chromium.find()
    if path is None:
        return {}
    with chromium.launched(path) as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 950})
        begun = time.monotonic()
        page.goto(page_file.as_uri())
        opened = (time.monotonic() - begun) * 1000
        search = page.evaluate(_SEARCH, "resource-4")
        page.evaluate(_SEARCH, "")
        return {"open": opened, "search": search, "filter": page.evaluate(_FILTER)}


if __name__ == "__main__":
    sys.exit(main())
