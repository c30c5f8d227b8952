"""Provenance of an image: an in-toto statement with SLSA's provenance predicate, version 1.

The forms: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md and https://slsa.dev/spec/v1.1/provenance
It is not signed. It lists what was done, and the registry binds it to the image; it proves no author.
"""

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from .oci import digest_of
from .records import BuildRecord, TestRecord
from .sbom import Subject

MEDIA_TYPE = "application/vnd.in-toto+json"
FILE = "provenance.json"
BUILD_TYPE = "urn:slipway:image-build:v1"
_LOCAL_BUILDER = "urn:slipway:builder:local"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class Resource(_Part):
    """Something with a digest."""

    name: str | None = None
    uri: str | None = None
    digest: dict[str, str] | None = None


class BuildDefinition(_Part):
    """Parameters of the build, and the dependencies that went in."""

    build_type: str = BUILD_TYPE
    external_parameters: dict[str, str]
    internal_parameters: dict[str, str]
    resolved_dependencies: tuple[Resource, ...]


class Builder(_Part):
    """The builder's id, and the versions of its tools."""

    id: str
    version: dict[str, str]


class Metadata(_Part):
    """The run's id and times."""

    invocation_id: str | None = None
    started_on: datetime
    finished_on: datetime


class RunDetails(_Part):
    """The run."""

    builder: Builder
    metadata: Metadata
    byproducts: tuple[Resource, ...]


class Predicate(_Part):
    """SLSA's."""

    build_definition: BuildDefinition
    run_details: RunDetails


class Statement(_Part):
    """in-toto's."""

    type: Literal["https://in-toto.io/Statement/v1"] = Field("https://in-toto.io/Statement/v1", alias="_type")
    subject: tuple[Resource, ...]
    predicate_type: Literal["https://slsa.dev/provenance/v1"] = "https://slsa.dev/provenance/v1"
    predicate: Predicate


def write(
    subject: Subject, build: BuildRecord, test: TestRecord, sbom: bytes, environment: Mapping[str, str] = os.environ
) -> bytes:
    """The statement as JSON; what is unknown is left out."""
    statement = Statement(
        subject=(Resource(name=str(subject.place), digest=_digest(subject.digest)),),
        predicate=Predicate(
            build_definition=BuildDefinition(
                external_parameters=_known(
                    {"commit": build.commit, "source": build.source, "model": _model(build), "build": build.build}
                ),
                internal_parameters={"base": build.base.reference, "dockerfile": "app/Dockerfile"},
                resolved_dependencies=tuple(_dependencies(build)),
            ),
            run_details=RunDetails(
                builder=Builder(id=_builder(environment), version={"docker-engine": build.engine}),
                metadata=Metadata(
                    invocation_id=_invocation(environment), started_on=build.started, finished_on=build.finished
                ),
                byproducts=(
                    Resource(name="image", digest=_digest(build.image)),
                    Resource(name="test", digest=_digest(digest_of(test.model_dump_json().encode()))),
                    Resource(name="sbom.cdx.json", digest=_digest(digest_of(sbom))),
                ),
            ),
        ),
    )
    return statement.model_dump_json(by_alias=True, exclude_none=True).encode() + b"\n"


def _dependencies(build: BuildRecord) -> list[Resource]:
    # Changes that no commit holds are no commit's.
    commit = build.commit if "-" not in build.commit else ""
    code = Resource(
        name="code",
        uri=f"git+{build.source}" if build.source else None,
        digest={"gitCommit": commit} if commit else None,
    )
    base = Resource(name="base", uri=build.base.reference, digest=_digest(build.base.digest or build.base.id))
    dockerfile = Resource(name="app/Dockerfile", digest={"sha256": build.dockerfile})
    model = Resource(name=_model(build), digest={"sha256": build.model.sha256})
    packages = [Resource(name=package.file, digest={"sha256": package.sha256}) for package in build.packages]
    return [code, base, dockerfile, model, *packages]


def _builder(environment: Mapping[str, str]) -> str:
    """Return the pipeline's URL by the variables of Azure Pipelines. All other machines have one name in common."""
    collection, project = environment.get("SYSTEM_COLLECTIONURI"), environment.get("SYSTEM_TEAMPROJECTID")
    definition = environment.get("SYSTEM_DEFINITIONID")
    if not (collection and project and definition):
        return _LOCAL_BUILDER
    return f"{collection.rstrip('/')}/{project}/_build?definitionId={definition}"


def _invocation(environment: Mapping[str, str]) -> str | None:
    collection, project = environment.get("SYSTEM_COLLECTIONURI"), environment.get("SYSTEM_TEAMPROJECTID")
    build = environment.get("BUILD_BUILDID")
    if not (collection and project and build):
        return None
    return f"{collection.rstrip('/')}/{project}/_build/results?buildId={build}"


def _model(build: BuildRecord) -> str:
    return f"{build.model.name}/{build.model.version}"


def _digest(name: str) -> dict[str, str]:
    algorithm, _, value = name.partition(":")
    return {algorithm: value}


def _known(facts: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in facts.items() if value}
