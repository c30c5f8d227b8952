"""Bytes and seconds of a first `make rehearse`: in a new clone and an empty home, with Python alone.

`python -m bench.first [--engine]`. Bytes are those that pip and the rehearsal count. The committed state is cloned.
"""

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

LIMIT_MEGABYTES, LIMIT_SECONDS = 250, 180

_MORE_THAN_PYTHON = ("docker", "pulumi", "kubectl")
"""Beginnings of the programs that a machine with Python alone does not have."""
_KEPT = re.compile(
    r"LANG|LC_\w+|TERM|TZ|PIP_(?!FIND_LINKS|CACHE)\w+|\w+_(PROXY|proxy)|\w*(CA_BUNDLE|CERT_FILE|CERT_DIR)"
)
"""Variables that lead to a package index; no local packages, no cache."""
_PACKAGES = re.compile(r"^packages .*?([\d.]+) MB downloaded, (\d+) s", re.MULTILINE)
_ALL = re.compile(r"│\s+│ all\s+│\s+[\d.]+ s │\s+(?:([\d.]+) MB)?")


def main() -> int:
    """Print bytes and seconds beside their limits; 1 if one is missed, 2 if the rehearsal failed."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    options.add_argument("--engine", action="store_true", help="with the Pulumi engine that is on PATH; no limit then")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="slipway-first-") as name:
        folder = Path(name)
        clone = folder / "clone"
        subprocess.run(["git", "clone", "--quiet", "--no-local", ROOT, clone], check=True)
        engine = [Path(found).parent] if given.engine and (found := shutil.which("pulumi")) else []
        begun = time.monotonic()
        command = ["make", f"PYTHON={Path(sys.executable).resolve()}", "rehearse"]
        environment = variables(folder, engine)
        with subprocess.Popen(
            command, cwd=clone, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            lines = []
            for line in process.stdout or ():
                print(line, end="", flush=True)
                lines.append(line)
        seconds, text = time.monotonic() - begun, "".join(lines)
    if process.returncode:
        print(f"make rehearse ended with {process.returncode}")
        return 2
    return judge(text, seconds, limited=not given.engine)


def variables(folder: Path, engine: list[Path]) -> dict[str, str]:
    """Return the variables of a person who has just come: an empty home, the usual programs, and Python."""
    programs = folder / "bin"
    programs.mkdir()
    for source in (Path("/usr/bin"), Path("/bin")):
        for one in source.iterdir():
            link = programs / one.name
            if not one.name.startswith(_MORE_THAN_PYTHON) and not link.exists():
                link.symlink_to(one)
    home = folder / "home"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if _KEPT.fullmatch(name)}
    return {**kept, "HOME": str(home), "PATH": os.pathsep.join([str(programs), *map(str, engine)])}


def judge(text: str, seconds: float, *, limited: bool) -> int:
    """Print what it came to."""
    packages, rehearsal = _PACKAGES.findall(text), _ALL.search(text)
    if len(packages) != 1 or rehearsal is None:
        print("the rehearsal's output holds no count of bytes")
        return 2
    megabytes = float(packages[0][0]) + float(rehearsal[1] or 0)
    rows = [("downloaded", megabytes, LIMIT_MEGABYTES, "MB"), ("first run", seconds, LIMIT_SECONDS, "s")]
    missed = False
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"\npackages took {packages[0][1]} s of it; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end")
    print(f"processor    {used.ru_utime + used.ru_stime:6.0f} s  of all its processes")
    for name, found, limit, unit in rows:
        missed = missed or (limited and found > limit)
        verdict = ("met" if found <= limit else "MISSED") if limited else "no limit"
        print(f"{name:12} {found:6.0f} {unit:2}  at most {limit} {unit}: {verdict}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
