"""Contents of an image, read from the image itself, not from the locks that it was made from."""

import json
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from delivery.failure import FailureError
from delivery.interrupts import held
from delivery.model.manifest import Manifest, ManifestError, Sha256, parse

from .engine import docker

_SECONDS = 300
# Runs inside, with the image's own Python: `own` is where the app's packages are, `base` is the Python below it.
_QUESTION = """
import hashlib, importlib.metadata, json, pathlib, platform, subprocess, sys
def distributions(paths):
    found = {}
    for one in importlib.metadata.distributions(path=paths):
        name = one.metadata["Name"]
        if name:
            licence = one.metadata.get("License-Expression") or one.metadata.get("License") or ""
            licence = licence if len(licence) < 60 and "\\n" not in licence and licence != "UNKNOWN" else ""
            found.setdefault(name, {"name": name, "version": one.version, "licence": licence,
                                    "requires": list(one.requires or [])})
    return [found[name] for name in sorted(found, key=str.lower)]
def debian():
    places = [pathlib.Path("/var/lib/dpkg/status"), *sorted(pathlib.Path("/var/lib/dpkg/status.d").glob("*"))]
    texts = [place.read_text(errors="replace") for place in places if place.is_file() and place.suffix != ".md5sums"]
    found = []
    for paragraph in "\\n\\n".join(texts).split("\\n\\n"):
        fields = dict(line.partition(": ")[::2] for line in paragraph.splitlines() if line[:1].strip() and ": " in line)
        if "Package" in fields and fields.get("Status", "install ok installed").endswith(" installed"):
            found.append({"name": fields["Package"], "version": fields.get("Version", ""),
                          "architecture": fields.get("Architecture", ""), "source": fields.get("Source", "")})
    return sorted(found, key=lambda package: package["name"])
def release():
    try:
        return dict(sorted((key, value) for key, value in platform.freedesktop_os_release().items()))
    except OSError:
        return {}
def sha256(path):
    with open(path, "rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()
own = [path for path in sys.path if "site-packages" in path]
below = subprocess.run([sys._base_executable, "-I", "-c", "import json, sys; print(json.dumps(sys.path))"],
                       capture_output=True, text=True, check=True).stdout
base = [path for path in json.loads(below) if path not in own]
model = pathlib.Path(sys.argv[1])
print(json.dumps({
    "python": platform.python_version(), "system": release(), "debian": debian(),
    "own": distributions(own), "base": distributions(base),
    "manifest": (model / "manifest.json").read_text(),
    "files": {path.relative_to(model).as_posix(): sha256(path) for path in sorted(model.rglob("*"))
              if path.is_file() and path != model / "manifest.json"},
}))
"""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Distribution(_Part):
    """A Python package as its metadata describes it; `licence` is an SPDX expression or empty."""

    name: str
    version: str
    licence: str
    requires: tuple[str, ...]


class DebianPackage(_Part):
    """An installed package of the base image."""

    name: str
    version: str
    architecture: str
    source: str


class Inventory(_Part):
    """Everything that an image holds and that has a name."""

    python: str
    system: dict[str, str]
    debian: tuple[DebianPackage, ...]
    own: Annotated[tuple[Distribution, ...], Field(min_length=1)]
    base: tuple[Distribution, ...]
    manifest: str
    files: dict[str, Sha256]

    @property
    def model(self) -> Manifest:
        """The manifest of the model version inside."""
        return parse(Manifest, self.manifest, "manifest.json")

    @property
    def model_created(self) -> datetime:
        """When the model version inside was published."""
        return self.model.created


def ask(image: str, model_folder: str) -> Inventory:
    """Start the image once to list what is in it, the model in that folder included. Raises FailureError."""
    confined = ("--network", "none", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
    with held():  # a client that is killed leaves its container behind
        text = docker(
            "run",
            "--rm",
            *confined,
            "--entrypoint",
            "python3",
            image,
            "-I",
            "-c",
            _QUESTION,
            model_folder,
            seconds=_SECONDS,
        )
    return read(text, image)


def read(text: str, image: str) -> Inventory:
    """The answer in `text`, checked: the model's files must be those of its manifest."""
    try:
        inventory = parse(Inventory, json.dumps(json.loads(text)), f"image {image}")
        manifest = inventory.model
    except (ValueError, ManifestError) as error:
        raise FailureError(f"image {image}: what is in it cannot be listed: {error}") from None
    declared = {name: facts.sha256 for name, facts in manifest.files.items()}
    if inventory.files != declared:
        raise FailureError(
            f"image {image}: holds model files {inventory.files}, its manifest declares {declared}; build it again"
        )
    return inventory
