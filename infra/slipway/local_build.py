"""Facts of an image that `pulumi up` builds itself, read from the files that it is packed from."""

import json
import subprocess
from pathlib import Path

import pulumi

from .config.release import Release, ReleasedModel
from .contract import Contract

_STAGED = Path(".slipway") / "image" / "model" / "manifest.json"
_UNBUILT = f"sha256:{'0' * 64}"


def release(root: Path, contract: Contract) -> Release:
    """Facts of the build that is to come from the checkout at `root`. Its digest is known once it is built.

    RunError: no model is staged, or its manifest cannot be read.
    """
    file = contract.model.file if contract.model else None
    try:
        manifest = json.loads((root / _STAGED).read_text(encoding="utf-8"))
        model = ReleasedModel(
            name=manifest["name"], version=str(manifest["version"]), sha256=manifest["files"][file]["sha256"]
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise pulumi.RunError(
            f"slipway:image.build: {_STAGED} does not describe a model ({type(error).__name__}); "
            "run `slipway model pull` and `slipway image build` first"
        ) from None
    return Release(
        repository=contract.image.repository, digest=_UNBUILT, commit=_commit(root), build_id="local", model=model
    )


def _commit(root: Path) -> str:
    """The checkout's commit, marked as changed: a local build is packed from files, not from a commit."""
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=False)  # noqa: S607 - git as the developer has it
    commit = found.stdout.strip() if found.returncode == 0 else "0" * 40
    return f"{commit}-dirty"
