"""Examples that the small model answers rightly: three sheets of paper, each of one colour."""

from pathlib import Path

from delivery.examples.folder import parse
from delivery.model import manifest as manifests
from delivery.model.manifest import MANIFEST_FILE, Manifest
from tests.delivery.model.candidates import facts
from tests.support import models, pictures

COLOURS = ("red", "green", "blue")
_TEXT = """request: {{path: /v1/classify, file: {0}.png}}
expect: {{json: {{classes: [{{label: {0}, probability: {{$at_least: 0.5}}}}]}}}}
"""

FILES = {
    **{f"{colour}.yaml": _TEXT.format(colour).encode() for colour in COLOURS},
    **{f"{colour}.png": pictures.plain(colour) for colour in COLOURS},
}
EXAMPLES = parse(FILES, "examples")
BUNDLE = EXAMPLES.to_bundle()


def add(folder: Path) -> Path:
    """Put them into a publishable folder."""
    (folder / "examples").mkdir(parents=True)
    for name, data in FILES.items():
        (folder / "examples" / name).write_bytes(data)
    return folder


def version(folder: Path) -> Manifest:
    """The small model as a version that has them."""
    models.write(folder)
    return declare(add(folder))


def declare(folder: Path) -> Manifest:
    """Write the manifest of a version again, for the files that are there now."""
    written = manifests.read(folder)
    paths = [path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST_FILE]
    files = {path.relative_to(folder).as_posix(): facts(path.read_bytes()) for path in paths}
    manifest = written.model_copy(update={"files": files})
    (folder / MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
    return manifest
