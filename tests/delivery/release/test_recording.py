"""Recording a pushed image, and the commands around it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from delivery.failure import FailureError, IntegrityError, NotFoundError
from delivery.image.records import BuildRecord, PushRecord, Records
from delivery.model.manifest import Manifest
from delivery.release import cli
from delivery.release.deployment import Ended
from delivery.release.recording import read, record
from delivery.release.store import ReleaseStore
from tests.delivery.image.images import COMMIT, prove
from tests.support import models
from tests.support.apps import reread

from .samples import DOCUMENTS, NOON, begun, document

IMAGE = "sha256:" + "1a" * 32
DIGEST = "sha256:" + "d1" * 32


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    return reread(models.write(tmp_path / "model"))


@pytest.fixture
def records(tmp_path: Path, manifest: Manifest) -> Records:
    """The records of an image that was built, tested and pushed."""
    written = Records(tmp_path / "records")
    prove(written, IMAGE, manifest)
    pushed(written)
    return written


def pushed(records: Records, digest: str = DIGEST) -> None:
    for file, data in DOCUMENTS.items():
        (records.folder(IMAGE) / file).write_bytes(data)
    records.write(
        PushRecord(
            image=IMAGE,
            repository="registry.example/team/scoring",
            tag="c0ffee000000-colours-1",
            digest=digest,
            size=5000,
            pushed=NOON,
            sbom=document("sbom.cdx.json", DOCUMENTS["sbom.cdx.json"]),
            provenance=document("provenance.json", DOCUMENTS["provenance.json"]),
        )
    )


def test_the_record_says_what_the_build_the_test_and_the_push_said(records: Records, tmp_path: Path) -> None:
    release = record(IMAGE, records, tmp_path / "out").release
    assert release.image.reference == f"registry.example/team/scoring@{DIGEST}"
    assert release.commit == COMMIT
    assert release.build_id == "77"
    assert release.model.name == "colours"
    assert release.checks == ("examples: 6 as expected",)
    assert release.previous is None


def test_the_folder_holds_the_record_and_its_documents(records: Records, tmp_path: Path) -> None:
    release = record(IMAGE, records, tmp_path / "out").release
    assert read(tmp_path / "out") == read(tmp_path / "out" / "release.json") == release
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"release.json", *DOCUMENTS}


def test_recording_again_changes_nothing(records: Records, tmp_path: Path) -> None:
    first = record(IMAGE, records, tmp_path / "out")
    second = record(IMAGE, records, tmp_path / "out")
    assert (first.created, second.created) == (True, False)
    assert first.release == second.release


def test_another_image_replaces_the_folders_record_and_names_what_was_before_in_the_store(
    records: Records, tmp_path: Path
) -> None:
    store = cli._open(str(tmp_path / "store"), create=True)
    first = record(IMAGE, records, tmp_path / "out", store).release
    pushed(records, "sha256:" + "e2" * 32)
    second = record(IMAGE, records, tmp_path / "out", store).release
    assert read(tmp_path / "out") == second
    assert second.previous is not None
    assert (second.previous.id, second.previous.digest) == (first.id, DIGEST)
    assert store.newest() == second


def test_a_release_that_was_only_in_the_folder_reaches_the_store_as_it_is(records: Records, tmp_path: Path) -> None:
    first = record(IMAGE, records, tmp_path / "out").release
    store = cli._open(str(tmp_path / "store"), create=True)
    assert record(IMAGE, records, tmp_path / "out", store).release == first == store.newest()


@pytest.mark.parametrize("step", ["build", "test", "push"])
def test_what_was_not_built_tested_and_pushed_is_no_release(records: Records, tmp_path: Path, step: str) -> None:
    (records.folder(IMAGE) / {"build": "built.json", "test": "tested.json", "push": "pushed.json"}[step]).unlink()
    with pytest.raises(FailureError, match=rf"no record of its {step} here.*slipway image {step}"):
        record(IMAGE, records, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_code_without_a_commit_is_no_release(records: Records, tmp_path: Path) -> None:
    built = records.find(BuildRecord, IMAGE)
    assert built
    records.write(built.model_copy(update={"commit": ""}))
    with pytest.raises(FailureError, match="nobody knows the commit of its code"):
        record(IMAGE, records, tmp_path / "out")


def test_an_image_of_no_pipeline_is_a_local_build(records: Records, tmp_path: Path) -> None:
    built = records.find(BuildRecord, IMAGE)
    assert built
    records.write(built.model_copy(update={"build": ""}))
    assert record(IMAGE, records, tmp_path / "out").release.build_id == "local"


def test_a_document_that_was_changed_since_the_push_is_no_longer_the_releases(records: Records, tmp_path: Path) -> None:
    (records.folder(IMAGE) / "sbom.cdx.json").write_bytes(b"changed")
    with pytest.raises(IntegrityError, match=r"sbom\.cdx\.json: was changed since the push; push again"):
        record(IMAGE, records, tmp_path / "out")


def test_a_document_beside_the_record_must_be_the_one_that_it_names(records: Records, tmp_path: Path) -> None:
    record(IMAGE, records, tmp_path / "out")
    (tmp_path / "out" / "provenance.json").write_bytes(b"changed")
    with pytest.raises(IntegrityError, match=r"provenance\.json: is not the document that release\.json declares"):
        read(tmp_path / "out")


@pytest.mark.parametrize(
    ("text", "fault"), [("{", "Invalid JSON"), ('{"format": "slipway.release/2"}', "found 'slipway.release/2'")]
)
def test_what_is_no_record_is_named_with_its_fault(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "release.json").write_text(text, encoding="utf-8")
    with pytest.raises(IntegrityError, match=fault):
        read(tmp_path)


def test_no_record_at_all_says_what_writes_one(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no such file; slipway release record writes one"):
        read(tmp_path)


Run = Callable[..., Result]


@pytest.fixture
def run(records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `release ...` for that image, in a folder of its own."""
    monkeypatch.setattr(cli, "absence", lambda: "")
    monkeypatch.setattr(cli, "image_id", lambda _image: IMAGE)
    monkeypatch.setattr(cli, "Records", lambda: records)
    monkeypatch.setattr(cli, "RELEASE", tmp_path / "release")
    monkeypatch.delenv("SLIPWAY_RELEASES", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: CliRunner().invoke(cli.app, list(map(str, arguments)))


def test_record_then_show_then_list(run: Run, tmp_path: Path) -> None:
    place, store = tmp_path / "release", tmp_path / "store"
    recorded = run("record", "--to", place, "--store", store)
    assert recorded.exit_code == 0, recorded.output
    release = read(place)
    assert recorded.stdout.splitlines()[1] == release.image.reference
    assert "unchanged, recorded before as" in run("record", "--to", place, "--store", store).stdout
    listed = run("list", "--store", store).stdout
    assert release.id in listed
    assert "colours 1" in listed
    shown = run("show", place, "--store", store).stdout
    assert release.image.reference in shown
    assert "no environment that is known here" in shown
    assert release.id in run("show", "latest", "--store", store).stdout


def test_json_is_the_record_and_where_it_is_live(run: Run, tmp_path: Path) -> None:
    store = tmp_path / "store"
    said: dict[str, Any] = json.loads(run("record", "--to", tmp_path / "out", "--store", store, "--json").stdout)
    release = read(tmp_path / "out")
    assert said == release.model_dump(mode="json")
    opened: ReleaseStore = cli._open(str(store))
    attempt = opened.begin(begun(release, environment="prod"))
    opened.end(attempt, Ended(outcome="succeeded", ended=NOON))
    (entry,) = json.loads(run("list", "--store", store, "--json").stdout)
    assert entry == {**said, "live_in": ["prod"]}
    assert "prod" in run("list", "--store", store).stdout
    assert json.loads(run("show", "latest", "--store", store, "--json").stdout)["live_in"] == ["prod"]


def test_a_list_needs_a_store_and_says_how_to_name_one(run: Run) -> None:
    done = run("list")
    assert done.exit_code == 2
    assert "SLIPWAY_RELEASES" in done.output


def test_without_an_engine_recording_says_why_it_needs_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "absence", lambda: "docker is not on PATH")
    done = run("record")
    assert isinstance(done.exception, FailureError)
    assert "docker is not on PATH" in str(done.exception)
