"""Pushing the very image into a registry of real parts, with the bytes counted on the wire."""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import requests
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from onnx import numpy_helper
from rich.console import Console

from app.scoring.manifest import MODEL_FILE
from delivery.console import Step, Steps
from delivery.failure import FailureError
from delivery.image.build import Built
from delivery.image.engine import docker, image_id
from delivery.image.pushing import Push, Pushed
from delivery.image.records import BuildRecord, Records, TestRecord
from delivery.image.registry.client import Registry
from delivery.image.registry.place import Place
from delivery.image.trial import examine
from delivery.model.manifest import MANIFEST_FILE, Manifest
from delivery.release.recording import read, record
from tests.delivery.examples import colours
from tests.delivery.model.candidates import facts
from tests.support import models
from tests.support.apps import SAMPLE
from tests.support.wire import Wire, counted

pytestmark = pytest.mark.image

Build = Callable[..., Built]
MEGABYTE = 1_000_000
OCI = {"Accept": "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json"}


@dataclass(frozen=True)
class Way:
    """A repository, every byte to and from it counted."""

    place: Place
    wire: Wire
    records: Records

    def prove(self, image: Built) -> None:
        """Test the image, as a push wants it."""
        examine(Steps(Console(quiet=True)), SAMPLE, image.tag, self.records)

    def push(self, image: Built) -> tuple[Pushed, int]:
        """Push it; what that came to, and bytes that went over the wire to the registry."""
        before = self.wire.sent
        return Push(image.tag, Registry(self.place), self.records).run(Step("Push")), self.wire.since(before)


@pytest.fixture(scope="module")
def way(registry: str, records: Records) -> Iterator[Way]:
    """The way into a repository that nobody pushed to before."""
    with counted(registry) as wire:
        yield Way(Place(wire.host, f"slipway-test/{uuid.uuid4().hex[:12]}"), wire, records)


@pytest.fixture(scope="module")
def first(image: Built, way: Way) -> tuple[Pushed, int]:
    """The first push of a tested image."""
    way.prove(image)
    return way.push(image)


def told(place: Place, path: str) -> requests.Response:
    return requests.get(f"http://{place.host}/v2/{place.repository}/{path}", headers=OCI, timeout=30)


def test_what_is_pulled_by_the_digest_is_the_image_that_was_tested(
    image: Built, first: tuple[Pushed, int], registry: str, way: Way
) -> None:
    reference = f"{registry}/{way.place.repository}@{first[0].record.digest}"
    docker("pull", "--quiet", reference, seconds=300)
    try:
        assert image_id(reference) == image.id
    finally:
        docker("image", "rm", reference)


def test_the_registry_has_it_under_its_version_with_its_documents(
    image: Built, first: tuple[Pushed, int], way: Way
) -> None:
    pushed = first[0].record
    assert told(way.place, f"manifests/{pushed.tag}").headers["Docker-Content-Digest"] == pushed.digest
    listed: dict[str, Any] = told(way.place, f"manifests/{pushed.digest.replace(':', '-')}").json()
    assert {entry["digest"] for entry in listed["manifests"]} == {one.attached for one in pushed.documents}
    for document in pushed.documents:
        bound = told(way.place, f"manifests/{document.attached}").json()
        kept = (way.records.folder(image.id) / document.file).read_bytes()
        assert bound["subject"]["digest"] == pushed.digest
        assert told(way.place, f"blobs/{bound['layers'][0]['digest']}").content == kept


@pytest.mark.usefixtures("first")
def test_the_bill_of_materials_is_what_is_in_the_image(image: Built, way: Way) -> None:
    text = (way.records.folder(image.id) / "sbom.cdx.json").read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    named = {(one["name"].lower(), one.get("version")): one for one in json.loads(text)["components"]}
    program = "from importlib.metadata import distributions as d; print(*(x.name + '==' + x.version for x in d()))"
    packages = docker("run", "--rm", "--network", "none", image.id, "python", "-c", program).split()
    assert {tuple(package.lower().split("==")) for package in packages} <= set(named)
    status = docker("run", "--rm", "--network", "none", image.id, "dpkg-query", "-W", "-f", "${Package} ${Version}\n")
    debian = {tuple(line.split(" ")) for line in status.splitlines()}
    assert len(debian) > 20
    assert debian <= set(named)
    assert named["colours", "1"]["hashes"][0]["content"] == image.model.sha256


def test_a_first_push_sends_the_layers_and_a_second_one_only_questions(
    image: Built, first: tuple[Pushed, int], way: Way
) -> None:
    pushed, sent = first
    assert sent > pushed.sent > pushed.record.size * 0.99
    again, sent = way.push(image)
    assert (again.sent, again.record) == (0, pushed.record)
    assert sent < 10_000


