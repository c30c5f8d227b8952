"""The documents that belong to an image: what is in it, and how it came to be."""

import json
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from delivery.failure import FailureError, IntegrityError
from delivery.image import inventory as inventories
from delivery.image import provenance, sbom
from delivery.image.oci import digest_of
from delivery.image.provenance import Statement
from delivery.image.records import Check, TestRecord
from delivery.image.registry.place import Place
from delivery.image.sbom import Subject
from delivery.model.manifest import Manifest
from tests.support import models
from tests.support.apps import reread

from .images import COMMIT, TIME, build_record, inventory

IMAGE = "sha256:" + "1a" * 32
SUBJECT = Subject(Place("registry.example", "team/scoring"), "sha256:" + "d1" * 32)
PIPELINE = {
    "SYSTEM_COLLECTIONURI": "https://dev.azure.com/contoso/",
    "SYSTEM_TEAMPROJECTID": "11111111-2222-3333-4444-555555555555",
    "SYSTEM_DEFINITIONID": "12",
    "BUILD_BUILDID": "345",
    "SYSTEM_ACCESSTOKEN": "a secret",
}


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    written = reread(models.write(tmp_path / "model"))
    return written.model_copy(update={"licence": "Apache-2.0", "metrics": {"top_1": 18.0}})


def materials(manifest: Manifest) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(sbom.write(SUBJECT, build_record(IMAGE, manifest), inventory(manifest)))
    return document


