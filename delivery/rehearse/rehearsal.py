"""The rehearsal itself: its chapters in order, each step the same code that pipelines run."""

import shutil
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from rich.markup import escape

from delivery.app import App, find_staged
from delivery.console import Step, Steps
from delivery.failure import FailureError
from delivery.image.registry.place import Place
from delivery.model.location import parse_location
from delivery.model.pulling import Pulled
from delivery.model.store import open_store
from delivery.paths import short
from delivery.release.store import ReleaseStore
from delivery.service.trial import keep

from .cluster import ClusterStage, UnusableError
from .local import LocalStage, Start
from .machine import Machine, no_cluster, no_engine, no_image, no_previews, no_push
from .model import Places, make, publish_sample, pull_version, samples
from .pack import NoBaseError, Packed, Packing, as_process, demanded
from .previews import Previews, sentences
from .releasing import Releasing
from .stage import Stage
from .story import Chapter, Story

_MOST_SENTENCES = 12


@dataclass(kw_only=True)
class Rehearsal:
    """Rehearsal with its options. An empty `base` is the Dockerfile's own; port 0 is any free one."""

    steps: Steps
    app: App
    base: str = ""
    port: int = 0
    image: bool = True
    up: bool = True
    registry: Place | None = None
    any_cluster: bool = False
    keep: bool = False
    places: Places = field(default_factory=Places)
    model: Path | None = None
    """A publishable folder whose model is released second; without it, the app's second sample."""

    def run(self) -> None:
        """From nothing to a rolled-back release, and everything stopped again. Raises FailureError."""
        self._begin()
        try:
            self._chapters()
        except FailureError:
            self.steps.say()
            self.story.not_rehearsed()
            raise
        self.story.summary()

    def _chapters(self) -> None:
        with self.story.chapter("A model becomes an image" if self.packs else "A model becomes a service") as chapter:
            first = self._version(chapter, self.samples[0], self.places.model, self.app.tag)
            self._preview(first)
        self._up(first)
        with ExitStack() as stack:
            with self.story.chapter("It is released") as chapter:
                releasing = self._release(stack, first)
                chapter.result = f"{releasing.show(examples=True)}, at {releasing.address}"
            with self.story.chapter("A second version is published") as chapter:
                second = self._version(chapter, self.samples[1], self.places.second_model, f"{self.app.tag}-next")
                self._preview(second, first)
            self._exchange(releasing, "It is released under load", second)
            self._exchange(releasing, "And rolled back under load", None)
            if self.keep:
                keep(self.steps, releasing.stage)
            with self.story.chapter("The end") as chapter, self.steps.step("Stop") as step:
                step.result = releasing.end()
                chapter.result = "nothing is left running"

    def _begin(self) -> None:
        self.story = Story(self.steps)
        self.samples = samples(self.app)
        shutil.rmtree(self.places.releases, ignore_errors=True)
        self.places.releases.mkdir(parents=True)
        self.store = ReleaseStore(open_store(parse_location(self.places.releases.resolve().as_uri())))
        self.starts: dict[str, Start] = {}
        self.references: dict[str, str] = {}
        self.versions = 0
        with self.steps.step("Machine") as step:
            self.machine = Machine.look(
                self.registry,
                image=self.image,
                up=self.up,
                any_cluster=self.any_cluster,
                staged=self.app.file == find_staged(),
            )
            step.result = f"has {', '.join(self.machine.parts()) or 'Python alone, which is enough to begin with'}"
        if self.machine.image and self.image:
            demanded(self.base, self.registry, self.machine.image)
        self.packs = not self.machine.image
        self.previews = None if self.machine.sdk else Previews(self.places.own / "previews")

    def _version(self, chapter: Chapter, sample: str, folder: Path, tag: str) -> Packed:
        """Made, published, pulled, packed: as far as this machine can."""
        self.versions += 1
        with self.steps.step("Model") as step:
            made = self._made(step, sample)
        with self.steps.step("Publish") as step:
            repository, publication = publish_sample(step, self.app, made, self.places)
        with self.steps.step("Pull") as step:
            pulled = pull_version(step, repository, publication, self.places, folder)
        packed, downloaded = self._packed(pulled, folder, tag)
        self.starts[packed.target.digest] = packed.start
        self.references[packed.target.digest] = packed.reference
        chapter.downloaded = downloaded
        chapter.result = f"{pulled.manifest.name} version {pulled.manifest.version}: {packed.target.digest[:19]}…"
        return packed

    def _made(self, step: Step, sample: str) -> Path:
        """The publishable folder: the one that was named in place of the second sample, else the sample's own."""
        if self.model is None or sample != self.samples[1]:
            return make(step, self.app, self.places, sample)
        step.result = f"{short(self.model)}, as it is"
        return self.model

    def _packed(self, pulled: Pulled, folder: Path, tag: str) -> tuple[Packed, int]:
        if not self.packs:
            if self.versions == 1:
                self.story.leave_out("Build", no_image(self.machine.image))
            return as_process(self.app, pulled, folder, self.places.log(self.versions)), 0
        packing = Packing(
            steps=self.steps,
            app=self.app,
            base=self.base,
            registry=self.registry,
            store=self.store,
            folder=self.places.own / "release",
        )
        try:
            must = bool(self.base or self.registry or self.versions > 1)
            packed = packing.image(pulled, folder, tag, must=must)
        except NoBaseError as error:
            self.packs = False
            self.story.missing.append(no_image(str(error)))
            return as_process(self.app, pulled, folder, self.places.log(self.versions)), 0
        if self.registry is None and self.versions == 1:
            self.story.leave_out("Push", no_push(self.machine.registry))
        return packed

    def _preview(self, packed: Packed, before: Packed | None = None) -> None:
        """Preview both environments: all that they consist of, or what a second release changes there."""
        if self.previews is None:
            if before is None:
                self.story.leave_out("Preview", no_previews(self.machine.sdk))
            return
        after = packed.target.configuration
        with self.steps.step("Preview") as step:
            reports = (
                self.previews.change(step, before.target.configuration, after)
                if before
                else self.previews.whole(step, after)
            )
            step.result = f"{' and '.join(report.stack for report in reports)}: no gate is shut"
        from delivery.preview.publish import write  # noqa: PLC0415  # loaded where it is used

        for report in reports:
            page = write(report, self.places.own / "previews" / report.stack)
            self.steps.say(f"    {escape(report.headline)}")
            self.steps.say(f"      [dim]the page: {escape(short(page))}[/]")
            for sentence in list(sentences(report))[:_MOST_SENTENCES] if before else ():
                self.steps.say(f"      {escape(sentence)}")

    def _up(self, packed: Packed) -> None:
        """Bring the environments up on the simulated Azure, with this release."""
        if self.machine.program is None:
            self.story.leave_out("Up", no_engine(self.machine.pulumi))
            return
        from .environments import Environments  # noqa: PLC0415  # imports the SDK

        with self.story.chapter("The environments come up on a simulated Azure") as chapter:
            chain = Environments(self.steps, self.machine.program, self.places.own / "simulated")
            chapter.result = chain.rehearse(packed.target.configuration)

    def _release(self, stack: ExitStack, packed: Packed) -> Releasing:
        """On the cluster where it can be; else here."""
        reason = self.machine.no_cluster or ("" if packed.reference else "it needs a pushed image")
        if not reason:
            stage = stack.enter_context(ClusterStage(self.places.own, self.references, self.app.contract.health))
            try:
                return self._first(stage, packed)
            except UnusableError as error:
                self.steps.say(f"[yellow]{escape(str(error))}[/]")
                stage.__exit__(None, None, None)
                reason = str(error)
        self.story.leave_out("Cluster", no_cluster(reason))
        local = LocalStage(packed.form, self.starts, self.app.contract.health, self.port)
        return self._first(stack.enter_context(local), packed)

    def _first(self, stage: Stage, packed: Packed) -> Releasing:
        releasing = Releasing(self.steps, self.app, stage, self.store, self.places.own)
        releasing.deploy(packed.target)
        for left_out in getattr(stage, "left_out", ()):
            self.steps.say(f"    [dim]not applied there: {escape(left_out)}[/]")
        return releasing

    def _exchange(self, releasing: Releasing, title: str, packed: Packed | None) -> None:
        """Deploy `packed`, or go back where there is none, while callers go on asking."""
        with self.story.chapter(title) as chapter:
            with releasing.under_load() as load:
                if packed:
                    releasing.deploy(packed.target)
                else:
                    releasing.roll_back()
            figures = releasing.judge(load)
            chapter.result = f"{releasing.show()}; {figures.count} requests, {figures.failures.total()} failed"