def test_an_unchanged_tree_built_again_pushes_nothing_and_keeps_the_digest(built: Build, model: Path, way: Way) -> None:
    # Built now: an old engine dates what it builds anew by the clock, and other tests build without a cache.
    one = built(model, build_id="78")
    way.prove(one)
    first, _ = way.push(one)
    again = built(model, build_id="78")
    assert again.id == one.id
    pushed, sent = way.push(again)
    assert (pushed.sent, pushed.record.digest) == (0, first.record.digest)
    assert sent < 10_000


def test_one_line_of_code_pushes_less_than_a_megabyte(
    first: tuple[Pushed, int], built: Build, checkout: Path, model: Path, way: Way
) -> None:
    module = checkout / "app" / "scoring" / "__init__.py"
    before = module.read_bytes()
    module.write_bytes(before + b"\n# one line more\n")
    try:
        changed = built(model, build_id="77")
    finally:
        module.write_bytes(before)
    way.prove(changed)
    pushed, sent = way.push(changed)
    assert pushed.record.digest != first[0].record.digest
    assert 0 < pushed.sent < sent < MEGABYTE


@pytest.mark.usefixtures("first")
def test_a_new_model_pushes_its_own_size_and_less_than_a_megabyte_more(built: Build, way: Way, tmp_path: Path) -> None:
    size = heavier(tmp_path / "model", 5 * MEGABYTE)
    changed = built(tmp_path / "model", build_id="77")
    way.prove(changed)
    pushed, sent = way.push(changed)
    assert size < pushed.sent < sent < size + MEGABYTE


def test_an_untested_image_is_not_pushed(built: Build, place: Place, records: Records, tmp_path: Path) -> None:
    models.write(tmp_path / "model", version="9")
    fresh = built(tmp_path / "model")
    assert records.find(TestRecord, fresh.id) is None
    with pytest.raises(FailureError, match=rf"no record of its test here.*image test {fresh.tag}"):
        Push(fresh.tag, Registry(place), records)
    assert told(place, "tags/list").status_code == 404


def damage(folder: Path, kind: str) -> None:
    file = folder / MODEL_FILE
    match kind:
        case "truncated":
            file.write_bytes(file.read_bytes()[:-1])
        case "altered":
            file.write_bytes(file.read_bytes().replace(b"weights", b"Weights"))
        case "oversized":
            file.write_bytes(file.read_bytes() + bytes(100))
        case "missing":
            file.unlink()
        case "newer than its manifest":
            newer = folder.parent / "newer"
            models.write(newer, models.UINT8_NHWC.model_copy(update={"channels": "BGR"}), version="2")
            (newer / MODEL_FILE).replace(file)


@pytest.mark.parametrize("kind", ["truncated", "altered", "oversized", "missing", "newer than its manifest"])
def test_a_model_that_is_not_its_manifests_is_never_built_let_alone_pushed(
    built: Build, records: Records, tmp_path: Path, kind: str
) -> None:
    models.write(tmp_path / "model")
    damage(tmp_path / "model", kind)
    before = set(records.root.iterdir()) if records.root.exists() else set()
    with pytest.raises(FailureError, match=rf"(?s){MODEL_FILE}: .*\npull the version again: "):
        built(tmp_path / "model")
    assert (set(records.root.iterdir()) if records.root.exists() else set()) == before, "nothing was built"


def test_the_record_of_the_release_names_that_very_image(
    image: Built, first: tuple[Pushed, int], records: Records, tmp_path: Path
) -> None:
    build = records.find(BuildRecord, image.id)
    assert build
    records.write(build.model_copy(update={"commit": "c0ffee" + "0" * 34}))  # the checkout of the tests has no history
    release = record(image.id, records, tmp_path / "release").release
    assert release.image.reference == first[0].record.reference
    assert release.build_id == "77"
    assert release == read(tmp_path / "release")


def heavier(folder: Path, size: int) -> int:
    """The small model with weights that nothing uses and nothing can pack; the bytes of its files."""
    colours.version(folder)
    model = onnx.load_model(folder / MODEL_FILE)
    noise = np.random.default_rng(0).integers(0, 256, size, np.uint8)
    model.graph.initializer.append(numpy_helper.from_array(noise, "noise"))
    onnx.save_model(model, folder / MODEL_FILE)
    manifest = Manifest.model_validate_json((folder / MANIFEST_FILE).read_bytes())
    files = {**manifest.files, MODEL_FILE: facts((folder / MODEL_FILE).read_bytes())}
    text = manifest.model_copy(update={"files": files, "version": "2"}).to_json()
    (folder / MANIFEST_FILE).write_text(text, encoding="utf-8")
    return (folder / MODEL_FILE).stat().st_size
