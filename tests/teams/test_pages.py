"""A how-to's snippet makes the variant of the stack file that the tests on a real engine bring up."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.support.pages import page
from tests.infra.sections import merged
from tests.support.sample import SAMPLE

from .variant import IN_S3, MIRRORED, ON_GITHUB, RUNG, Variant

HOW_TO = {
    "use-github": ON_GITHUB,
    "use-another-git-server": MIRRORED,
    "ring-for-new-models": RUNG,
    "use-models-in-s3": IN_S3,
}


def followed(name: str) -> dict[str, Any]:
    """Return the first environment's config after the first snippet of a page."""
    config = yaml.safe_load((SAMPLE / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    snippet = next(
        fence.text for fence in page(f"docs/how-to/{name}.md").fences if fence.text.startswith("# Pulumi.dev")
    )
    changes = yaml.safe_load(snippet)["config"]
    if re.match(r"# Pulumi\.dev\.yaml, in place of the section\n", snippet):
        config = {key: value for key, value in config.items() if key not in changes}
    return merged(config, changes)


@pytest.mark.parametrize(("name", "variant"), HOW_TO.items(), ids=HOW_TO)
def test_a_pages_snippet_makes_the_variant_that_is_tried(name: str, variant: Variant, tmp_path: Path) -> None:
    shutil.copy(SAMPLE / "Pulumi.dev.yaml", tmp_path)
    variant.write(tmp_path)
    tried = yaml.safe_load((tmp_path / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]

    assert followed(name) == tried
