"""The validators as functions: objects in, findings out."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from delivery.paths import ROOT
from tests.infra.support.environments import Manifest

KUBERNETES = "1.33"
"""The oldest version that a stack file names."""

_LOWEST_GOOD_GRADE = 7
"""kube-score's grades: 1 critical, 5 warning, 7 almost well, 10 well."""


@dataclass(frozen=True)
class Findings:
    """`failed` holds check and kind; `passed` counts; `judged` is how many objects the tool looked at."""

    failed: frozenset[tuple[str, str]]
    passed: int
    judged: int


def kube_score_command() -> str | None:
    """kube-score, on PATH or as `make validators` installs it."""
    own = ROOT / ".slipway" / "bin" / "kube-score"
    return shutil.which("kube-score") or (str(own) if own.exists() else None)


def checkov_command() -> str | None:
    """checkov, on PATH or as `make validators` installs it."""
    own = ROOT / ".slipway" / "checkov-venv" / "bin" / "checkov"
    return shutil.which("checkov") or (str(own) if own.exists() else None)


def kube_score(command: str, objects: Iterable[Manifest]) -> Findings:
    """Every check, optional ones as well, on all objects together. An object that it cannot read is an error."""
    text = yaml.safe_dump_all(objects)
    arguments = [command, "score", "--all-default-optional", "--output-format", "json"]
    done = subprocess.run(
        [*arguments, "--kubernetes-version", f"v{KUBERNETES}", "-"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("["), done.stderr  # one unreadable object, and it says nothing of the others
    scored: list[Any] = json.loads(done.stdout)
    failed: set[tuple[str, str]] = set()
    passed = 0
    for one in scored:
        for check in one["checks"] or []:
            if check["skipped"]:
                continue
            good = check["grade"] >= _LOWEST_GOOD_GRADE
            passed += good
            if not good:
                failed.add((check["check"]["id"], one["type_meta"]["kind"]))
    return Findings(frozenset(failed), passed, len(scored))


def checkov(command: str, objects: Iterable[Manifest], folder: Path) -> Findings:
    """Every Kubernetes check, without a word to its vendor. `folder` is where the objects are written for it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "objects.yaml").write_text(yaml.safe_dump_all(objects), encoding="utf-8")
    arguments = ["--directory", str(folder), "--framework", "kubernetes", "--skip-download", "--output", "json"]
    done = subprocess.run(
        [command, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"LOG_LEVEL": "ERROR"},
    )
    report = json.loads(done.stdout)
    assert report["summary"]["parsing_errors"] == 0, done.stderr
    failed = {(one["check_id"], one["resource"].split(".")[0]) for one in report["results"]["failed_checks"]}
    return Findings(frozenset(failed), report["summary"]["passed"], report["summary"]["resource_count"])
