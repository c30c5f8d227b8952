"""The text of each expanded pipeline, for two environments whose stack files are written here."""

import shutil
from pathlib import Path
from typing import Any

import yaml

from delivery.paths import ROOT
from delivery.pipelines.facts import FACTS_FILE, facts, rendered
from tests.pipelines.expansion import expand

FOLDER = Path(__file__).parent
_STACKS: dict[str, dict[str, Any]] = {
    "dev": {"slipway:environment": {}, "slipway:pipelines": {}},
    "prod": {"slipway:environment": {"promotesFrom": "dev"}, "slipway:pipelines": {"pool": "private-agents"}},
}
RUNS: dict[str, tuple[str, str, dict[str, str]]] = {
    "build-commit": ("build.yml", "IndividualCI", {}),
    "build-pull-request": ("build.yml", "PullRequest", {}),
    "release": ("release.yml", "ResourceTrigger", {}),
    "rollback": ("release.yml", "Manual", {"rollback": "prod"}),
    "drift": ("drift.yml", "Schedule", {}),
    "model-schedule": ("model-schedule.yml", "Schedule", {}),
    "model-webhook": ("model-webhook.yml", "ResourceTrigger", {}),
    "mirror": ("mirror.yml", "Schedule", {}),
}
"""Of each golden file: the pipeline, the reason of its run, its parameters."""


class _Dumper(yaml.SafeDumper):
    """Writes each value out where it stands: an anchor would tie a line's diff to a place far above it."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the base's signature
        return True


def write_checkout(root: Path) -> None:
    """Write a project with the repository's pipelines and the stack files of the two environments."""
    shutil.copytree(ROOT / "pipelines", root / "pipelines")
    shutil.copy(ROOT / "Pulumi.yaml", root / "Pulumi.yaml")
    for name, config in _STACKS.items():
        (root / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
    (root / "pipelines" / FACTS_FILE).write_text(rendered(facts(root)), encoding="utf-8")


def render(root: Path, run: str) -> str:
    """Return the text of a pipeline of the project in `root`, as Azure Pipelines expands it for this run."""
    file, reason, parameters = RUNS[run]
    variables = {"Build.Reason": reason, "Build.SourceBranch": "refs/heads/main"}
    found = expand(root, root / "pipelines" / file, variables, **parameters)
    return yaml.dump(found, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)
