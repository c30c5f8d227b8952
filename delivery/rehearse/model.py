"""The rehearsal's two models: made by the app's commands, published to a folder, pulled as a build does."""

from dataclasses import dataclass
from pathlib import Path

from delivery.app import App
from delivery.console import Step
from delivery.failure import UsageError
from delivery.model.cache import Cache
from delivery.model.folder import checked
from delivery.model.location import parse_location
from delivery.model.proof import prove
from delivery.model.publishing import Publication, find_published, publish
from delivery.model.pulling import Pulled, pull
from delivery.model.repository import Repository
from delivery.model.store import open_store
from delivery.paths import WORK, short


@dataclass(frozen=True)
class Places:
    """Folders for what the rehearsal makes: by default those in which the other commands look."""

    work: Path = WORK

    @property
    def samples(self) -> Path:
        """Publishable folders."""
        return self.work / "samples"

    @property
    def models(self) -> Path:
        """The embedded model repository."""
        return self.work / "models"

    @property
    def model(self) -> Path:
        """The first version as it was pulled."""
        return self.work / "model"

    @property
    def own(self) -> Path:
        """Return the folder that no other command looks at."""
        return self.work / "rehearsal"

    @property
    def second_model(self) -> Path:
        """The second version as it was pulled. The first one is still served from its own folder meanwhile."""
        return self.own / "model"

    @property
    def cache(self) -> Path:
        """Downloads by their sha256."""
        return self.work / "cache"

    @property
    def releases(self) -> Path:
        """The releases and deployments of this rehearsal."""
        return self.own / "releases"

    def log(self, number: int) -> Path:
        """Return the file for what the service of version `number` prints where it runs without a container."""
        return self.work / f"service-{number}.log"


def samples(app: App) -> tuple[str, str]:
    """The names of the two samples that a rehearsal releases. Raises UsageError for an app that has fewer."""
    names = list(app.contract.authors.samples)
    if len(names) < 2:
        raise UsageError(
            f"{short(app.file)}: found {len(names)} authors.samples, allowed are 2 and more: commands that each write "
            "a publishable model into ${folder}; the second is released over the first"
        )
    return names[0], names[1]


def make(step: Step, app: App, places: Places, sample: str) -> Path:
    """Make a sample model in a folder of its own by the app's command."""
    folder = places.samples / sample
    step.made = short(folder)
    step.status("by the app's own command")
    folder.parent.mkdir(parents=True, exist_ok=True)
    said = app.run(app.contract.authors.samples[sample], {"folder": str(folder.absolute())})
    step.result = (said.strip().splitlines() or [sample])[-1]
    return folder


def publish_sample(step: Step, app: App, folder: Path, places: Places) -> tuple[Repository, Publication]:
    """Publish it as the next version of its model, unless it is one already."""
    step.status("checking it by the app's own command")
    repository = Repository(open_store(parse_location(places.models.resolve().as_uri()), create=True))
    with checked(folder, app) as candidate:
        asked = [] if find_published(repository, candidate) else prove(candidate, folder, app)
        publication = publish(repository, candidate)
    manifest = publication.manifest
    verb = "published as" if publication.created else "is already"
    proved = f"; {len(asked)} examples as expected" if asked else ""
    step.result = f"{verb} {manifest.name} version {manifest.version}{proved}"
    step.made = f"{short(places.models)}/{manifest.name}/{manifest.version}"
    return repository, publication


def pull_version(step: Step, repository: Repository, publication: Publication, places: Places, folder: Path) -> Pulled:
    """Pull that version into `folder`, from where builds pack it, proved against its manifest."""
    done = 0

    def progress(count: int) -> None:
        nonlocal done
        done += count
        step.status(f"{done / 1e6:.1f} MB")

    pulled = pull(repository, publication.manifest, folder, Cache(places.cache), progress)
    what = f"{pulled.downloaded / 1e6:.1f} MB" if pulled.changed else "unchanged"
    step.result = f"{what}, sha256 {pulled.manifest.sha256[:12]}… as its manifest says"
    step.made = short(folder)
    return pulled
