"""A push, step by step, against a registry that may refuse, fail, forget or lie: nothing wrong is ever named there."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from delivery.console import Step
from delivery.failure import FailureError
from delivery.image import inventory as inventories
from delivery.image import pushing, sbom
from delivery.image.archive import Archive
from delivery.image.oci import MANIFEST, digest_of
from delivery.image.pushing import Push, Pushed
from delivery.image.records import PushRecord, Records, TestRecord
from delivery.image.registry.client import Registry
from delivery.image.registry.place import Place
from delivery.image.registry.refusal import RegistryError
from delivery.model.manifest import Manifest
from tests.support import models
from tests.support.apps import reread

from .images import Saved, inventory, prove, save, sha256
from .registry_stand_in import Behaviour, Refusal

BASE, DEPENDENCIES, MODEL, APP = b"base" * 9000, b"dependencies" * 9000, b"model" * 9000, b"app" * 9000
DOCUMENTS = {"application/vnd.cyclonedx+json", "application/vnd.in-toto+json"}


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "records")


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    return reread(models.write(tmp_path / "model"))


@pytest.fixture
def image(tmp_path: Path, records: Records, manifest: Manifest) -> Saved:
    """An image that was built and tested."""
    saved = save(tmp_path / "image", [BASE, DEPENDENCIES, MODEL, APP])
    prove(records, saved.id, manifest)
    return saved


@pytest.fixture
def push(
    monkeypatch: pytest.MonkeyPatch, records: Records, client: Registry, manifest: Manifest
) -> Callable[[Saved], Pushed]:
    """Push an image of an engine that is not there."""

    def run(saved: Saved) -> Pushed:
        @contextmanager
        def out_of_the_engine(image: str, beside: Path) -> Iterator[Archive]:
            beside.mkdir(parents=True, exist_ok=True)
            yield Archive(image, saved.path)

        monkeypatch.setattr(pushing, "image_id", lambda _name: saved.id)
        monkeypatch.setattr(pushing, "image_labels", lambda _image: saved.labels)
        monkeypatch.setattr(pushing, "saved", out_of_the_engine)
        monkeypatch.setattr(inventories, "ask", lambda _image, _folder: inventory(manifest))
        return Push("scoring:local", client, records).run(Step("Push"))

    return run


def uploaded(behaviour: Behaviour) -> int:
    return len([one for one in behaviour.requests if one.startswith("PUT") and "/blobs/" in one])


def test_the_image_is_there_whole_and_by_the_digest_that_was_read_back(
    push: Callable[[Saved], Pushed], image: Saved, behaviour: Behaviour, host: str
) -> None:
    record = push(image).record
    manifest = json.loads(behaviour.manifests[record.digest])
    assert record.reference == f"{host}/team/scoring@{digest_of(behaviour.manifests[record.digest])}"
    assert behaviour.manifests[record.tag] == behaviour.manifests[record.digest]
    assert manifest["config"]["digest"] == image.id
    parts = [manifest["config"], *manifest["layers"]]
    assert [len(behaviour.blobs[part["digest"]]) for part in parts] == [part["size"] for part in parts]
    assert record.size == sum(part["size"] for part in parts)
    assert json.loads(behaviour.blobs[image.id])["rootfs"]["diff_ids"] == [
        sha256(layer) for layer in (BASE, DEPENDENCIES, MODEL, APP)
    ]


def test_the_tag_is_the_images_version_and_comes_last(
    push: Callable[[Saved], Pushed], image: Saved, behaviour: Behaviour
) -> None:
    assert push(image).record.tag == "c0ffee000000-colours-1"
    written = [one for one in behaviour.requests if one.startswith("PUT")]
    assert written[-1] == "PUT /v2/team/scoring/manifests/c0ffee000000-colours-1"


def test_a_second_push_sends_nothing_and_keeps_the_digest(
    push: Callable[[Saved], Pushed], image: Saved, behaviour: Behaviour
) -> None:
    first = push(image)
    behaviour.requests.clear()
    second = push(image)
    assert (second.sent, second.record) == (0, first.record)
    assert {one.split()[0] for one in behaviour.requests} == {"GET"}


def test_a_machine_that_knows_nothing_of_earlier_pushes_sends_nothing_either(
    push: Callable[[Saved], Pushed], image: Saved, behaviour: Behaviour, records: Records
) -> None:
    first = push(image)
    records.forget(PushRecord, image.id)
    (records.root / "blobs.json").unlink()
    behaviour.requests.clear()
    second = push(image)
    assert second.sent == 0
    assert second.record.model_copy(update={"pushed": first.record.pushed}) == first.record
    assert not [one for one in behaviour.requests if one.startswith(("PUT", "POST"))]


def test_a_change_of_one_layer_sends_that_layer_and_the_configuration(
    push: Callable[[Saved], Pushed],
    image: Saved,
    behaviour: Behaviour,
    records: Records,
    manifest: Manifest,
    tmp_path: Path,
) -> None:
    push(image)
    before = uploaded(behaviour)
    changed = save(tmp_path / "changed", [BASE, DEPENDENCIES, MODEL, APP + b"one line"])
    prove(records, changed.id, manifest)
    pushed = push(changed)
    # The layer, the configuration, and the two documents that speak of the new image.
    assert uploaded(behaviour) - before == 4
    assert 0 < pushed.sent < 2000


def test_what_was_deleted_in_the_registry_is_pushed_again(
    push: Callable[[Saved], Pushed], image: Saved, behaviour: Behaviour
) -> None:
    first = push(image)
    behaviour.manifests.clear()
    behaviour.blobs.clear()
    second = push(image)
    assert second.sent == first.sent > 0
    assert second.record.digest == first.record.digest


@pytest.mark.parametrize("api", [False, True])
def test_both_documents_are_bound_to_the_image(
    push: Callable[[Saved], Pushed], image: Saved, behaviour: Behaviour, *, api: bool
) -> None:
    behaviour.referrers = api
    record = push(image).record
    bound = {}
    for document in record.documents:
        assert document.attached
        artifact = json.loads(behaviour.manifests[document.attached])
        assert artifact["subject"] == {
            "mediaType": MANIFEST,
            "digest": record.digest,
            "size": len(behaviour.manifests[record.digest]),
        }
        assert artifact["layers"][0]["digest"] == document.digest
        bound[artifact["artifactType"]] = document.attached
    assert set(bound) == DOCUMENTS
    index = behaviour.manifests.get(record.digest.replace(":", "-"))
    if api:
        assert index is None, "the registry keeps the list itself"
    else:
        assert index is not None
        assert {one["digest"] for one in json.loads(index)["manifests"]} == set(bound.values())


def test_a_provenance_that_is_there_already_stands(
    push: Callable[[Saved], Pushed], image: Saved, records: Records
) -> None:
    first = push(image).record
    records.forget(PushRecord, image.id)
    tested = records.find(TestRecord, image.id)
    assert tested
    records.write(tested.model_copy(update={"engine": "another"}))
    second = push(image).record
    assert second.provenance == first.provenance
    kept = (records.folder(image.id) / "provenance.json").read_bytes()
    assert digest_of(kept) == first.provenance.digest


def test_a_registry_that_takes_no_such_documents_gets_the_image_and_says_so(
    push: Callable[[Saved], Pushed], image: Saved, records: Records
) -> None:
    put = Registry.put_manifest

    def only_images(self: Registry, reference: str, data: bytes, media_type: str) -> object:
        if b"artifactType" in data:
            raise RegistryError("no such kind", 400)
        return put(self, reference, data, media_type)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Registry, "put_manifest", only_images)
        pushed = push(image)
    assert [document.attached for document in pushed.record.documents] == [None, None]
    assert len(pushed.notes) == 2
    assert "sbom.cdx.json is kept beside release.json only" in pushed.notes[0]
    assert (records.folder(image.id) / "sbom.cdx.json").exists()


@pytest.mark.parametrize("command", ["build", "test"])
def test_an_image_that_was_not_built_or_not_tested_here_is_not_pushed(
    push: Callable[[Saved], Pushed], image: Saved, behaviour: Behaviour, records: Records, command: str
) -> None:
    (records.folder(image.id) / {"build": "built.json", "test": "tested.json"}[command]).unlink()
    with pytest.raises(FailureError, match=rf"no record of its {command} here.*slipway image {command}"):
        push(image)
    assert behaviour.requests == []


@pytest.mark.usefixtures("image")
def test_the_test_of_another_image_lets_nothing_through(
    push: Callable[[Saved], Pushed], behaviour: Behaviour, tmp_path: Path
) -> None:
    other = save(tmp_path / "other", [BASE, APP])
    with pytest.raises(FailureError, match=f"{other.id}.*no record"):
        push(other)
    assert behaviour.requests == []


def test_a_record_that_was_carried_to_another_image_is_not_believed(
    push: Callable[[Saved], Pushed], image: Saved, behaviour: Behaviour, records: Records, tmp_path: Path
) -> None:
    other = save(tmp_path / "other", [BASE, APP])
    records.folder(image.id).rename(records.folder(other.id))
    with pytest.raises(FailureError, match=f"speaks of {image.id}"):
        push(other)
    assert behaviour.requests == []


REFUSALS = [
    Refusal(status, method, part)
    for status in (401, 403, 500, 503, 507)
    for method, part in (("HEAD", "/blobs/"), ("POST", "/uploads/"), ("PUT", "/uploads/"), ("PUT", "/manifests/"))
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: f"{one.status}-{one.method}-{one.part.strip('/')}")
def test_whatever_is_refused_leaves_no_tag_and_no_record(
    push: Callable[[Saved], Pushed], image: Saved, behaviour: Behaviour, records: Records, refusal: Refusal
) -> None:
    behaviour.refusals.append(Refusal(refusal.status, refusal.method, refusal.part))
    with pytest.raises(RegistryError, match=f"(?s)the registry answered {refusal.status}.*; nothing was published"):
        push(image)
    assert behaviour.tags() == []
    assert records.find(PushRecord, image.id) is None


def test_a_disk_that_fills_up_during_the_layers_leaves_no_manifest_and_the_next_push_continues(
    push: Callable[[Saved], Pushed], image: Saved, behaviour: Behaviour
) -> None:
    full = Refusal(500, "PUT", "/uploads/", body=b'{"errors":[{"code":"UNKNOWN","message":"no space left on device"}]}')
    taken = Registry.upload

    def two(self: Registry, digest: str, size: int, opened: Callable[[], object]) -> None:
        if len(behaviour.blobs) == 2:
            behaviour.refusals.append(full)
        taken(self, digest, size, opened)  # type: ignore[arg-type]  # as it came

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Registry, "upload", two)
        with pytest.raises(RegistryError, match=r"(?s)no space left on device.*disk is full"):
            push(image)
    assert behaviour.manifests == {}
    assert len(behaviour.blobs) == 2
    behaviour.refusals.clear()
    assert push(image).sent < sum(map(len, behaviour.blobs.values()))


def test_a_registry_that_calls_the_image_something_else_is_not_believed(
    push: Callable[[Saved], Pushed], image: Saved, behaviour: Behaviour, records: Records
) -> None:
    behaviour.claim = "sha256:" + "0" * 64
    with pytest.raises(RegistryError, match=r"gives another image than was pushed .*called sha256:000.*trust nothing"):
        push(image)
    assert behaviour.tags() == []
    assert records.find(PushRecord, image.id) is None


def test_a_registry_that_gives_another_image_is_not_believed(
    push: Callable[[Saved], Pushed], image: Saved, behaviour: Behaviour, records: Records
) -> None:
    behaviour.lie = lambda data: data.replace(b'"schemaVersion":2', b'"schemaVersion": 2')
    with pytest.raises(RegistryError, match="gives another image than was pushed"):
        push(image)
    assert behaviour.tags() == []
    assert records.find(PushRecord, image.id) is None


def test_a_tag_that_somebody_else_moves_during_the_push_is_noticed(
    push: Callable[[Saved], Pushed], image: Saved, behaviour: Behaviour, records: Records
) -> None:
    put = Registry.put_manifest

    def moved(self: Registry, reference: str, data: bytes, media_type: str) -> object:
        done = put(self, reference, data, media_type)
        if not reference.startswith("sha256"):
            behaviour.manifests[reference] = json.dumps({"mediaType": MANIFEST}).encode()
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Registry, "put_manifest", moved)
        with pytest.raises(RegistryError, match="gives another image than was pushed under c0ffee000000-colours-1"):
            push(image)
    assert records.find(PushRecord, image.id) is None


@pytest.mark.parametrize(("what", "said"), [("blobs", "took blob"), ("manifests", "took manifest")])
def test_a_registry_that_forgets_what_it_took_is_noticed(
    push: Callable[[Saved], Pushed], image: Saved, behaviour: Behaviour, what: str, said: str
) -> None:
    behaviour.forgets = what
    with pytest.raises(RegistryError, match=f"{said} .* does not hold it"):
        push(image)
    assert behaviour.tags() == []


def test_packages_that_are_not_the_locked_ones_stop_the_push_before_the_tag(
    push: Callable[[Saved], Pushed],
    image: Saved,
    behaviour: Behaviour,
    monkeypatch: pytest.MonkeyPatch,
    manifest: Manifest,
) -> None:
    found = inventory(manifest)
    changed = found.model_copy(update={"own": (*found.own, found.base[0])})
    write = sbom.write
    monkeypatch.setattr(sbom, "write", lambda subject, build, _found: write(subject, build, changed))
    with pytest.raises(FailureError, match=r"its packages are not the locked ones: pip 25\.0"):
        push(image)
    assert behaviour.tags() == []


def test_an_image_without_a_version_is_tagged_by_its_digest(
    push: Callable[[Saved], Pushed], records: Records, manifest: Manifest, tmp_path: Path
) -> None:
    plain = save(tmp_path / "plain", [APP], labels={})
    prove(records, plain.id, manifest)
    record = push(plain).record
    assert record.tag == record.digest.replace(":", "-")


def test_another_repository_gets_the_image_too(
    push: Callable[[Saved], Pushed], image: Saved, client: Registry, host: str
) -> None:
    push(image)
    client.place = Place(host, "other/scoring")
    assert push(image).record.repository == f"{host}/other/scoring"
