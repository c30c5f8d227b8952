"""docs/reference/outputs.md tells every output that the program exports, and no other."""

import ast
import re
from functools import cache

import pytest

from delivery.paths import ROOT
from delivery.preview.render import render
from tests.docs.support.pages import page
from tests.infra.golden.text import STACKS, recorded
from tests.support.sample import SAMPLE

PAGE = page("docs/reference/outputs.md")
ALWAYS, RELEASED, ASKED = "In every environment", "Once something was released", "Where config asks for it"


def documented(heading: str) -> set[str]:
    return {name for name, *_ in PAGE.rows(heading)}


@cache
def exported() -> set[str]:
    """Every name in the program's dictionaries of outputs, whatever config turns on."""
    tree = ast.parse((ROOT / "infra/slipway/outputs.py").read_text(encoding="utf-8"))
    keys = [key for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys]
    return {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}


@cache
def unreleased() -> set[str]:
    return set(render(SAMPLE, "dev", None).outputs)


def test_every_output_is_documented_and_no_other() -> None:
    assert documented(ALWAYS) | documented(RELEASED) | documented(ASKED) == exported()


def test_the_rendered_stacks_export_what_the_source_says() -> None:
    rendered = {name for stack in STACKS for name in recorded(stack).outputs}
    # No committed stack has a Managed Grafana or a webhook, asks callers for a token or a key, or keeps a place for a
    # canary.
    assert exported() - rendered == {
        *("grafanaUrl", "modelWebhookUrl"),
        *("callersAudience", "callersReleaseKey"),
        *("canary", "canaryFigures"),
    }
    assert rendered <= exported()


def test_what_appears_with_a_release_is_told_apart() -> None:
    assert set(recorded("dev").outputs) - unreleased() == documented(RELEASED)


@pytest.mark.parametrize("stack", STACKS)
def test_what_every_environment_has_is_in_each_stack(stack: str) -> None:
    assert documented(ALWAYS) <= set(recorded(stack).outputs)
    assert documented(ALWAYS) <= unreleased()


def test_examples_are_what_dev_tells() -> None:
    told = recorded("dev").outputs
    examples = {name: example for heading in (ALWAYS, RELEASED, ASKED) for name, example, *_ in PAGE.rows(heading)}
    known = {name: value for name, value in told.items() if isinstance(value, str) and "${" not in value}
    assert len(known) >= 7
    for name, value in known.items():
        pattern = ".*".join(map(re.escape, examples[name].split("…")))
        assert re.fullmatch(pattern, value), f"{name}: {examples[name]} is not {value}"
