"""A wrong stack file is refused whole: every mistake at once, with its place, what was found and what is allowed."""

import json

import pytest

from delivery.paths import ROOT
from delivery.preview import project
from delivery.preview.computed import Computed
from delivery.preview.recording import ProgramError, entry, record
from slipway.config.load import parse
from slipway.config.problems import ConfigError
from tests.support.sample import SAMPLE

STACKS = ("dev", "prod")


@pytest.fixture
def texts() -> dict[str, str]:
    return project.read(SAMPLE).config("dev")


def refused(texts: dict[str, str]) -> list[str]:
    """Every problem of a stack file, as it is shown."""
    with pytest.raises(ConfigError) as caught:
        parse("dev", texts)
    return [str(problem) for problem in caught.value.problems]


def changed(texts: dict[str, str], key: str, **values: object) -> dict[str, str]:
    section = json.loads(texts[key])
    for name, value in values.items():
        section.pop(name, None) if value is ... else section.update({name: value})
    return {**texts, key: json.dumps(section)}


@pytest.mark.parametrize("stack", STACKS)
def test_the_committed_stacks_are_valid(stack: str) -> None:
    assert parse(stack, project.read(SAMPLE).config(stack)).stack == stack


@pytest.mark.parametrize("stack", ["eu-prod", "Prod", "p", "production1", "none", "build", "1st"])
def test_an_environment_has_a_name_that_each_service_can_carry(texts: dict[str, str], stack: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(stack, texts)

    (problem,) = map(str, caught.value.problems)
    assert problem.startswith(f"slipway:environment: found an environment named {stack}, allowed: 2 to 10 lower-case")


def test_an_unknown_key_is_named_with_the_likeliest_one(texts: dict[str, str]) -> None:
    (problem,) = refused(changed(texts, "slipway:environment", ownr="me"))

    assert problem.startswith("slipway:environment.ownr: found an unknown key, allowed: workload, location")
    assert problem.endswith("(did you mean owner?)")


def test_an_unknown_section_is_named(texts: dict[str, str]) -> None:
    (problem,) = refused({**texts, "slipway:clutser": "{}"})

    assert problem.startswith("slipway:clutser: found an unknown key, allowed: environment, network")
    assert "did you mean cluster?" in problem


def test_a_missing_key_is_named_with_its_meaning(texts: dict[str, str]) -> None:
    assert refused(changed(texts, "slipway:environment", owner=...)) == [
        "slipway:environment.owner: found nothing, allowed: a value: Who answers for it: a tag on everything"
    ]


def test_a_missing_section_is_named(texts: dict[str, str]) -> None:
    del texts["slipway:registry"]

    assert any(problem.startswith("slipway:registry: found nothing, allowed: an object") for problem in refused(texts))


@pytest.mark.parametrize("text", ["yes", "[1]", "3", '"text"'])
def test_a_section_that_is_no_object_is_told(texts: dict[str, str], text: str) -> None:
    (problem,) = [one for one in refused({**texts, "slipway:cluster": text}) if one.startswith("slipway:cluster:")]

    assert "allowed: an object with" in problem


def test_text_is_no_boolean_and_no_number(texts: dict[str, str]) -> None:
    assert refused(changed(texts, "slipway:environment", protect="false")) == [
        'slipway:environment.protect: found "false", allowed: true or false, without quotes'
    ]


def test_an_impossible_region_is_told_with_those_that_exist(texts: dict[str, str]) -> None:
    (problem,) = refused(changed(texts, "slipway:environment", location="westeurpoe"))

    assert problem.startswith('slipway:environment.location: found "westeurpoe", allowed: an Azure region of')


def test_all_mistakes_come_at_once_and_in_order(texts: dict[str, str]) -> None:
    wrong = changed(texts, "slipway:environment", suffix="X", protect=1, color="red")

    assert [problem.split(":")[1] for problem in refused(wrong)] == [
        "environment.color",
        "environment.protect",
        "environment.suffix",
    ]


def test_the_message_counts_and_names_the_file(texts: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"^Pulumi\.dev\.yaml has 2 mistakes:\n  slipway:environment\.owner"):
        parse("dev", changed(texts, "slipway:environment", owner="", suffix="X"))


def test_other_namespaces_are_left_alone(texts: dict[str, str]) -> None:
    assert parse("dev", {**texts, "azure-native:location": "westeurope"}).stack == "dev"


def test_the_program_ends_with_the_message_and_no_stack_trace(texts: dict[str, str]) -> None:
    with pytest.raises(ProgramError, match=r"Pulumi\.dev\.yaml has 1 mistake:"):
        record(
            entry(ROOT / "infra"),
            stack="dev",
            computed=Computed(),
            config=changed(texts, "slipway:environment", owner=""),
        )
