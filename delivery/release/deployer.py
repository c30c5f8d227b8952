"""One release into an environment, and its proof there: the steps that deploying and going back share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn

from rich.markup import escape

from delivery.app import App
from delivery.console import Step, Steps
from delivery.examples.folder import Examples
from delivery.failure import ConflictError, ExitCode, FailureError, NotFoundError
from delivery.image.registry.place import Place
from delivery.service.remote import Remote, parse_remote
from delivery.service.running import ServiceError

from .agreement import find_doubts
from .attempt import Attempt, begin
from .canary.trial import LostError, Trial, TrialError, UnjudgedError, WorseError
from .deployment import Begun, Outcome, Watch, live
from .engine import Engine, UnstartedError, name_digest, read_digest
from .importing import Import
from .proof import find_proof
from .recovering import recover_if_unfinished
from .smoke import Demands, prove
from .store import ReleaseStore


@dataclass(frozen=True)
class Target:
    """The release to run: the stack's `slipway:release`, and the release's id where it was recorded."""

    configuration: Mapping[str, Any]
    release: str = ""
    tag: str = ""
    examples: Examples | None = None
    """Given here where no store keeps them."""

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
    """The release failed, and what was good before could not be put back: a person must look now."""

    code = ExitCode.STRANDED


class OvertakenError(ConflictError):
    """The release failed, and another deployment had replaced it meanwhile: there is nothing to put back."""


@dataclass(frozen=True, kw_only=True)
class Deployer:
    """One environment, and how to ask it. `address` overrules the stack's own, `header` the proof of a caller.

    `by` is who asks for the deployment.
    """

    steps: Steps
    engine: Engine
    app: App
    store: ReleaseStore
    demands: Demands = field(default_factory=Demands)
    address: str = ""
    header: str = field(default="", repr=False)
    by: str = "unknown"

    def known(self) -> dict[str, Any]:
        """Return the stack's outputs. Raises NotFoundError where the environment has never come up."""
        outputs = self.engine.outputs()
        if "registryLoginServer" not in outputs:
            raise NotFoundError(
                f"stack {self.engine.stack} has no outputs yet: bring the environment up once, "
                f"pulumi up -s {self.engine.stack}"
            )
        return outputs

    def last_good(self, outputs: Mapping[str, Any]) -> Target | None:
        """Return the release that was deployed last and proved itself; without a record of one, the stack's own.

        A last attempt without an end counts if its release runs and proves itself now: its end could not be written.
        """
        history = self.store.history(self.engine.stack)
        newest = next(reversed(history), None)
        if newest and newest.ended is None and newest.begun.digest == read_digest(outputs):
            target = self._recorded(newest.begun)
            if target and self._proves(target):
                return target
        begun = live(history)
        if begun and (target := self._recorded(begun)):
            return target
        found = outputs.get("release")
        return Target(dict(found)) if isinstance(found, dict) else None

    def bring_in(
        self, target: Target, outputs: Mapping[str, Any], source: Place | None = None, source_id: str = ""
    ) -> None:
        """Copy the image into the environment's own registry."""
        place = Place(str(outputs["registryLoginServer"]), str(target.configuration["repository"]))
        with self.steps.step("Image") as step:
            Import(source=source or place, target=place, digest=target.digest, tag=target.tag, source_id=source_id).run(
                step
            )

    def replace(
        self,
        target: Target,
        good: Target | None,
        kind: Literal["deploy", "rollback"],
        *,
        over: str | None = None,
        trial: Trial | None = None,
    ) -> None:
        """Make `target` live and prove it; where that fails, `good` again. Every attempt is written down.

        `over` is the digest that must still be live. With `trial`, `target` runs beside `good` first. Raises
        ConflictError or UnstartedError, with nothing changed; RestoredError, UnjudgedError, StrandedError or
        OvertakenError. A stop from outside leaves the attempt without an end.
        """
        running = read_digest(self.engine.outputs())
        if over not in (None, running):
            raise ConflictError(
                f"{self.engine.stack}: another deployment changed the live release meanwhile, from "
                f"{name_digest(over)} to {name_digest(running)}; nothing was changed\nlook at it, then deploy again"
            )
        proved = live(self.store.history(self.engine.stack))
        attempt = begin(
            self.steps,
            self.store,
            environment=self.engine.stack,
            release=target.release,
            digest=target.digest,
            kind=kind,
            by=self.by,
        )
        watches: tuple[Watch, ...] = ()
        try:
            if trial and good:
                watches = trial.run(self.steps, self.engine, good.configuration, target.configuration)
            self._run(target, f"{kind} {target}")
        except UnstartedError as unstarted:
            if not watches:
                attempt.end("unchanged", str(unstarted))
                raise
            self._restore(target, _Before(running, good, proved, watches), attempt, unstarted)
        except LostError as lost:
            attempt.end("overtaken", str(lost), watches)
            raise OvertakenError(f"{target} was not deployed: {lost}\nwhat the other one did was left alone") from None
        except Exception as failure:  # noqa: BLE001  # from here on the environment may run it, after any error
            watches = failure.watches if isinstance(failure, TrialError) else watches
            self._restore(target, _Before(running, good, proved, watches), attempt, failure)
        attempt.end("succeeded", watches=watches)

    def prove(self, target: Target) -> None:
        """Ask the release that is live whether it is `target` and does its work. Raises ServiceError."""
        examples = target.examples or self.store.examples(target.digest)
        prove(self.steps, self.app, self._service(), target.configuration, self.demands, examples)

    def recover(self) -> None:
        """Finish what an interrupted engine left in the state: else the next `up` takes a changed object for unchanged.

        Raises FailureError.
        """
        recover_if_unfinished(self.engine, self.steps)

    def find_doubts(self, target: Target) -> list[str]:
        """Return each sign in the engine's state and outputs that another release than `target` runs, or will run."""
        repository = str(target.configuration["repository"])
        return list(find_doubts(self.engine.state(), read_digest(self.engine.outputs()), repository, target.digest))

    def _run(self, target: Target, message: str) -> None:
        with self.steps.step("Deploy") as step:
            self.engine.up(target.configuration, message, _reader(step))
            step.result = f"{self.engine.stack} runs {target}"
        self.prove(target)

    def _restore(self, failed: Target, before: "_Before", attempt: Attempt, failure: Exception) -> NoReturn:
        reason, watches = _reason(failure), before.watches
        good = self._newest_good(before)
        running = self._running()
        if running not in ("", failed.digest, before.running, good.digest if good else ""):
            attempt.end("overtaken", reason, watches)
            raise OvertakenError(
                f"{failed} failed: {reason}\n"
                f"another deployment made {name_digest(running)} live meanwhile; it was left alone"
            )
        if good is None or good.digest == failed.digest:
            attempt.end("failed", reason, watches)
            raise StrandedError(
                f"{failed} failed, and there is nothing good to put back: {reason}\n"
                f"{self.engine.stack} is as the release left it"
            )
        self.steps.say(escape(f"\n{failed} failed: {reason.splitlines()[0]}\nputting {good} back"))
        try:
            self._put_back(good)
        except Exception as second:  # noqa: BLE001  # of any kind: the release that failed may still be live
            attempt.end("failed", reason, watches)
            raise StrandedError(
                f"{failed} failed: {reason}\n{good} could not be put back: {_reason(second)}\n"
                f"look at it now; then: slipway release rollback --stack {self.engine.stack}"
            ) from None
        attempt.end(_outcome(failure), reason, watches)
        if isinstance(failure, UnjudgedError):
            raise UnjudgedError(f"{failed} went back: {reason}\n{good} is live, and was proved", watches)
        raise RestoredError(f"{failed} failed: {reason}\n{good} is live again, and was proved")

    def _put_back(self, good: Target) -> None:
        """Run the good release again.

        An engine that fails may have put it back all the same: the answers and the engine's state decide together.
        """
        try:
            self.recover()
            self._run(good, f"put back {good}")
        except (ServiceError, UnstartedError):
            raise
        except Exception as engine:  # noqa: BLE001  # of any kind: the answers are asked next
            try:
                self.prove(good)
                doubts = self.find_doubts(good)
            except Exception as service:  # noqa: BLE001  # of any kind: both reasons are reported
                raise FailureError(f"{_reason(engine)}\n{_reason(service)}") from None
            if doubts:
                raise FailureError("\n".join([_reason(engine), "the good release answers, and", *doubts])) from None

    def _newest_good(self, before: "_Before") -> Target | None:
        """Return the release to put back: another deployment may have proved a newer one since this one began."""
        try:
            proved = live(self.store.history(self.engine.stack))
            if proved and proved != before.proved and (newer := self._recorded(proved)):
                return newer
        except FailureError as unread:
            self.steps.say(escape(f"the history cannot be read now: {unread}"))
        return before.good

    def _running(self) -> str:
        """Return the live digest by the stack's outputs, empty where they cannot be read now."""
        try:
            return read_digest(self.engine.outputs())
        except FailureError:
            return ""

    def _proves(self, target: Target) -> bool:
        try:
            self.prove(target)
        except FailureError:
            return False
        return True

    def _recorded(self, begun: Begun) -> Target | None:
        release = self.store.find(begun.release)
        return Target(release.configuration(), release.id, release.image.tag) if release else None

    def _service(self) -> Remote:
        outputs = self.engine.outputs() if not (self.address and self.header) else {}
        url = self.address or str(outputs.get("endpointUrl") or "")
        if not url:
            raise ServiceError(
                f"stack {self.engine.stack} has no output endpointUrl to ask; --address names another one"
            )
        return parse_remote(url, self.app.contract.health, find_proof(outputs, self.header))


@dataclass(frozen=True)
class _Before:
    """The environment as a deployment found it."""

    running: str
    good: Target | None
    proved: Begun | None
    watches: tuple[Watch, ...] = ()
    """Observations of the release as a canary."""


def _outcome(failure: Exception) -> Outcome:
    if isinstance(failure, UnjudgedError):
        return "unjudged"
    return "worse" if isinstance(failure, WorseError) else "restored"


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, FailureError) else f"{type(error).__name__}: {error}"


def _reader(step: Step) -> Callable[[str], None]:
    def read(line: str) -> None:
        step.log(line)
        step.status(line)

    return read