def component(document: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [one for one in document["components"] if one["name"] == name]
    assert isinstance(found, dict)
    return found


def layer(one: dict[str, Any]) -> str:
    return str({fact["name"]: fact["value"] for fact in one["properties"]}["slipway:layer"])


def test_the_bill_of_materials_is_one_by_cyclonedxs_own_schema(manifest: Manifest) -> None:
    text = sbom.write(SUBJECT, build_record(IMAGE, manifest), inventory(manifest)).decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_it_speaks_of_the_image_by_its_digest(manifest: Manifest) -> None:
    root = materials(manifest)["metadata"]["component"]
    assert root["type"] == "container"
    assert root["version"] == SUBJECT.digest
    assert root["purl"] == f"pkg:oci/scoring@{SUBJECT.digest}?repository_url=registry.example/team/scoring"
    assert root["hashes"] == [{"alg": "SHA-256", "content": "d1" * 32}]


def test_it_names_everything_with_its_layer(manifest: Manifest) -> None:
    document = materials(manifest)
    assert {(one["type"], one["name"], one.get("version"), layer(one)) for one in document["components"]} == {
        ("application", "app", COMMIT, "app"),
        ("machine-learning-model", "colours", "1", "model"),
        ("platform", "python", "3.13.2", "base"),
        ("operating-system", "debian", "13", "base"),
        ("library", "Flask", "3.1.3", "dependencies"),
        ("library", "Werkzeug", "3.1.9", "dependencies"),
        ("library", "pip", "25.0", "base"),
        ("library", "libc6", "2.41-12+b1", "base"),
    }


def test_the_model_has_its_sha256_its_licence_and_its_figures(manifest: Manifest) -> None:
    model = component(materials(manifest), "colours")
    assert model["hashes"] == [{"alg": "SHA-256", "content": manifest.sha256}]
    assert model["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    facts = {fact["name"]: fact["value"] for fact in model["properties"]}
    assert facts["slipway:metric:top_1"] == "18"
    assert facts["slipway:sha256:model.onnx"] == manifest.sha256


def test_a_python_package_has_the_file_that_it_came_from(manifest: Manifest) -> None:
    flask = component(materials(manifest), "Flask")
    assert flask["purl"] == "pkg:pypi/flask@3.1.3"
    assert flask["externalReferences"] == [
        {
            "type": "distribution",
            "url": "flask-3.1.3-py3-none-any.whl",
            "hashes": [{"alg": "SHA-256", "content": "f1" * 32}],
        }
    ]


def test_a_debian_package_is_found_by_its_source_too(manifest: Manifest) -> None:
    purl = component(materials(manifest), "libc6")["purl"]
    assert purl == "pkg:deb/debian/libc6@2.41-12%2Bb1?arch=amd64&distro=debian-13&upstream=glibc"


def test_it_says_what_needs_what(manifest: Manifest) -> None:
    document = materials(manifest)
    needs = {one["ref"]: one.get("dependsOn", []) for one in document["dependencies"]}
    assert needs["pkg:pypi/flask@3.1.3"] == ["pkg:pypi/werkzeug@3.1.9"]
    assert set(needs[f"application:app@{COMMIT}"]) == {"pkg:pypi/flask@3.1.3", "pkg:pypi/werkzeug@3.1.9"}


def test_the_same_image_has_the_same_bill(manifest: Manifest) -> None:
    assert materials(manifest) == materials(manifest)
    assert materials(manifest)["metadata"]["timestamp"].startswith("2026-01-02T03:04:05")


def test_a_base_without_a_package_list_is_said_to_have_none(manifest: Manifest) -> None:
    found = inventory(manifest).model_copy(update={"debian": ()})
    document = json.loads(sbom.write(SUBJECT, build_record(IMAGE, manifest), found))
    facts = {fact["name"]: fact["value"] for fact in component(document, "debian")["properties"]}
    assert facts["slipway:packages"].startswith("not listed")


@pytest.mark.parametrize("change", ["another", "missing", "more"])
def test_an_image_that_holds_other_packages_than_were_locked_gets_no_bill(manifest: Manifest, change: str) -> None:
    found = inventory(manifest)
    flask, werkzeug = found.own
    own = {
        "another": (flask.model_copy(update={"version": "3.1.4"}), werkzeug),
        "missing": (flask,),
        "more": (flask, werkzeug, found.base[0]),
    }[change]
    with pytest.raises(IntegrityError, match=r"its packages are not the locked ones: .*build it with --fresh"):
        sbom.write(SUBJECT, build_record(IMAGE, manifest), found.model_copy(update={"own": own}))


def test_a_model_whose_files_are_not_its_manifests_is_named(manifest: Manifest) -> None:
    found = inventory(manifest)
    text = found.model_copy(update={"files": {**found.files, "model.onnx": "0" * 64}}).model_dump_json()
    with pytest.raises(FailureError, match=r"holds model files .*its manifest declares .*; build it again"):
        inventories.read(text, IMAGE)
    assert inventories.read(found.model_dump_json(), IMAGE) == found


@pytest.mark.parametrize("text", ["", "no JSON", "{}", '{"python": "3.13"}'])
def test_an_image_that_does_not_answer_is_named(text: str) -> None:
    with pytest.raises(FailureError, match=f"image {IMAGE}: what is in it cannot be listed"):
        inventories.read(text, IMAGE)


def statement(manifest: Manifest, environment: dict[str, str], commit: str = COMMIT) -> dict[str, Any]:
    build = build_record(IMAGE, manifest, commit=commit)
    test = TestRecord(
        image=IMAGE, tested=TIME, engine="28", checks=(Check(name="examples", result="6"),), examples=IMAGE
    )
    text = provenance.write(SUBJECT, build, test, b"bill", environment)
    Statement.model_validate_json(text)
    document: dict[str, Any] = json.loads(text)
    return document


def test_the_provenance_is_slsas_about_that_image(manifest: Manifest) -> None:
    said = statement(manifest, {})
    assert said["_type"] == "https://in-toto.io/Statement/v1"
    assert said["predicateType"] == "https://slsa.dev/provenance/v1"
    assert said["subject"] == [{"name": "registry.example/team/scoring", "digest": {"sha256": "d1" * 32}}]
    assert set(said["predicate"]) == {"buildDefinition", "runDetails"}
    assert set(said["predicate"]["buildDefinition"]) == {
        "buildType",
        "externalParameters",
        "internalParameters",
        "resolvedDependencies",
    }


def test_it_names_code_base_model_and_packages_by_their_digests(manifest: Manifest) -> None:
    named = statement(manifest, {})["predicate"]["buildDefinition"]["resolvedDependencies"]
    assert {one["name"]: one["digest"] for one in named} == {
        "code": {"gitCommit": COMMIT},
        "base": {"sha256": "ba" * 32},
        "app/Dockerfile": {"sha256": "d0" * 32},
        "colours/1": {"sha256": manifest.sha256},
        "flask-3.1.3-py3-none-any.whl": {"sha256": "f1" * 32},
        "werkzeug-3.1.9-py3-none-any.whl": {"sha256": "e2" * 32},
    }
    assert named[0]["uri"] == "git+https://git.example/team/app"


@pytest.mark.parametrize("commit", ["", f"{COMMIT}-dirty"])
def test_code_that_no_commit_holds_claims_none(manifest: Manifest, commit: str) -> None:
    named = statement(manifest, {}, commit)["predicate"]["buildDefinition"]["resolvedDependencies"]
    assert "digest" not in named[0]


def test_a_pipeline_is_named_as_the_builder_and_a_machine_of_ones_own_is_not(manifest: Manifest) -> None:
    run = statement(manifest, PIPELINE)["predicate"]["runDetails"]
    project = "https://dev.azure.com/contoso/11111111-2222-3333-4444-555555555555"
    assert run["builder"]["id"] == f"{project}/_build?definitionId=12"
    assert run["metadata"]["invocationId"] == f"{project}/_build/results?buildId=345"
    local = statement(manifest, {})["predicate"]["runDetails"]
    assert local["builder"]["id"] == "urn:slipway:builder:local"
    assert "invocationId" not in local["metadata"]
    assert "a secret" not in json.dumps(run)


def test_it_binds_the_test_and_the_bill_of_materials(manifest: Manifest) -> None:
    made = statement(manifest, {})["predicate"]["runDetails"]["byproducts"]
    names = {one["name"]: one["digest"]["sha256"] for one in made}
    assert names["image"] == "1a" * 32
    assert f"sha256:{names['sbom.cdx.json']}" == digest_of(b"bill")
    assert len(names["test"]) == 64
