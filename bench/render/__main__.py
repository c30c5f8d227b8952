"""What rendering a stack costs beside a process that only imports the SDK classes which the program uses.

`python -m bench.render [--stack dev] [--rounds 7]`. CPU seconds (user and system) and peak resident memory of whole
processes, alternated so that both see the same machine; ratios of medians. Times on a shared machine are noise, CPU
seconds less so.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]

LIMIT_CPU, LIMIT_MEMORY = 1.5, 1.3

_SDKS = ("pulumi_azure_native", "pulumi_kubernetes", "pulumi_azuredevops", "pulumi_docker", "pulumi")

_LOADED = """
import json, sys
from pathlib import Path
from delivery.preview.render import render
from delivery.preview.releases import STAND_IN
render(Path("."), sys.argv[1], STAND_IN)
print(json.dumps(sorted(name for name in sys.modules if name.split(".")[0] in sys.argv[2:])))
"""
"""Which SDK modules a render has loaded: they hold just the classes that the program uses."""

_IMPORT = "import importlib, sys\nfor name in sys.argv[1:]:\n    importlib.import_module(name)"


@dataclass(frozen=True)
class Cost:
    """One process: CPU in seconds, peak resident memory in MiB."""

    cpu: float
    memory: float


def main() -> int:
    """Print both costs and their ratios; 1 if a limit is missed."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    options.add_argument("--stack", default="dev")
    options.add_argument("--rounds", type=int, default=7)
    given = options.parse_args()
    modules = json.loads(
        subprocess.run(
            [sys.executable, "-c", _LOADED, given.stack, *_SDKS], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout
    )
    with tempfile.TemporaryDirectory() as folder:
        render = [*("-m", "delivery", "preview", "render", "--stack", given.stack), "--out", folder]
        renders, imports = [], []
        for _ in range(given.rounds):
            renders.append(cost(render))
            imports.append(cost(["-c", _IMPORT, *modules]))
    return report(given.stack, renders, imports, len(modules))


def cost(arguments: list[str]) -> Cost:
    """Run this interpreter with `arguments` and take its own account from the kernel."""
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments[:6])} ended with {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def report(stack: str, renders: list[Cost], imports: list[Cost], modules: int) -> int:
    """The table, and whether both ratios are within their limits."""
    cpu = median(one.cpu for one in renders), median(one.cpu for one in imports)
    memory = median(one.memory for one in renders), median(one.memory for one in imports)
    ratios = cpu[0] / cpu[1], memory[0] / memory[1]
    print(f"rendering {stack}, {len(renders)} rounds, beside importing the {modules} SDK modules that it loads")
    print(f"  CPU     {cpu[0]:6.2f} s    beside {cpu[1]:6.2f} s    ratio {ratios[0]:.2f} (at most {LIMIT_CPU})")
    print(
        f"  memory  {memory[0]:6.0f} MiB  beside {memory[1]:6.0f} MiB  ratio {ratios[1]:.2f} (at most {LIMIT_MEMORY})"
    )
    return int(ratios[0] > LIMIT_CPU or ratios[1] > LIMIT_MEMORY)


if __name__ == "__main__":
    sys.exit(main())
