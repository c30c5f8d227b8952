"""Files of installed packages, found without importing the package: none of its code runs."""

from importlib.util import find_spec
from pathlib import Path

from app.models.fault import FaultError

REQUIREMENTS = "app/models/sample/requirements.txt"


def package_file(package: str, path: str) -> Path:
    """The file `path` inside the installed top-level package, or FaultError saying what to install."""
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        if (file := Path(folder, path)).is_file():
            return file
    raise FaultError(
        f"package {package}: {path} is not installed; run: pip install --no-deps --require-hashes -r {REQUIREMENTS}",
    )
