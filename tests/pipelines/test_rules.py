"""Each rule finds what it is there for, and nothing in a pipeline that is in order."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from . import rules

Run = dict[str, Any]
POOL = {"vmImage": "ubuntu-24.04"}


def job(name: str = "one", **more: object) -> Run:
    return {"job": name, "pool": POOL, "timeoutInMinutes": 20, "steps": [{"script": "make test"}], **more}


def stage(name: str = "build", *jobs: Run, **more: object) -> Run:
    return {"stage": name, "jobs": list(jobs) or [job()], **more}


def run(*stages: Run) -> Run:
    return {"stages": list(stages)}


def with_step(step: Run) -> Run:
    return run(stage("build", job(steps=[step])))


DEPLOYMENT = {"deployment": "d", "environment": "dev", "pool": {"name": "own"}, "timeoutInMinutes": 90, "strategy": {}}
GOOD = run(stage("build"), stage("deploy", DEPLOYMENT))
LONG_TASK = {"task": "AzureCLI@2", "inputs": {"scriptType": "bash", "scriptLocation": "inlineScript"}}


@pytest.mark.parametrize("rule", rules.RULES)
def test_a_pipeline_in_order_is_left_alone(rule: Callable[[Run], Iterator[str]]) -> None:
    assert list(rule(GOOD)) == []


@pytest.mark.parametrize(
    ("rule", "wrong", "complaint"),
    [
        (rules.duplicates, run(stage(), stage()), "2 stages are called build"),
        (rules.duplicates, run(stage("build", job(), job())), "2 jobs are called one"),
        (rules.dangling, run(stage("a", dependsOn=["b"]), stage("b")), "a depends on b, which is no stage before it"),
        (rules.dangling, run(stage("a", dependsOn="nothing")), "depends on nothing"),
        (rules.dangling, run(stage("a", job(dependsOn=["x"]))), "depends on x"),
        (rules.without_environment, run(stage("a", {"deployment": "d"})), "without an environment"),
        (rules.missing_inputs, with_step(LONG_TASK), "AzureCLI@2 lacks azureSubscription"),
        (rules.missing_inputs, with_step({"task": "Other@1"}), "not among the tasks"),
        (rules.injectable, with_step({"script": "echo ${{ parameters.WebHook.name }}"}), "inside a script"),
        (rules.injectable, with_step({"bash": "echo $(Build.SourceVersionMessage)"}), "inside a script"),
        (rules.without_pool, run(stage("a", job(pool={"vmImage": "ubuntu-latest"}))), "stays what it is"),
        (rules.without_pool, run(stage("a", job(pool={}))), "no pool"),
        (rules.longer_than_free, run(stage("a", job(timeoutInMinutes=56))), "61 minutes on a hosted agent"),
        (rules.longer_than_free, run(stage("a", job(cancelTimeoutInMinutes=41))), "61 minutes on a hosted agent"),
        (rules.more_than_a_command, with_step({"script": "make test && rm -rf /"}), "more than one command"),
        (rules.more_than_a_command, with_step({"script": "az login"}), "more than one command"),
    ],
)
def test_each_fault_is_named(rule: Callable[[Run], Iterator[str]], wrong: Run, complaint: str) -> None:
    found = list(rule(wrong))

    assert len([each for each in found if complaint in each]) == 1, found


def test_steps_of_a_deployment_are_seen_too() -> None:
    strategy = {"runOnce": {"deploy": {"steps": [{"script": "az login"}]}}}
    wrong = run(stage("a", {"deployment": "d", "environment": "dev", "pool": POOL, "strategy": strategy}))

    assert list(rules.scripts(wrong)) == [("a/d", "az login")]
