"""Contents of both environments, and the changes of a release there: rendered, without credentials or engine."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from delivery.console import Step
from delivery.failure import FailureError
from delivery.paths import ROOT
from delivery.preview import project

if TYPE_CHECKING:
    from delivery.preview.report import Report
    from delivery.preview.states import Rendered

_PARTS = ("infra", "policy", "delivery/preview")
_NO_COMMIT = "0" * 40


class Previews:
    """Renders and compares. What was rendered before from the same program and release is not rendered again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program = _identity()

    def whole(self, step: Step, release: Mapping[str, Any]) -> "list[Report]":
        """Each environment as it would come up with this release."""
        return [self._compared(step, stack, None, release) for stack in _stacks()]

    def change(self, step: Step, before: Mapping[str, Any], after: Mapping[str, Any]) -> "list[Report]":
        """Return what going from one release to the other changes in each environment."""
        return [self._compared(step, stack, before, after) for stack in _stacks()]

    def _compared(self, step: Step, stack: str, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> "Report":
        from delivery.preview.compare import compare  # noqa: PLC0415 - needs more than every rehearsal has time for
        from delivery.preview.report import report  # noqa: PLC0415 - loaded where it is used

        step.status(f"rendering {stack}")
        base = None if before is None else self._rendered(stack, before)
        head = self._rendered(stack, after)
        source = "everything, as a first `pulumi up` would bring it" if base is None else "against the release before"
        judged = report(compare(base, head, source), datetime.now(UTC).date())
        if judged.exit_code:
            raise FailureError(f"{stack}: {'; '.join(gate.stop for gate in judged.gates if gate.shut)}")
        return judged

    def _rendered(self, stack: str, release: Mapping[str, Any]) -> "Rendered":
        from delivery.preview import states  # noqa: PLC0415 - loaded where it is used

        shown = {**release, "commit": release["commit"] or _NO_COMMIT}
        key = hashlib.sha256(json.dumps([self._program, stack, shown], sort_keys=True).encode()).hexdigest()
        file = self._folder / f"{stack}-{key[:16]}.json"
        if not file.is_file():
            from delivery.preview import render  # noqa: PLC0415 - the SDK takes seconds to load

            recorded = render.render(ROOT, stack, shown)
            self._folder.mkdir(parents=True, exist_ok=True)
            aside = file.with_suffix(".part")
            aside.write_text(render.document(recorded, name=render.name(ROOT), stack=stack), encoding="utf-8")
            aside.replace(file)
        return states.read(file)


def sentences(report: "Report") -> Iterator[str]:
    """A change in plain sentences, gravest first."""
    for item in report.items:
        says = "; ".join((*item.says, *item.details)) or item.operation
        yield f"{item.noun} {item.name}: {says}"


def _stacks() -> list[str]:
    """Every environment that has a stack file, in the order of promotion as far as names tell."""
    return project.read(ROOT).stacks


def _identity() -> str:
    """Identity of all that a render depends on, the release excepted."""
    digest = hashlib.sha256()
    files = [path for part in _PARTS for path in sorted((ROOT / part).rglob("*.py"))]
    for path in [*files, *sorted(ROOT.glob("Pulumi*.yaml")), ROOT / "requirements.txt"]:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
