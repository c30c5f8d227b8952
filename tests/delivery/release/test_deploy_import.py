"""The image on its way into an environment's registry: by Azure itself between its registries, else byte by byte."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from delivery.console import Step
from delivery.failure import FailureError, IntegrityError, NotFoundError
from delivery.image.registry.client import Stored
from delivery.image.registry.place import Place
from delivery.release import importing
from delivery.release.command import Command
from delivery.release.importing import Import
from tests.delivery.image.registry_stand_in import Behaviour, Refusal, registry

from .stand_ins import StandIns
from .world import image

BLOBS, MANIFEST = image(1)
DIGEST = Stored(MANIFEST, "", "").digest
HUB, PROD = Place("crdev.azurecr.io", "scoring"), Place("crprod-abc.azurecr.io", "scoring")


@pytest.fixture
def az(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    made = StandIns(tmp_path / "stand-ins")
    made.install()
    monkeypatch.setenv("PATH", str(made.folder / "bin"), prepend=":")
    return made


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What Azure's registry holds by digest or tag; nothing of it is on this machine."""
    held: dict[str, bytes] = {}

    class Registry:
        def __init__(self, place: Place) -> None:
            assert place == PROD

        def manifest(self, reference: str) -> Stored | None:
            return Stored(held[reference], "", "") if reference in held else None

    monkeypatch.setattr(importing, "Registry", Registry)
    return held


@pytest.fixture
def two() -> Iterator[tuple[Behaviour, Behaviour, Place, Place]]:
    source, target = Behaviour(blobs=dict(BLOBS), manifests={DIGEST: MANIFEST, "r1": MANIFEST}), Behaviour()
    with ExitStack() as stack:
        places = [Place(stack.enter_context(registry(one)), "team/scoring") for one in (source, target)]
        yield source, target, places[0], places[1]


def copy(source: Place, target: Place) -> Step:
    step = Step("Image")
    Import(source=source, target=target, digest=DIGEST, tag="r1").run(step)
    return step


def test_between_azures_registries_azure_copies_and_the_caller_needs_no_bytes(
    az: StandIns, azure: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Command, "run", _then(Command.run, lambda: azure.update(r1=MANIFEST)))
    Import(source=HUB, target=PROD, digest=DIGEST, tag="r1", source_id="/registries/dev").run(Step("Image"))

    (call,) = az.calls
    assert call.startswith(f"az acr import --name crprod --source scoring@{DIGEST} --registry /registries/dev ")
    assert call.endswith("--image scoring:r1 --force --only-show-errors --output none")


def test_without_an_id_the_source_is_named_by_its_server(
    az: StandIns, azure: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Command, "run", _then(Command.run, lambda: azure.update(r1=MANIFEST)))
    Import(source=HUB, target=PROD, digest=DIGEST, tag="r1").run(Step("Image"))

    assert f"--source crdev.azurecr.io/scoring@{DIGEST} --image" in az.calls[0]


def test_an_import_that_azure_refuses_is_told_in_its_words(az: StandIns, azure: dict[str, bytes]) -> None:
    del azure
    az.change(fails={"acr import --name": "(Forbidden) importImage/action"})
    with pytest.raises(FailureError, match=r"az acr import ended with exit code 1\n.*importImage/action"):
        Import(source=HUB, target=PROD, digest=DIGEST, tag="r1").run(Step("Image"))


def test_an_import_that_leaves_another_image_is_not_believed(az: StandIns, azure: dict[str, bytes]) -> None:
    azure["r1"] = b"{}"
    with pytest.raises(IntegrityError, match="after the import, expected"):
        Import(source=HUB, target=PROD, digest=DIGEST, tag="r1").run(Step("Image"))
    assert len(az.calls) == 1


def test_without_the_azure_cli_it_is_named_with_its_remedy(
    azure: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    del azure
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FailureError, match=r"az is not on PATH: see https://learn\.microsoft"):
        Import(source=HUB, target=PROD, digest=DIGEST, tag="r1").run(Step("Image"))


def test_elsewhere_every_blob_is_copied_and_the_digest_is_the_same(
    two: tuple[Behaviour, Behaviour, Place, Place],
) -> None:
    _, target, here, there = two
    step = copy(here, there)

    assert target.blobs == BLOBS
    assert target.manifests == {DIGEST: MANIFEST, "r1": MANIFEST}
    assert DIGEST[:19] in step.result


def test_blobs_that_are_there_are_left(two: tuple[Behaviour, Behaviour, Place, Place]) -> None:
    _, target, here, there = two
    target.blobs |= BLOBS
    copy(here, there)

    assert [request for request in target.requests if "uploads" in request] == []


def test_every_platform_of_an_index_is_copied(two: tuple[Behaviour, Behaviour, Place, Place]) -> None:
    source, target, here, there = two
    kind = "application/vnd.oci.image.index.v1+json"
    parts = [{"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": DIGEST, "size": len(MANIFEST)}]
    index = json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": parts}).encode()
    digest = Stored(index, kind, "").digest
    source.manifests[digest] = index

    Import(source=here, target=there, digest=digest, tag="all").run(Step("Image"))

    assert target.manifests.keys() == {DIGEST, digest, "all"}
    assert target.blobs == BLOBS


def test_a_blob_that_came_altered_is_not_passed_on(two: tuple[Behaviour, Behaviour, Place, Place]) -> None:
    source, target, here, there = two
    altered = next(iter(source.blobs))
    source.blobs[altered] = b"x" * len(source.blobs[altered])

    with pytest.raises(FailureError, match="gave other bytes"):
        copy(here, there)
    assert "r1" not in target.manifests


def test_a_registry_that_refuses_is_named(two: tuple[Behaviour, Behaviour, Place, Place]) -> None:
    _, target, here, there = two
    target.refusals.append(Refusal(403, "POST", "uploads"))

    with pytest.raises(FailureError, match="answered 403"):
        copy(here, there)


def test_a_release_whose_image_is_gone_everywhere_says_what_to_do(
    two: tuple[Behaviour, Behaviour, Place, Place],
) -> None:
    source, _, here, _there = two
    source.manifests.clear()

    with pytest.raises(NotFoundError, match="build the commit anew"):
        copy(here, here)


def _then(first: Any, second: Any) -> Any:
    """Call one, then the other: Azure answers once it has copied."""

    def both(*arguments: Any, **named: Any) -> Any:
        found = first(*arguments, **named)
        second()
        return found

    return both
