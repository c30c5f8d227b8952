"""The stack files of this checkout, of any chain: the build pipeline runs this before it makes an image."""

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

from delivery.app import find_app
from delivery.paths import ROOT
from delivery.preview.compare import compare
from delivery.preview.computed import Nothing
from delivery.preview.recording import entry, record
from delivery.preview.releases import STAND_IN
from delivery.preview.render import document
from delivery.preview.report import report
from delivery.preview.states import parse as parse_state
from delivery.stack_file import parse_mapping, read_mapping, set_config
from docs.reference import stack_schema
from slipway.config.load import parse
from tests.policy.samples import TODAY

from .own import PROJECT, STACKS, rendered

DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def test_there_is_an_environment() -> None:
    assert PROJECT.first in STACKS


@pytest.mark.parametrize("stack", STACKS)
def test_the_program_accepts_the_stack_file(stack: str) -> None:
    assert parse(stack, PROJECT.config(stack)).stack == stack


@pytest.mark.parametrize("stack", STACKS)
def test_editors_find_no_mistake_in_the_stack_file(stack: str) -> None:
    content = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))

    assert [error.message for error in Draft202012Validator(stack_schema.schema()).iter_errors(content)] == []


@pytest.mark.parametrize("stack", STACKS)
def test_the_environments_app_can_be_built(stack: str) -> None:
    app = find_app(stack=stack)

    assert app.contract == parse(stack, PROJECT.config(stack)).application.contract
    assert app.dockerfile.is_file()


@pytest.mark.parametrize("stack", STACKS)
def test_the_environment_can_be_declared_with_a_release(stack: str) -> None:
    assert len(rendered(stack).all(DEPLOYMENT)) == 1
    assert rendered(stack).outputs["release"] is not None


@pytest.mark.parametrize("stack", STACKS)
def test_the_environment_can_be_previewed_before_anything_exists(stack: str) -> None:
    earlier = PROJECT.promotes_from(stack)
    told = {**rendered(earlier).outputs, "release": None} if earlier else {}
    first = record(
        entry(PROJECT.main),
        computed=Nothing(),
        stack=stack,
        config=PROJECT.config(stack),
        stacks={f"organization/{PROJECT.name}/{earlier}": told},
    )

    assert first.all("azure-native:containerservice:ManagedCluster")


@pytest.mark.parametrize("stack", STACKS)
def test_no_mandatory_rule_is_broken_but_by_exception(stack: str) -> None:
    text = document(rendered(stack), name=PROJECT.name, stack=stack).encode()
    state = parse_state(text, stack)
    breaches = report(compare(state, state, "itself"), TODAY).violations

    mandatory = [breach for breach in breaches if breach.level == "mandatory"]
    assert [(breach.rule, breach.name, breach.reason) for breach in mandatory if not breach.excepted] == []


@pytest.mark.parametrize("stack", STACKS)
def test_a_release_is_written_into_the_stack_file_and_nothing_else_moves(stack: str) -> None:
    path = ROOT / f"Pulumi.{stack}.yaml"
    text = path.read_text(encoding="utf-8")
    changed = set_config(text, "slipway:release", STAND_IN)
    expected = read_mapping(path)
    expected.setdefault("config", {})["slipway:release"] = STAND_IN

    assert parse_mapping(changed, path.name) == expected
    assert set(text.splitlines()) - set(changed.splitlines()) == set()
