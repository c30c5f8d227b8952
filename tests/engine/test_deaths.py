"""An engine that is killed leaves nothing that one command and the next `up` do not bring to its end."""

from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from rich.console import Console

from delivery.console import Steps
from delivery.release.engine import Engine
from delivery.release.recovering import find_plan, recover
from delivery.simulator.cloud import Cloud
from tests.engine.harness.environments import Environments
from tests.engine.harness.workspace import Stack
from tests.support.waiting import await_that

pytestmark = pytest.mark.engine

REPEATABLE = tuple(
    f"azuredevops:index/{kind}"
    # The service has one of the last four for each pair that it joins; the simulation has one for each request.
    for kind in (
        "check",
        "branchPolicy",
        "buildDefinitionPermissions",
        "groupMembership",
        "pipelineAuthorization",
        "servicePrincipalEntitlement",
    )
)
TENTHS = range(1, 10)


def mend(stack: Stack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Unlock and recover, as a person does. Return the output."""
    for name, value in stack.workspace.variables.items():
        monkeypatch.setenv(name, value)
    await_that(lambda: not list_plugins(stack.workspace.cloud), "the dead engine's providers ended")
    stack.take_back_cut_state()
    assert stack.workspace.run("cancel", "--yes", "--stack", stack.name).ok
    with (tmp_path / "recover.txt").open("w") as file:
        steps = Steps(Console(file=file))
        engine = Engine(stack.name, stack.workspace.project)
        recover(engine, steps, find_plan(engine))
    return (tmp_path / "recover.txt").read_text()


def list_plugins(cloud: Cloud) -> list[str]:
    """Return the process ids of providers that may still finish a request in `cloud`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if str(cloud.file).encode() in (process / "cmdline").read_bytes():
                found.append(process.name)
    return found


def count_kinds(cloud: Cloud) -> Counter[str]:
    return Counter(one.token for one in cloud.all() if not one.token.startswith(REPEATABLE))


@pytest.mark.parametrize("tenth", TENTHS)
def test_a_first_up_that_was_killed_goes_on_after_recover(
    blank: Environments, first: Environments, tenth: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing is deleted, and nothing is there twice but what Azure DevOps takes any number of."""
    cloud, dev = blank.workspace.cloud, blank["dev"]
    cloud.kill_engine(len(first.workspace.cloud.requests()) * tenth // 10)
    killed = dev.up(must=False)
    assert not killed.whole
    made = len(cloud.requests())

    mend(dev, monkeypatch, tmp_path)
    done = dev.up()
    assert set(done.counts) <= {"create", "update"}
    assert {one.method for one in cloud.requests()[made:]} <= {"create", "update"}
    assert dev.up("--refresh", "--expect-no-changes").operations == {}
    assert count_kinds(cloud) == count_kinds(first.workspace.cloud)
