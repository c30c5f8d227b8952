"""Fetching archives, verifying them, and unpacking what was verified."""

import hashlib
import shutil
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import requests

from delivery.failure import FailureError, IntegrityError

from .pins import Tool

_CHUNK = 1 << 20
_SECONDS = 60

Fetch = Callable[[str, Path], None]


def fetch(address: str, to: Path) -> None:
    """Write what an address answers into a file. Raises FailureError with the address and the cause."""
    try:
        with requests.get(address, stream=True, timeout=_SECONDS) as answer, to.open("wb") as file:
            answer.raise_for_status()
            for chunk in answer.iter_content(_CHUNK):
                file.write(chunk)
    except requests.RequestException as error:
        raise FailureError(f"{address}: cannot be fetched: {error}") from None


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def kept(tool: Tool, cache: Path, get: Fetch = fetch) -> Path:
    """Return the tool's archive in the cache, fetched where it is missing. Its bytes are not verified yet."""
    archive = cache / tool.address.rpartition("/")[2]
    if not archive.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        part = archive.with_name(f"{archive.name}.part")
        get(tool.address, part)
        part.replace(archive)
    return archive


def install(tool: Tool, cache: Path, folder: Path, get: Fetch = fetch) -> Path | None:
    """Unpack one verified archive below `folder`; returns what belongs on PATH.

    A kept archive is verified like a fetched one, so a cache of other bytes installs nothing. Raises
    FailureError where the file has no checksum, IntegrityError where the archive has another.
    """
    if not tool.sha256:
        raise FailureError(
            f"pipelines/tools.json: {tool.name}: found no sha256, allowed: the checksum of {tool.address}; run: "
            "slipway tools pin, compare with what the publisher says, and commit the file"
        )
    archive = kept(tool, cache, get)
    found = sha256_of(archive)
    if found != tool.sha256:
        archive.unlink()
        raise IntegrityError(f"{tool.address}: found sha256 {found}, allowed: {tool.sha256}; nothing was installed")
    target = folder / tool.folder
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    _unpack(archive, target)
    return target / tool.path if tool.path else None


def announce(paths: Sequence[Path], folder: Path) -> list[str]:
    """Return the orders that make an agent use these tools in the steps that follow, and fetch no others."""
    return [
        *(f"##vso[task.prependpath]{path}" for path in paths),
        f"##vso[task.setvariable variable=PULUMI_HOME]{folder / 'home'}",
        "##vso[task.setvariable variable=PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION]true",
    ]


def _unpack(archive: Path, target: Path) -> None:
    """Unpack with the modes of the archive, and nothing outside of the target."""
    if archive.name.endswith(".zip"):
        with zipfile.ZipFile(archive) as opened:
            for member in opened.infolist():
                path = Path(opened.extract(member, target))
                if path.is_file():
                    path.chmod(0o755)  # a zip made on Windows holds no modes, and these are programs
        return
    with tarfile.open(archive) as opened_tar:
        opened_tar.extractall(target, filter="data")
