"""A sample model in a folder of its own, made again only when its recipe has changed."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from app.models.beginning import DESCRIPTION_FILE

from .build import Built, build_sample
from .catalogue import CALIBRATED, SAMPLES
from .photos import FAMILIAR, is_installed

_HERE = Path(__file__).parent
_KEY_SUFFIX = ".recipe.sha256"


def make(name: str, folder: Path) -> Iterator[str]:
    """Write the sample and yield sentences about it, the last one in a line for a log. Raises FaultError."""
    key = folder.with_name(folder.name + _KEY_SUFFIX)
    recipe = _recipe(name)
    if key.is_file() and key.read_text(encoding="ascii") == recipe and (folder / DESCRIPTION_FILE).is_file():
        yield f"{name}, made before from the same recipe"
        return
    built = _build(name)
    key.unlink(missing_ok=True)
    built.write(folder)
    key.write_text(recipe, encoding="ascii")
    yield f"{folder}: {built.description.title}, {len(built.model):,} bytes, sha256 {built.sha256}"
    yield f"on photos that no calibration saw: {built.accuracy}"
    if built.familiar:
        yield f"on photos that calibration uses:   {built.familiar}"
    yield _described(built)


def _build(name: str) -> Built:
    # A rehearsal installs the weights and the measured photos alone.
    familiar = is_installed(FAMILIAR)
    if name != CALIBRATED:
        return build_sample(SAMPLES[name], familiar=familiar)
    from .calibrated import BASE, calibrate  # noqa: PLC0415 - loaded where it is used

    return calibrate(build_sample(SAMPLES[BASE], familiar=familiar), BASE)


def _described(built: Built) -> str:
    title, metrics = built.description.title, built.description.metrics
    right = f"right on {metrics['top_1']:.0f} of {metrics['photos']:.0f} photos" if metrics else "not measured"
    surer = f", surer by a temperature of {metrics['temperature']:.2f}" if "temperature" in metrics else ""
    return f"{title}, {len(built.model) / 1e6:.1f} MB from a package's weights, {right}{surer}"


def _recipe(name: str) -> str:
    """Identity of everything that a sample is made by: its name, the code and the pinned packages."""
    digest = hashlib.sha256(name.encode())
    for path in sorted([*_HERE.glob("*.py"), *_HERE.glob("requirements*.txt")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
