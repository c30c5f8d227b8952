"""The pipelines of this checkout with its own chain: their facts, names and branch are those of the stack files."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from delivery.paths import ROOT
from delivery.pipelines.facts import FACTS_FILE, facts
from delivery.pipelines.facts import rendered as facts_file
from tests.pipelines import rules
from tests.pipelines.expansion import expand

from .own import PROJECT, STACKS, rendered

FOLDER = ROOT / "pipelines"
CHAIN = [stack for stack in STACKS if "slipway:pipelines" in PROJECT.config(stack)]
RUNS = [
    ("build.yml", "IndividualCI"),
    ("build.yml", "PullRequest"),
    ("release.yml", "ResourceTrigger"),
    ("drift.yml", "Schedule"),
    ("model-schedule.yml", "Schedule"),
    ("model-webhook.yml", "ResourceTrigger"),
    ("mirror.yml", "Schedule"),
]
CONNECTIONS = ("ServiceEndpointAzureRM", "ServiceEndpointAws", "ServiceendpointIncomingwebhook")

pytestmark = pytest.mark.skipif(not CHAIN, reason="no stack file has slipway:pipelines")


def expanded(file: str, reason: str) -> dict[str, Any]:
    variables = {"Build.Reason": reason, "Build.SourceBranch": f"refs/heads/{facts(ROOT)['branch']}"}
    return expand(ROOT, FOLDER / file, variables)


def declared(kind: str, key: str) -> set[str]:
    """Return what all environments of the chain together declare."""
    found = (rendered(stack) for stack in CHAIN)
    return {str(one.inputs[key]) for each in found for one in each.resources if one.type.endswith(f":{kind}")}


def named(run: dict[str, Any], *keys: str) -> Iterator[str]:
    """Yield what the steps of a pipeline name under these inputs."""
    for _place, step in rules.every_step(run):
        yield from (str(step["inputs"][key]) for key in keys if key in step.get("inputs", {}))


def test_the_facts_are_those_of_the_stack_files() -> None:
    assert (FOLDER / FACTS_FILE).read_text(encoding="utf-8") == facts_file(facts(ROOT)), "run: slipway pipelines"


@pytest.mark.parametrize(("file", "reason"), RUNS)
def test_each_pipeline_expands_and_keeps_the_rules(file: str, reason: str) -> None:
    run = expanded(file, reason)

    assert [complaint for rule in rules.RULES for complaint in rule(run)] == []


def test_the_branch_that_is_released_is_one_everywhere() -> None:
    branch = str(facts(ROOT)["branch"])
    for file, _reason in RUNS:
        text = json.dumps(yaml.safe_load((FOLDER / file).read_text(encoding="utf-8")))
        found = set(re.findall(r'"(?:include": \[|branch": )"([^"]+)"', text))
        assert found <= {branch}, f"pipelines/{file} names {found}, the stack files {branch}"


def test_what_the_pipelines_name_is_declared_by_the_chain() -> None:
    runs = [expanded(file, reason) for file, reason in RUNS]
    stages = [stage for run in runs for stage in run["stages"]]
    connections = {name for kind in CONNECTIONS for name in declared(kind, "serviceEndpointName")}
    environments = {job["environment"] for stage in stages for job in stage["jobs"] if "environment" in job}

    assert {name for run in runs for name in named(run, "azureSubscription", "awsCredentials")} <= connections
    assert {group["group"] for stage in stages for group in stage.get("variables", [])} <= declared(
        "VariableGroup", "name"
    )
    assert environments == declared("Environment", "name")
