"""Bringing one release into an environment and proving it there: what deploying and going back have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from delivery.console import Step, Steps
from delivery.failure import ExitCode, FailureError, NotFoundError
from delivery.image.registry.place import Place
from delivery.service.remote import Remote, parse_remote
from delivery.service.running import ServiceError

from .deployment import Begun, Ended, Outcome, live
from .engine import Engine
from .importing import Import
from .smoke import Demands, prove
from .store import ReleaseStore


@dataclass(frozen=True)
class Target:
    """What is to run: the stack's `slipway:release`, and the release's id where it was recorded."""

    configuration: Mapping[str, Any]
    release: str = ""
    tag: str = ""

    @property
    def digest(self) -> str:
        """Its image's."""
        return str(self.configuration["digest"])

    def __str__(self) -> str:
        model = self.configuration["model"]
        name = self.release or self.digest[: len("sha256:") + 12]
        return f"{name} (commit {str(self.configuration['commit'])[:12]}, {model['name']} {model['version']})"


class RestoredError(FailureError):
    """The release failed, and what was good before is live again."""

    code = ExitCode.RESTORED


class StrandedError(FailureError):
    """The release failed, and what was good before could not be put back: somebody must look now."""

    code = ExitCode.STRANDED


@dataclass(frozen=True, kw_only=True)
class Deployer:
    """One environment, and how to ask it. `address` overrules the stack's own; `by` is who asks for the deployment."""

    steps: Steps
    engine: Engine
    store: ReleaseStore
    demands: Demands = field(default_factory=Demands)
    address: str = ""
    by: str = "somebody"

    def known(self) -> dict[str, Any]:
        """The stack's outputs. Raises NotFoundError where the environment has never come up."""
        outputs = self.engine.outputs()
        if "registryLoginServer" not in outputs:
            raise NotFoundError(
                f"stack {self.engine.stack} has no outputs yet: bring the environment up once, "
                f"pulumi up -s {self.engine.stack}"
            )
        return outputs

    def last_good(self, outputs: Mapping[str, Any]) -> Target | None:
        """What was deployed last and proved itself; without any record of that, what the stack says it runs."""
        begun = live(self.store.history(self.engine.stack))
        if begun and (release := self.store.find(begun.release)):
            return Target(release.configuration(), release.id, release.image.tag)
        found = outputs.get("release")
        return Target(dict(found)) if isinstance(found, dict) else None

    def bring_in(
        self, target: Target, outputs: Mapping[str, Any], source: Place | None = None, source_id: str = ""
    ) -> None:
        """The image, in the environment's own registry."""
        place = Place(str(outputs["registryLoginServer"]), str(target.configuration["repository"]))
        with self.steps.step("Image") as step:
            Import(source=source or place, target=place, digest=target.digest, tag=target.tag, source_id=source_id).run(
                step
            )

    def replace(self, target: Target, good: Target | None, kind: Literal["deploy", "rollback"]) -> None:
        """Make `target` live and prove it; where that fails, `good` again. Every attempt is written down.

        Raises RestoredError or StrandedError. Being stopped from outside leaves the attempt without an end.
        """
        begun = self._begin(target, kind)
        try:
            self._run(target, f"{kind} {target}")
        except FailureError as failure:
            self._restore(target, good, begun, failure)
            return
        self._end(begun, "succeeded")

    def prove(self, target: Target) -> None:
        """Ask the release that is live whether it is `target` and does its work. Raises ServiceError."""
        prove(self.steps, self._service(), target.configuration, self.demands)

    def _run(self, target: Target, message: str) -> None:
        with self.steps.step("Deploy") as step:
            self.engine.up(target.configuration, message, _reader(step))
            step.result = f"{self.engine.stack} runs {target}"
        self.prove(target)

    def _restore(self, failed: Target, good: Target | None, begun: Begun | None, failure: FailureError) -> None:
        reason = str(failure)
        if good is None or good.digest == failed.digest:
            self._end(begun, "failed", reason)
            raise StrandedError(
                f"{failed} failed, and there is nothing good to put back: {reason}\n"
                f"{self.engine.stack} is as the release left it"
            )
        self.steps.say(f"\n{failed} failed: {reason.splitlines()[0]}\nputting {good} back")
        try:
            self._put_back(good)
        except FailureError as second:
            self._end(begun, "failed", reason)
            raise StrandedError(
                f"{failed} failed: {reason}\n{good} could not be put back: {second}\n"
                f"look at it now; then: python -m delivery release rollback --stack {self.engine.stack}"
            ) from None
        self._end(begun, "restored", reason)
        raise RestoredError(f"{failed} failed: {reason}\n{good} is live again, and was proved")

    def _put_back(self, good: Target) -> None:
        """An engine that fails for another reason may have put it back all the same: what answers decides."""
        try:
            self._run(good, f"put back {good}")
        except ServiceError:
            raise
        except FailureError as engine:
            try:
                self.prove(good)
            except FailureError as service:
                raise FailureError(f"{engine}\n{service}") from None

    def _service(self) -> Remote:
        url = self.address or str(self.engine.outputs().get("endpointUrl") or "")
        if not url:
            raise ServiceError(
                f"stack {self.engine.stack} has no output endpointUrl to ask; --address names another one"
            )
        return parse_remote(url)

    def _begin(self, target: Target, kind: Literal["deploy", "rollback"]) -> Begun | None:
        if not target.release:
            return None
        return self.store.begin(
            Begun(
                environment=self.engine.stack,
                number=1,
                release=target.release,
                digest=target.digest,
                kind=kind,
                by=self.by,
                begun=_now(),
            )
        )

    def _end(self, begun: Begun | None, outcome: Outcome, reason: str = "") -> None:
        if begun is not None:
            self.store.end(begun, Ended(outcome=outcome, ended=_now(), reason=reason))


def _reader(step: Step) -> Callable[[str], None]:
    def read(line: str) -> None:
        step.log(line)
        step.status(line)

    return read


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
