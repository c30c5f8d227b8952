"""Watch for a live model that no release holds yet: the released code is then built again, with that model.

The model repository holds what is live, and the release store what is released; no other claim counts. A version that
is not whole is not live: the pointer is written last. Each pair of release and model is asked for once, so that a
model whose build fails is not built again every half hour.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from delivery.failure import FailureError, IntegrityError
from delivery.release.command import Command
from delivery.release.deployment import live as live_deployment
from delivery.release.record import Release
from delivery.release.store import ReleaseStore

_REMEDY = "see https://learn.microsoft.com/cli/azure/install-azure-cli; then: az extension add --name azure-devops"
_ASKED = "_asked"
_MAX_ASKED = 1 << 16


class Found(StrEnum):
    """Result of a look at the model repository."""

    UNCHANGED = "unchanged"
    UNRELEASED = "unreleased"
    ASKED = "asked"
    NEW = "new"


@dataclass(frozen=True)
class LiveModel:
    """The model version that the repository's pointer names."""

    name: str
    version: str
    sha256: str

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> "LiveModel":
        """From what `model show --json` prints. IntegrityError where that is something else, or no live version."""
        try:
            if facts["live"] is not True:
                raise IntegrityError(f"{facts['name']} version {facts['version']} is not the live one")
            return cls(str(facts["name"]), str(facts["version"]), str(facts["files"]["model.onnx"]["sha256"]))
        except (KeyError, TypeError) as error:
            raise IntegrityError(f"no model version, as `model show --json` prints it: {error!r} is missing") from None


@dataclass(frozen=True)
class Look:
    """Findings of one look. `release` is the one whose code is built again; None where nothing was released yet."""

    found: Found
    model: LiveModel
    release: Release | None
    run: str = ""

    def __str__(self) -> str:
        model = f"{self.model.name} version {self.model.version}"
        match self.found:
            case Found.UNRELEASED:
                return f"{model} is live; nothing was released yet, and the first release is a commit's"
            case Found.UNCHANGED:
                return f"{model} is live, and released"
            case Found.ASKED:
                return f"{model} is live and not released; its build was asked for before{self._as()}: look at that"
        return f"{model} is live and not released yet{self._as()}"

    def _as(self) -> str:
        return f" as run {self.run}" if self.run else ""


class Watch:
    """One look. `environment` is the one whose live release counts; empty: the release that was recorded last."""

    def __init__(self, releases: ReleaseStore, environment: str = "") -> None:
        self._releases = releases
        self._environment = environment

    def look(self, model: LiveModel) -> Look:
        """Compare the live model with the released one, and write nothing. Raises FailureError."""
        release = self._released()
        if release is None:
            return Look(Found.UNRELEASED, model, None)
        if (release.model.name, release.model.version, release.model.sha256) == (
            model.name,
            model.version,
            model.sha256,
        ):
            return Look(Found.UNCHANGED, model, release)
        if release.model.name != model.name:
            raise FailureError(
                f"released is {release.model.name}, looked at was {model.name}: name the model with --model"
            )
        seen = self._releases.store.read(_path(release, model), _MAX_ASKED)
        if seen is not None:
            return Look(Found.ASKED, model, release, str(json.loads(seen.data).get("run", "")))
        return Look(Found.NEW, model, release)

    def remember(self, look: Look, run: str) -> None:
        """That the build was asked for."""
        assert look.release is not None, "only what was released is built again"
        asked = {"model": vars(look.model), "release": look.release.id, "run": run, "at": datetime.now(UTC).isoformat()}
        self._releases.store.create(_path(look.release, look.model), (json.dumps(asked, indent=2) + "\n").encode())

    def _released(self) -> Release | None:
        if not self._environment:
            return self._releases.newest()
        begun = live_deployment(self._releases.history(self._environment))
        return self._releases.find(begun.release) if begun else self._releases.newest()


def queue(release: Release, *, pipeline: str, branch: str, organization: str, project: str) -> str:
    """Ask Azure DevOps for a build of the release's commit; the run's number. Raises CommandError or FailureError."""
    if release.commit.endswith("-dirty"):
        raise FailureError(f"{release.id}: was built from uncommitted changes, so there is no commit to build again")
    place = ("--organization", organization, "--project", project) if organization else ()
    printed = Command("az", _REMEDY).run(
        *("pipelines", "run", "--name", pipeline, "--branch", branch, "--commit-id", release.commit),
        *place,
        *("--output", "json", "--only-show-errors"),
    )
    try:
        return str(json.loads(printed)["id"])
    except (ValueError, KeyError, TypeError):
        raise FailureError(f"az pipelines run: answered something else than a run: {printed[:200]!r}") from None


def _path(release: Release, model: LiveModel) -> str:
    return f"{_ASKED}/{release.id}/{model.name}-{model.version}-{model.sha256[:12]}.json"
