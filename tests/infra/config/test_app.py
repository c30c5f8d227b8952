"""The app's section is refused in words: its settings are those of the contract, and hold together with the rest."""

import json
from collections.abc import Mapping
from dataclasses import replace
from inspect import signature
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.paths import ROOT
from delivery.preview import project
from delivery.preview.computed import Computed
from delivery.preview.recording import ProgramError, entry, record
from slipway.config.app_rules import RULES
from slipway.config.load import parse
from slipway.config.monitoring import Monitoring
from slipway.config.problems import ConfigError
from slipway.contract import ContractError
from slipway.contract.settings import Value
from tests.infra.support.apps import app
from tests.infra.support.workloads import workload
from tests.support.sample import SAMPLE

from .sections import section
from .test_monitoring import PLAIN

CHOSEN = app()
NOTHING: Mapping[str, Value] = MappingProxyType({})


def refused(section: object) -> list[str]:
    """Return the mistakes of a stack file with this section, as they are shown."""
    texts = {**project.read(SAMPLE).config("dev"), "slipway:app": json.dumps(section)}
    with pytest.raises(ConfigError) as caught:
        parse("dev", texts)
    return [str(problem) for problem in caught.value.problems]


def contradictions(settings: Mapping[str, Value] = NOTHING, **changes: object) -> list[tuple[str, str, str]]:
    paths = {path.replace("__", "."): value for path, value in changes.items()}
    chosen = replace(CHOSEN, chosen=settings)
    monitoring = section(Monitoring, PLAIN)
    given: dict[str, Any] = {"app": chosen, "workload": workload(paths), "monitoring": monitoring}
    return [problem for rule in RULES for problem in rule(**{name: given[name] for name in signature(rule).parameters})]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("logLevel", "verbose", 'found "verbose", allowed: debug, info, warning or error'),
        ("queueLimit", "64", 'found "64", allowed: a whole number, without quotes'),
        ("queueLimit", 64.5, "found 64.5, allowed: a whole number"),
        ("queueLimit", -1, "found -1, allowed: at least 0"),
        ("queueLimit", 10_001, "found 10001, allowed: at most 10000"),
        ("queueTimeoutSeconds", 0, "found 0, allowed: more than 0"),
        ("executionProvider", ["CPU"], 'found ["CPU"], allowed: text, in quotes where it looks like something else'),
        ("queuLimit", 4, "found an unknown key, allowed: logLevel, workers, executionProvider, queueLimit"),
    ],
)
def test_a_wrong_setting_is_told_by_place_found_and_allowed(name: str, value: object, told: str) -> None:
    [problem] = refused({"settings": {name: value}})

    assert problem.startswith(f"slipway:app.settings.{name}: {told}")


def test_several_wrong_settings_are_told_at_once_with_the_likeliest_names() -> None:
    found = refused({"settings": {"logLevl": "info", "queueLimit": -1}, "contrct": "app/app.yaml"})

    assert [problem.split(":")[1] for problem in found] == ["app.contrct"]
    found = refused({"settings": {"logLevl": "info", "queueLimit": -1}})
    assert [problem.split(":")[1] for problem in found] == ["app.settings.logLevl", "app.settings.queueLimit"]
    assert found[0].endswith("(did you mean logLevel?)")


def test_wrong_settings_and_wrong_sections_are_told_together() -> None:
    texts = project.read(SAMPLE).config("dev")
    registry = json.loads(texts["slipway:registry"]) | {"sku": "Huge"}
    wrong = {"slipway:app": '{"settings": {"queueLimit": -1}}', "slipway:registry": json.dumps(registry)}

    with pytest.raises(ConfigError) as caught:
        parse("dev", {**texts, **wrong})

    paths = [problem.path for problem in caught.value.problems]
    assert paths == ["slipway:app.settings.queueLimit", "slipway:registry.sku"]


def test_a_stack_without_the_section_runs_the_app_as_the_image_has_it() -> None:
    texts = project.read(SAMPLE).config("dev")
    del texts["slipway:app"]

    found = parse("dev", texts).application

    assert (found.path, found.contract.name, found.chosen) == ("app/app.yaml", "scoring", {})


