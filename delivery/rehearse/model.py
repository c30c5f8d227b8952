"""The rehearsal's two models: made from an installed package, published to a folder, pulled as a build does."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from delivery.console import Step
from delivery.model.cache import Cache
from delivery.model.candidate import DESCRIPTION_FILE
from delivery.model.location import parse_location
from delivery.model.proof import prove
from delivery.model.publishing import Publication, find_published, publish
from delivery.model.pulling import Pulled, pull
from delivery.model.repository import Repository
from delivery.model.store import open_store
from delivery.paths import ROOT, WORK, short

if TYPE_CHECKING:
    from delivery.model.sample.build import Built

SAMPLE = "lite0"
FIRST, SECOND = SAMPLE, f"{SAMPLE}-calibrated"
_RECIPE = ROOT / "delivery" / "model" / "sample"
_SECOND_RECIPE = ROOT / "delivery" / "rehearse" / "calibrated.py"
_LOCK = ROOT / "delivery" / "rehearse" / "requirements.txt"
_KEY_FILE = "recipe.sha256"


@dataclass(frozen=True)
class Places:
    """Where the rehearsal keeps what it makes: by default where the other commands look for it."""

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
        """What no other command looks at."""
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
        """What the service of version `number` prints where it runs without a container."""
        return self.work / f"service-{number}.log"


def make(step: Step, places: Places, sample: str) -> Path:
    """A sample model in a folder of its own, made again only when its recipe changed. The second needs the first."""
    folder, key = places.samples / sample, places.samples / f"{sample}.{_KEY_FILE}"
    step.made = short(folder)
    recipe = _recipe()
    if key.is_file() and key.read_text(encoding="ascii") == recipe and (folder / DESCRIPTION_FILE).is_file():
        step.result = f"{sample}, made before from the same recipe"
        return folder
    from delivery.model.sample.build import build_sample  # noqa: PLC0415  # onnx takes longer to import than a second run has
    from delivery.model.sample.catalogue import SAMPLES  # noqa: PLC0415  # loaded where it is used

    from .calibrated import calibrate  # noqa: PLC0415  # loaded where it is used

    step.status("from the weights that a package ships")
    built = build_sample(SAMPLES[SAMPLE], familiar=False)
    if sample == SECOND:
        built = calibrate(built, SAMPLE)
    key.unlink(missing_ok=True)
    built.write(folder)
    key.write_text(recipe, encoding="ascii")
    step.result = _described(built)
    return folder


def publish_sample(step: Step, folder: Path, places: Places) -> tuple[Repository, Publication]:
    """Publish it as the next version of its model, unless it is one already."""
    from delivery.model.folder import checked  # noqa: PLC0415  # onnx, as above

    step.status("checking it as the service would")
    repository = Repository(open_store(parse_location(places.models.resolve().as_uri()), create=True))
    with checked(folder) as candidate:
        asked = [] if find_published(repository, candidate) else prove(candidate, folder)
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


def _described(built: "Built") -> str:
    """A finished sample in one line."""
    title, metrics = built.description.title, built.description.metrics
    right = f"right on {metrics['top_1']:.0f} of {metrics['photos']:.0f} photos" if metrics else "not measured"
    surer = f", surer by a temperature of {metrics['temperature']:.2f}" if "temperature" in metrics else ""
    return f"{title}, {len(built.model) / 1e6:.1f} MB from a package's weights, {right}{surer}"


def _recipe() -> str:
    """Identity of everything the samples are made by: the code and the pinned packages."""
    digest = hashlib.sha256()
    for path in sorted([*_RECIPE.glob("*.py"), _SECOND_RECIPE, _LOCK]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
