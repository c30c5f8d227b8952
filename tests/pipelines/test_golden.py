"""Each step of each expanded pipeline is the reviewed one: its condition, identity, artifact and order."""

from pathlib import Path

import pytest

from .golden.text import FOLDER, RUNS, render, write_checkout


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("golden") / "checkout"
    write_checkout(root)
    return root


@pytest.mark.parametrize("run", RUNS)
def test_a_pipeline_expands_to_its_reviewed_text(run: str, checkout: Path) -> None:
    found = render(checkout, run)

    assert found == (FOLDER / f"{run}.yml").read_text(encoding="utf-8"), "write it: python -m tests.pipelines.golden"


def test_every_golden_file_has_its_run() -> None:
    assert {path.stem for path in FOLDER.glob("*.yml")} == set(RUNS)
