"""The locked packages as files for a base image, fetched by this machine's own pip.

Inside a build there is no private index, keyring, proxy certificate or VPN; here all of it works already, because the
same pip has just installed this command. See docs/decisions/packages-enter-the-image-as-files.md.
"""

import hashlib
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename

from delivery.failure import FailureError
from delivery.packages import PackagesError, Tally, pip

from .records import Package
from .target import Target

LIST_FILE = "requirements.txt"
# Beside the folder: it names what the folder was fetched for, and is written last.
_KEY_SUFFIX = ".key"
_ENTRY = re.compile(r"^(?P<head>[A-Za-z0-9][^\\\n]*?)\s*\\\n(?P<hashes>(?:\s+--hash=\S+(?:\s*\\)?\n?)+)", re.MULTILINE)


def required(locks: Iterable[str], target: Target) -> str:
    """Return the entries of `locks` that `target` needs, without markers: pip would judge those by its own Python."""
    entries = {}
    for lock in locks:
        for entry in _ENTRY.finditer(lock):
            requirement = Requirement(entry["head"])
            if requirement.marker is None or requirement.marker.evaluate(dict(target.markers)):
                requirement.marker = None
                entries[str(requirement)] = f"{requirement} \\\n{entry['hashes'].rstrip()}\n"
    return "".join(entries.values())


def fetch(locks: Sequence[Path], target: Target, folder: Path, show: Callable[[str], None]) -> Tally:
    """Make `folder` hold the wheels of `locks` for `target` and their list; unchanged, nothing is fetched again."""
    tally = Tally()
    text = required([lock.read_text(encoding="utf-8") for lock in locks], target)
    key = hashlib.sha256((target.key + text).encode()).hexdigest()
    if _key(folder) == key:
        return tally
    folder.with_suffix(_KEY_SUFFIX).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / LIST_FILE).write_text(text, encoding="utf-8")
    try:
        pip(Path(sys.executable), _arguments(target, folder), tally, lambda file: show(f"package {file}"))
    except PackagesError as error:
        raise FailureError(f"packages for Python {target.python} on {target.machine}: {error}") from None
    folder.with_suffix(_KEY_SUFFIX).write_text(key, encoding="ascii")
    return tally


def held(folder: Path) -> tuple[Package, ...]:
    """The packages that `folder` holds, by name."""
    found = []
    for file in folder.glob("*.whl"):
        name, version, *_ = parse_wheel_filename(file.name)
        with file.open("rb") as data:
            sha256 = hashlib.file_digest(data, "sha256").hexdigest()
        found.append(Package(name=name, version=str(version), file=file.name, sha256=sha256))
    return tuple(sorted(found, key=lambda package: package.name))


def _arguments(target: Target, folder: Path) -> list[str]:
    platforms = [argument for platform in target.platforms for argument in ("--platform", platform)]
    return [
        *("download", "--require-hashes", "--no-deps", "--only-binary", ":all:", "--dest", str(folder)),
        *("--implementation", "cp", "--python-version", target.python, *platforms),
        *("--requirement", str(folder / LIST_FILE)),
    ]


def _key(folder: Path) -> str:
    try:
        return folder.with_suffix(_KEY_SUFFIX).read_text(encoding="ascii")
    except OSError:
        return ""
