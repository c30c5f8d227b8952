"""checkov judges each object by the security benchmarks."""

import copy
from pathlib import Path
from typing import Any

import pytest

from .conftest import Rendered
from .exceptions import BASELINE_FAILURES, accepted
from .findings import checkov, checkov_command


@pytest.fixture(scope="module")
def command() -> str:
    found = checkov_command()
    if found is None:
        pytest.skip("checkov is not here: make validators installs it")
    return found


def test_it_finds_what_is_accepted_and_nothing_else(
    command: str, rendered: Rendered, environment: str, tmp_path: Path
) -> None:
    findings = checkov(command, rendered(environment), tmp_path)

    assert findings.failed == accepted("checkov", environment)
    assert len(findings.failed) < BASELINE_FAILURES["checkov"]
    assert findings.passed >= 90
    assert findings.judged >= len(rendered(environment))


def test_it_would_find_a_weakened_pod(command: str, rendered: Rendered, tmp_path: Path) -> None:
    weakened: list[Any] = copy.deepcopy(rendered("prod"))
    [deployment] = [one for one in weakened if one["kind"] == "Deployment"]
    pod = deployment["spec"]["template"]["spec"]
    pod["hostNetwork"] = True
    pod["containers"][0]["securityContext"]["privileged"] = True

    failed = {check for check, _ in checkov(command, weakened, tmp_path).failed}

    assert {"CKV_K8S_19", "CKV_K8S_16"} <= failed
