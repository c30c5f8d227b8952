"""Releasing in the rehearsal: the steps that a stack's release takes, on a stage, and under load."""

from dataclasses import dataclass, field
from pathlib import Path

from rich.markup import escape

from delivery.app import App
from delivery.console import Steps
from delivery.examples.folder import Examples
from delivery.failure import FailureError, NotFoundError
from delivery.release.deployer import Deployer, Target
from delivery.release.deployment import before
from delivery.release.smoke import Demands
from delivery.release.store import ReleaseStore
from delivery.service.trial import ask_examples

from .load import Figures, Load
from .stage import ENVIRONMENT, Stage

LATENCY_MS = 5000
"""Nine of ten requests within this: under load, beside a rollout, on a machine that does everything else as well."""


@dataclass
class Releasing:
    """The one environment of a rehearsal, and what was released into it."""

    steps: Steps
    app: App
    stage: Stage
    store: ReleaseStore
    folder: Path
    """For the log of the load."""
    live: Target | None = None
    _known: dict[str, Target] = field(default_factory=dict)

    def deploy(self, target: Target) -> None:
        """Make it live, prove it, and put the one before back if that fails. Raises FailureError."""
        self._known[target.release] = target
        self._deployer().replace(target, self.live, "deploy")
        self.live = target

    def roll_back(self) -> Target:
        """Go back to what was really deployed before, by the history of deployments. Raises FailureError."""
        begun = before(self.store.history(ENVIRONMENT))
        if begun is None:
            raise NotFoundError(f"{ENVIRONMENT}: nothing was deployed before, there is nothing to go back to")
        target = self._known[begun.release]
        self._deployer().replace(target, self.live, "rollback")
        self.live = target
        return target

    def under_load(self) -> Load:
        """Return steady load on the live release, even when that changes, for as long as a `with` block lasts."""
        assert self.live is not None
        return Load(self.stage, self.folder, self.examples(self.live))

    def examples(self, target: Target) -> Examples:
        """The examples of a release. Raises NotFoundError where nothing is known of it."""
        if found := target.examples or self.store.examples(target.digest):
            return found
        raise NotFoundError(f"{target}: its examples are neither with it nor in the store")

    def end(self) -> str:
        """End it in the middle of an example of the live release, and say what was seen. Raises FailureError."""
        assert self.live is not None
        return self.stage.end(self.examples(self.live))

    def judge(self, load: Load) -> Figures:
        """Show what callers noticed. Raises LostError where a request failed."""
        with self.steps.step("Load") as step:
            if load.figures is None:
                raise FailureError("the load was broken off; nothing is known of what callers noticed")
            step.result = str(load.figures)
            load.figures.check()
            return load.figures

    def show(self, *, examples: bool = False) -> str:
        """The address, and what it says is live there; with `examples`, what it makes of each."""
        with self.steps.step("Live") as step:
            said = self._named()
            step.result = f"{self.address} serves {said}; {self.stage.form}"
            asked = self.examples(self.live) if examples and self.live else None
            outcomes = ask_examples(step, self.stage, asked) if asked else []
        for outcome in outcomes:
            self.steps.say(f"    {escape(str(outcome))}")
        return said

    @property
    def address(self) -> str:
        """The URL of the page."""
        return str(self.stage.outputs()["endpointUrl"])

    def _deployer(self) -> Deployer:
        demands = Demands(latency_ms=LATENCY_MS)
        return Deployer(
            steps=self.steps, app=self.app, engine=self.stage, store=self.store, demands=demands, by="make rehearse"
        )

    def _named(self) -> str:
        """The model and the commit that are live. What the app tells of them was proved with the release."""
        assert self.live is not None
        model, commit = self.live.configuration["model"], str(self.live.configuration["commit"])
        code = f"commit {commit[:12]}" if commit else "a commit that git does not know"
        return f"{model['name']} version {model['version']}, {code}"
