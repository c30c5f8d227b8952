"""A machine for each page that is followed."""

from pathlib import Path

import pytest

from tests.tutorial.sandbox import Sandbox, build_sandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return build_sandbox(tmp_path)
