"""A virtual environment with exactly the locked packages, and one line saying what that took.

Runs before anything is installed, so it needs the standard library alone:
`python3 -m delivery.packages .venv app/requirements.txt --data app/models/sample/requirements.txt`
"""

import argparse
import re
import signal
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

_DOWNLOAD = re.compile(r"^\s*Downloading (\S+) \(([\d.]+) (bytes|kB|MB|GB)\)")
_INSTALLED = re.compile(r"^Successfully installed (.*)")
_UNITS = {"bytes": 1, "kB": 1000, "MB": 1000**2, "GB": 1000**3}
_TAIL = 15
_PIP = Path(__file__).with_name("requirements-pip.txt")


class PackagesError(Exception):
    """Packages that cannot be had; the message ends with pip's own last lines."""


class Tally:
    """Bytes downloaded and packages installed, by pip's output."""

    def __init__(self) -> None:
        self.downloaded = 0
        self.installed = 0

    def read(self, line: str) -> str:
        """Count one line of pip's output; returns the file now being downloaded, if any."""
        if found := _DOWNLOAD.match(line):
            self.downloaded += round(float(found[2]) * _UNITS[found[3]])
            return found[1].rpartition("/")[2]
        if found := _INSTALLED.match(line):
            self.installed += len(found[1].split())
        return ""


def pip(python: Path, arguments: Sequence[str], tally: Tally, show: Callable[[str], None] = lambda _file: None) -> None:
    """Run pip with the machine's own configuration (index, proxy, certificates). Raises PackagesError."""
    command = [str(python), "-m", "pip", *arguments, "--disable-pip-version-check", "--progress-bar", "off"]
    lines: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            for line in process.stdout or ():
                lines.append(line)
                if file := tally.read(line):
                    show(file)
        except BaseException:
            process.send_signal(signal.SIGINT)  # which it tidies up for
            process.communicate()
            raise
    if process.returncode:
        raise PackagesError(f"pip {arguments[0]} failed (exit code {process.returncode}):\n{''.join(lines[-_TAIL:])}")


def environment(folder: Path) -> Path:
    """Return the interpreter of the virtual environment at `folder`. Raises PackagesError without ensurepip.

    An environment that is missing, or of another Python, is created from scratch.
    """
    python = folder / "bin" / "python"
    if not _same_version(python):
        try:
            venv.create(folder, clear=True, with_pip=True, symlinks=True)
        except subprocess.CalledProcessError:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            raise PackagesError(
                f"{sys.executable} cannot make virtual environments: its module ensurepip is missing; "
                f"on Debian and Ubuntu: apt-get install python{version}-venv"
            ) from None
    return python


def _same_version(python: Path) -> bool:
    try:
        found = subprocess.run(
            [python, "-c", "import sys, pip; print(*sys.version_info[:2])"], capture_output=True, text=True, check=False
        )
    except OSError:
        return False
    return found.stdout.split() == [str(part) for part in sys.version_info[:2]]


def install(folder: Path, code: Sequence[str], data: Sequence[str], show: Callable[[str], None]) -> Tally:
    """Install locked files of code, and of data packages without their dependencies. Raises PackagesError.

    The locked pip comes first. The one that comes with Python 3.11 ignores the lock where a package asks for another
    one with an extra. It takes the newest version, and then refuses its hash.
    """
    tally = Tally()
    python = environment(folder)
    for files, extra in (([str(_PIP)], []), (code, []), (data, ["--no-deps"])):
        if files:
            chosen = [argument for file in files for argument in ("-r", file)]
            # Not compiled: Python does that for each module when it is first imported, and most never are.
            pip(python, ["install", "--no-compile", "--require-hashes", *extra, *chosen], tally, show)
    return tally


def _show(text: str, end: str = "") -> None:
    """One line that is rewritten on a terminal, and only its last form elsewhere."""
    if sys.stdout.isatty():
        sys.stdout.write(f"\r\x1b[Kpackages  {text}{end}")
    elif end:
        sys.stdout.write(f"packages  {text}{end}")
    sys.stdout.flush()


def main() -> int:
    """Exit code 0, or 1 after one message."""
    parser = argparse.ArgumentParser(prog="python3 -m delivery.packages", description=__doc__)
    parser.add_argument("folder", type=Path, help="the virtual environment")
    parser.add_argument("code", nargs="+", metavar="requirements.txt", help="locked files")
    parser.add_argument(
        "--data", action="append", default=[], help="locked files of data packages: without dependencies"
    )
    given = parser.parse_args()
    try:
        begun = time.monotonic()
        _show(f"{given.folder}: installing {', '.join([*given.code, *given.data])}")
        tally = install(given.folder, given.code, given.data, lambda file: _show(f"downloading {file}"))
        took = f"{tally.downloaded / 1e6:.1f} MB downloaded, {time.monotonic() - begun:.0f} s"
        _show(f"{tally.installed} installed in {given.folder}, {took}", "\n")
    except PackagesError as error:
        sys.stderr.write(f"\nerror: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
