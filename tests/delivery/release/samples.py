"""Releases and deployments for tests."""

from datetime import UTC, datetime, timedelta

from delivery.image.oci import digest_of
from delivery.image.records import Document, Model
from delivery.release.deployment import Begun, Deployment, Ended, Outcome
from delivery.release.record import Image, Previous, Release, release_id
from tests.delivery.examples.colours import BUNDLE

COMMIT = "c0ffee" + "0" * 34
SBOM, PROVENANCE = b'{"bomFormat": "CycloneDX"}', b'{"_type": "statement"}'
DOCUMENTS = {"sbom.cdx.json": SBOM, "provenance.json": PROVENANCE, "examples.json": BUNDLE}
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def document(file: str, data: bytes) -> Document:
    return Document(file=file, media_type="application/json", digest=digest_of(data), size=len(data))


def release(number: int = 1, *, build: str = "", commit: str = COMMIT, previous: Release | None = None) -> Release:
    """The `number`th release: an image, a minute and a build of its own."""
    digest = digest_of(f"image {number}".encode())
    created = NOON + timedelta(minutes=number)
    return Release(
        id=release_id(created, digest),
        created=created,
        image=Image(registry="registry.example", repository="team/scoring", digest=digest, tag="one", size=1000),
        commit=commit,
        source="https://git.example/team/app",
        model=Model(name="colours", version=str(number), sha256="ab" * 32),
        build_id=build or f"2026.{number}",
        tested=created,
        checks=("examples: 6 as expected",),
        sbom=document("sbom.cdx.json", SBOM),
        provenance=document("provenance.json", PROVENANCE),
        examples=document("examples.json", BUNDLE),
        previous=Previous(id=previous.id, digest=previous.image.digest) if previous else None,
    )


def begun(one: Release, number: int = 1, environment: str = "dev", *, rollback: bool = False) -> Begun:
    return Begun(
        environment=environment,
        number=number,
        release=one.id,
        digest=one.image.digest,
        kind="rollback" if rollback else "deploy",
        by="run 7",
        begun=NOON,
    )


def deployment(
    one: Release, number: int, outcome: Outcome | None = "succeeded", *, rollback: bool = False
) -> Deployment:
    ended = Ended(outcome=outcome, ended=NOON) if outcome else None
    return Deployment(begun(one, number, rollback=rollback), ended)
