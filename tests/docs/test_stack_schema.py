"""The schema that editors check stack files by: it is current, takes the committed files, and refuses mistakes."""

import copy
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

from delivery.paths import ROOT
from docs.reference import stack_schema
from slipway.config.load import sections
from tests.infra.golden.text import STACKS
from tests.support.sample import SAMPLE

VALIDATOR = Draft202012Validator(stack_schema.schema())


def content(stack: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((SAMPLE / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))
    return found


def paths(found: dict[str, Any]) -> list[str]:
    return [error.json_path for error in VALIDATOR.iter_errors(found)]


def test_the_schema_is_current() -> None:
    assert stack_schema.SCHEMA.read_text(encoding="utf-8") == stack_schema.text()


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(stack_schema.schema())


@pytest.mark.parametrize("stack", STACKS)
def test_a_committed_stack_file_is_accepted(stack: str) -> None:
    assert paths(content(stack)) == []


@pytest.mark.parametrize("stack", STACKS)
def test_a_committed_stack_file_names_the_schema_to_editors(stack: str) -> None:
    first = (SAMPLE / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8").splitlines()[0]
    key, _, place = first.partition("$schema=")

    assert key == "# yaml-language-server: "
    assert ROOT / place == stack_schema.SCHEMA


@pytest.mark.parametrize(
    ("section", "key", "wrong"),
    [
        ("environment", "protect", "no"),
        ("environment", "suffix", "X7"),
        ("environment", "ownr", "me"),
        ("cluster", "tier", "Fre"),
        ("cluster", "kubernetesVersion", 1.35),
        ("cluster", "kubernetesVersion", "1.35.2-beta"),
        ("network", "nodePrefixLength", 30),
        ("address", "dnsLabel", "x"),
    ],
)
def test_a_mistake_is_marked_where_it_is(section: str, key: str, wrong: object) -> None:
    changed = copy.deepcopy(content("dev"))
    changed["config"][f"slipway:{section}"][key] = wrong

    assert [path for path in paths(changed) if f"slipway:{section}" in path]


@pytest.mark.parametrize("name", sections())
def test_a_section_that_must_be_there_is_missed(name: str) -> None:
    changed = copy.deepcopy(content("dev"))
    there = changed["config"].pop(f"slipway:{name}", None) is not None
    required = sections()[name][1]

    assert bool(paths(changed)) is (there and required)


def test_sections_of_others_are_left_alone_and_misspelt_ones_are_not() -> None:
    changed = copy.deepcopy(content("dev"))
    changed["config"]["azure-native:location"] = "westeurope"
    assert paths(changed) == []

    changed["config"]["slipway:clutser"] = {}
    assert paths(changed) == ["$.config"]
