"""The rehearsal itself: its steps in order, each the same code that pipelines run."""

from contextlib import ExitStack
from dataclasses import dataclass, field

from rich.markup import escape

from delivery.console import Steps
from delivery.interrupts import held
from delivery.service.running import address
from delivery.service.trial import keep, prove, stop

from .model import Places, make, publish_sample, pull_version
from .pack import Packed, pack


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """What to rehearse. An empty `base` is the Dockerfile's own; port 0 is any free one."""

    steps: Steps
    base: str = ""
    port: int = 0
    image: bool = True
    keep: bool = False
    places: Places = field(default_factory=Places)

    def run(self) -> None:
        """From nothing to a classified picture, and everything stopped again. Raises FailureError."""
        packed = self._prepare()
        with ExitStack() as stack:
            with self.steps.step("Start") as step, held():
                running = stack.enter_context(packed.start(self.port))
                step.result = f"{packed.form}, at {address(running)}"
            prove(self.steps, running)
            if self.keep:
                keep(self.steps, running)
            stop(self.steps, running)
        self.steps.summary()
        if packed.skipped:
            self.steps.say(f"[yellow]Not rehearsed: the image,[/] because {escape(packed.skipped)}")

    def _prepare(self) -> Packed:
        with self.steps.step("Model") as step:
            folder = make(step, self.places)
        with self.steps.step("Publish") as step:
            repository, publication = publish_sample(step, folder, self.places)
        with self.steps.step("Pull") as step:
            pull_version(step, repository, publication, self.places)
        with self.steps.step("Pack") as step:
            return pack(step, self.places, self.base, image=self.image)
