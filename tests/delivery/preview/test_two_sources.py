"""The same change of the program, told by a real engine and by two rendered states."""

from pathlib import Path

import pytest

from delivery.preview.compare import compare
from delivery.preview.engine_json import parse
from delivery.preview.model import Preview
from delivery.preview.report import report
from delivery.preview.states import read
from tests.delivery.preview.day import TODAY

PROGRAM = Path(__file__).parent / "recorded" / "program"
NAMES = ("pool-size", "model-only", "protect-on", "region")

_SIMULATED = {
    # The recording's cluster was simulated, and its provider updates what the real one replaces.
    "pulumi:providers:kubernetes::kubernetes": ("replace", "update"),
    "slipway:index:Workload$kubernetes:core/v1:Service::workload-service": ("replace", "update"),
}


def from_engine(name: str) -> Preview:
    file = PROGRAM / f"{name}.json"
    return parse(file.read_bytes(), file.name)


def from_states(name: str) -> Preview:
    return compare(read(PROGRAM / "base.rendered.json"), read(PROGRAM / f"{name}.rendered.json"), "two states")


def operations(found: Preview) -> dict[str, str]:
    return {change.key: change.operation.value for change in found.changes if not change.state.component}


@pytest.mark.parametrize("name", NAMES)
def test_both_tell_the_same_operation_of_every_resource(name: str) -> None:
    rendered, real = operations(from_states(name)), operations(from_engine(name))

    assert rendered.keys() == real.keys()
    different = {key: (rendered[key], real[key]) for key in real if rendered[key] != real[key]}
    if name == "region":
        # A lookup of an Azure DevOps group and the resource group share a name in the rendered state.
        different = {key: pair for key, pair in different.items() if not key.endswith("-member-readers")}
        assert different == _SIMULATED
    else:
        assert different == {}


@pytest.mark.parametrize("name", NAMES)
def test_both_reports_begin_with_the_same_words(name: str) -> None:
    headlines = {report(found, TODAY).headline.split(";")[0] for found in (from_states(name), from_engine(name))}

    assert headlines == {
        {
            "pool-size": "dev: node pool cluster-pool-app is replaced",
            "model-only": "dev: model 7 -> 8",
            "protect-on": "dev: 15 resources protected now",
            "region": "dev: resource group is replaced, with everything in it",
        }[name]
    }


@pytest.mark.parametrize("name", NAMES)
def test_both_find_the_same_rules_broken(name: str) -> None:
    # Who protects things without the checks and closed networks that go with it hears of that. The recorded program
    # has one port for callers and metrics alike: its Service and its policy open it.
    protected = ["protected-api-server-closed", "protected-registry-closed"] if name == "protect-on" else []
    guarded = ["environment-guarded"] if name == "protect-on" else []
    expected = [*guarded, "metrics-inside", "metrics-inside", *protected]
    for found in (from_states(name), from_engine(name)):
        assert [breach.rule for breach in report(found, TODAY).violations if breach.level == "mandatory"] == expected
