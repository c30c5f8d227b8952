"""The pipelines as Azure would run them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from delivery.paths import ROOT
from delivery.pipelines.facts import FACTS_FILE, facts, rendered
from tests.support.sample import SAMPLE

from .expansion import expand

Run = dict[str, Any]
MANUAL = {"Build.Reason": "Manual", "Build.SourceBranch": "refs/heads/main"}


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pipelines with the stack files of the sample."""
    return copied(tmp_path_factory.mktemp("sample") / "checkout")


@pytest.fixture
def run(sample: Path) -> Callable[..., Run]:
    """Expand one of the pipelines, with the facts of the sample: its file, why it runs, its parameters."""

    def expanded(file: str, reason: str = "IndividualCI", **parameters: object) -> Run:
        return expand(sample, sample / "pipelines" / file, {**MANUAL, "Build.Reason": reason}, **parameters)

    return expanded


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the pipelines are made from, to change."""
    return copied(tmp_path / "checkout")


def copied(root: Path) -> Path:
    shutil.copytree(ROOT / "pipelines", root / "pipelines")
    for file in SAMPLE.glob("Pulumi*.yaml"):
        shutil.copy(file, root / file.name)
    (root / "pipelines" / FACTS_FILE).write_text(rendered(facts(root)))
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
