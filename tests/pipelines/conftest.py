"""The pipelines as Azure would run them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from delivery.paths import ROOT
from delivery.pipelines.facts import FACTS_FILE, facts, rendered

from .expansion import expand

Run = dict[str, Any]
MANUAL = {"Build.Reason": "Manual", "Build.SourceBranch": "refs/heads/main"}


@pytest.fixture
def run() -> Callable[..., Run]:
    """Expand one of the committed pipelines: its file, why it runs, its parameters."""

    def expanded(file: str, reason: str = "IndividualCI", **parameters: object) -> Run:
        return expand(ROOT, ROOT / "pipelines" / file, {**MANUAL, "Build.Reason": reason}, **parameters)

    return expanded


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the pipelines are made from, to change."""
    root = tmp_path / "checkout"
    shutil.copytree(ROOT / "pipelines", root / "pipelines")
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"):
        shutil.copy(ROOT / name, root / name)
    return root


@pytest.fixture
def staging(checkout: Path) -> Path:
    """The same with a third environment between the two: stack files alone were changed."""
    prod = yaml.safe_load((checkout / "Pulumi.prod.yaml").read_text())
    middle = yaml.safe_load((checkout / "Pulumi.prod.yaml").read_text())
    prod["config"]["slipway:environment"]["promotesFrom"] = "staging"
    middle["config"]["slipway:pipelines"]["checks"]["approval"] = None
    (checkout / "Pulumi.prod.yaml").write_text(yaml.safe_dump(prod))
    (checkout / "Pulumi.staging.yaml").write_text(yaml.safe_dump(middle))
    (checkout / "pipelines" / FACTS_FILE).write_text(rendered(facts(checkout)))
    return checkout