@pytest.mark.parametrize("path", ["../app.yaml", "/etc/app.yaml", "app", "app/./app.yaml", 3])
def test_a_contract_lies_inside_the_checkout(path: object) -> None:
    [problem] = refused({"contract": path})

    assert problem.startswith("slipway:app.contract: found ")


def test_a_contract_that_is_not_there_is_told_by_its_key() -> None:
    [problem] = refused({"contract": "apps/none/app.yaml"})

    assert problem.startswith(
        'slipway:app.contract: found "apps/none/app.yaml" (No such file or directory), allowed: an'
    )


def test_a_wrong_contract_is_told_with_its_own_path_and_line(tmp_path: Any) -> None:
    text = (ROOT / "app/app.yaml").read_text(encoding="utf-8")
    (tmp_path / "app").mkdir()
    (tmp_path / "app/app.yaml").write_text(text.replace("public: 8080", "public: 80"), encoding="utf-8")

    with pytest.raises(ContractError, match=r"^app/app\.yaml has 1 mistake:\n  line \d+: ports\.public: found 80"):
        parse("dev", project.read(SAMPLE).config("dev"), tmp_path)


def test_the_program_ends_with_the_contracts_mistakes_and_no_stack_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ContractError("app/app.yaml", [])

    monkeypatch.setattr("slipway.config.app.read", broken)
    with pytest.raises(ProgramError, match=r"app/app\.yaml has 0 mistakes"):
        record(entry(ROOT / "infra"), stack="dev", computed=Computed(), config=project.read(SAMPLE).config("dev"))


def test_the_sample_contradicts_itself_nowhere() -> None:
    assert contradictions() == []


@pytest.mark.parametrize(
    ("settings", "changes", "problem"),
    [
        (
            {"workers": 3},
            {"resources__memory": "2Gi"},
            ("app.settings.workers", "3", "at most workload.resources.cpuLimit, 2"),
        ),
        (
            {},
            {"resources__memory": "512Mi"},
            (
                "workload.resources.memory",
                "512Mi",
                (
                    "at least 1083Mi: modelMemory, each worker at the largest picture (16 x workers 2 x "
                    "maxDecodedPixels 25000000), bodies and answers in hand (budgetBytes 134217728)"
                ),
            ),
        ),
        (
            {},
            {"rollout__graceSeconds": 29},
            (
                "workload.rollout.graceSeconds",
                "29",
                "at least app.settings.queueTimeoutSeconds + app.settings.jobTimeoutSeconds, 30",
            ),
        ),
    ],
)
def test_a_contradiction_is_told(
    settings: Mapping[str, Value], changes: dict[str, object], problem: tuple[str, str, str]
) -> None:
    assert contradictions(settings, **changes) == [problem]


def test_memory_follows_the_model_and_the_settings() -> None:
    [(path, found, allowed)] = contradictions(resources__modelMemory="1Gi")

    assert (path, found) == ("workload.resources.memory", "1280Mi")
    assert allowed.startswith("at least 1915Mi: modelMemory, ")
    assert contradictions(resources__modelMemory="1Gi", resources__memory="1915Mi") == []
    assert contradictions({"maxDecodedPixels": 6_000_000}, resources__memory="512Mi") == []


@given(cpu=st.integers(1, 64), pixels=st.integers(1, 100_000_000), budget=st.integers(1024, 1 << 31))
def test_the_memory_that_a_rule_asks_for_is_enough_for_it(cpu: int, pixels: int, budget: int) -> None:
    settings: dict[str, Value] = {"maxDecodedPixels": pixels, "budgetBytes": budget}
    [asked] = [
        allowed
        for path, _, allowed in contradictions(settings, resources__cpuLimit=str(cpu), resources__memory="16Mi")
        if path == "workload.resources.memory"
    ]
    needed = asked.removeprefix("at least ").split(":")[0]

    if int(needed[:-2]) <= 1 << 20:
        assert contradictions(settings, resources__cpuLimit=str(cpu), resources__memory=needed) == []
