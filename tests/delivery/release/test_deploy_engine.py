"""What the engine is made to say: causes instead of traces, and outputs that an unfinished run left out."""

from pathlib import Path

import pytest
import yaml

from delivery.failure import FailureError, NotFoundError
from delivery.release.engine import Engine, causes_of

from .stand_ins import StandIns

FAILED = """\
Updating (dev):
 ~  kubernetes:apps/v1:Deployment workload-app updating (0s) [diff: ~spec]
 ~  kubernetes:apps/v1:Deployment workload-app **updating failed** error: ProgressDeadlineExceeded
    pulumi:pulumi:Stack slipway-dev  error: update failed
Diagnostics:
  kubernetes:apps/v1:Deployment (workload-app):
    error: 1 error occurred:
    \t* ProgressDeadlineExceeded

  pulumi:pulumi:Stack (slipway-dev):
    error: update failed
    Traceback (most recent call last):
      File "/usr/lib/python3.11/asyncio/base_events.py", line 640, in run_until_complete
    KeyboardInterrupt
Resources:
    132 unchanged
"""


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Engine, StandIns]:
    made = StandIns(tmp_path / "stand-ins")
    made.install()
    monkeypatch.setenv("PATH", str(made.folder / "bin"), prepend=":")
    (tmp_path / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": {"slipway:a": {"b": 1}}}))
    return Engine("dev", tmp_path), made


def test_the_cause_is_told_with_its_resource_and_the_trace_is_not() -> None:
    assert list(causes_of(FAILED.splitlines())) == [
        "kubernetes:apps/v1:Deployment (workload-app): 1 error occurred:",
        "  * ProgressDeadlineExceeded",
    ]


def test_an_error_of_several_lines_is_told_whole() -> None:
    said = """\
  pulumi:pulumi:Stack (slipway-dev):
    error: Pulumi.dev.yaml has 2 mistakes:
      slipway:cluster.tier: found "Fre", allowed: 'Free'
      slipway:environment.suffix: found "X7"
    error: an unhandled error occurred: program exited with non-zero exit code: 1
Resources:
"""
    assert list(causes_of(said.splitlines())) == [
        "pulumi:pulumi:Stack (slipway-dev): Pulumi.dev.yaml has 2 mistakes:",
        "  slipway:cluster.tier: found \"Fre\", allowed: 'Free'",
        '  slipway:environment.suffix: found "X7"',
    ]


def test_an_error_before_any_resource_is_told_by_itself() -> None:
    assert list(causes_of(["error: the stack is currently locked by 1 lock(s)"])) == [
        "the stack is currently locked by 1 lock(s)"
    ]


def test_outputs_of_a_run_that_left_something_out_are_not_taken_for_facts(engine: tuple[Engine, StandIns]) -> None:
    found, stand_ins = engine
    marker = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    stand_ins.change(outputs={"dev": {"endpointUrl": f"http://{marker}/", "registryLoginServer": "cr.azurecr.io"}})

    assert found.outputs() == {"registryLoginServer": "cr.azurecr.io"}


def test_a_stack_file_that_is_missing_or_unreadable_is_named(engine: tuple[Engine, StandIns], tmp_path: Path) -> None:
    found, _ = engine
    assert found.settings() == {"slipway:a": {"b": 1}}
    (tmp_path / "Pulumi.dev.yaml").write_text("a: [")
    with pytest.raises(FailureError, match=r"Pulumi\.dev\.yaml:1:5: not YAML"):
        found.settings()
    with pytest.raises(NotFoundError, match=r"Pulumi\.prod\.yaml: no such stack file"):
        Engine("prod", tmp_path).settings()


def test_without_the_engine_its_home_page_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FailureError, match="pulumi is not on PATH: see https://www"):
        Engine("dev", tmp_path).outputs()
