"""A new live model asks for one build of the released code; anything else asks for none."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from delivery.model.location import parse_location
from delivery.model.store import open_store
from delivery.model.watching import BUILD_PIPELINE
from delivery.release.record import Release
from delivery.release.store import ReleaseStore
from slipway.azure_pipelines import BUILD
from tests.delivery.release.samples import DOCUMENTS, deployment
from tests.delivery.release.samples import release as sample
from tests.delivery.release.stand_ins import StandIns

from .candidates import publishable
from .commands import Run

Release1 = Callable[..., Release]


@pytest.fixture
def az(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    made = StandIns(tmp_path / "stand-ins")
    made.install()
    made.change(az={"pipelines run --name": {"id": 345}})
    monkeypatch.setenv("PATH", str(made.folder / "bin"), prepend=":")
    monkeypatch.setenv("SYSTEM_COLLECTIONURI", "https://dev.azure.com/contoso/")
    monkeypatch.setenv("SYSTEM_TEAMPROJECT", "scoring")
    return made


@pytest.fixture
def releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReleaseStore:
    monkeypatch.setenv("SLIPWAY_RELEASES", str(tmp_path / "releases"))
    return ReleaseStore(open_store(parse_location(str(tmp_path / "releases")), create=True))


@pytest.fixture
def released(run: Run, releases: ReleaseStore, tmp_path: Path) -> Release1:
    """Publish a model and record a release that holds the live one."""

    def made(number: int = 1, **changes: object) -> Release:
        facts = json.loads(run("show", "--json").out)
        model = {"name": facts["name"], "version": facts["version"], "sha256": facts["files"]["model.onnx"]["sha256"]}
        plain = sample(number)
        found = plain.model_copy(update={"model": plain.model.model_copy(update=model), **changes})
        releases.add(found, DOCUMENTS)
        return found

    assert run("publish", publishable(tmp_path / "first", "first")).code == 0
    return made


def test_a_released_model_asks_for_nothing(run: Run, az: StandIns, released: Release1) -> None:
    released()
    outcome = run("watch", "--queue")

    assert (outcome.code, az.calls) == (0, [])
    assert outcome.out.endswith("version 1 is live, and released\n")


def test_a_new_model_has_the_released_commit_built_again(
    run: Run, az: StandIns, released: Release1, tmp_path: Path
) -> None:
    release = released()
    run("publish", publishable(tmp_path / "second", "second"))
    outcome = run("watch", "--queue")

    (call,) = az.calls
    assert call.startswith(f"az pipelines run --name slipway-build --branch main --commit-id {release.commit} ")
    assert "--organization https://dev.azure.com/contoso/ --project scoring" in call
    assert outcome.out.endswith("version 2 is live and not released yet; its build is run 345\n")


def test_it_is_asked_for_once_even_if_its_build_fails(
    run: Run, az: StandIns, released: Release1, tmp_path: Path
) -> None:
    released()
    run("publish", publishable(tmp_path / "second", "second"))
    outcomes = [run("watch", "--queue") for _ in range(3)]

    assert len(az.calls) == 1
    assert "its build was asked for before as run 345" in outcomes[2].out


def test_a_request_that_azure_devops_refuses_is_made_again_next_time(
    run: Run, az: StandIns, released: Release1, tmp_path: Path
) -> None:
    released()
    run("publish", publishable(tmp_path / "second", "second"))
    az.change(fails={"pipelines run --name": "TF215106: needs Queue builds permissions"})

    refused = run("watch", "--queue")
    assert (refused.code, "TF215106" in refused.err) == (1, True)
    az.change(fails={})
    assert "its build is run 345" in run("watch", "--queue").out


def test_looking_alone_asks_for_nothing(run: Run, az: StandIns, released: Release1, tmp_path: Path) -> None:
    released()
    run("publish", publishable(tmp_path / "second", "second"))

    assert json.loads(run("watch", "--json").out)["found"] == "new"
    assert az.calls == []


def test_a_version_that_is_published_and_not_live_asks_for_nothing(
    run: Run, az: StandIns, released: Release1, tmp_path: Path
) -> None:
    released()
    run("publish", publishable(tmp_path / "second", "second"), "--no-promote")

    assert json.loads(run("watch", "--json", "--queue").out)["found"] == "unchanged"
    assert az.calls == []


def test_a_half_published_version_asks_for_nothing(run: Run, az: StandIns, released: Release1, tmp_path: Path) -> None:
    """What a publisher leaves that is stopped before its manifest and the pointer."""
    released()
    (name,) = [path.name for path in (tmp_path / "repository").iterdir()]
    half = tmp_path / "repository" / name / "2"
    half.mkdir()
    (half / "labels.txt").write_text("a\nb\n")
    (half / "model.onnx").write_bytes(b"half of")

    assert json.loads(run("watch", "--json", "--queue").out)["found"] == "unchanged"
    assert az.calls == []


def test_a_pointer_to_what_is_not_whole_is_an_error_and_no_build(
    run: Run, az: StandIns, released: Release1, tmp_path: Path
) -> None:
    released()
    run("publish", publishable(tmp_path / "second", "second"))
    (name,) = [path.name for path in (tmp_path / "repository").iterdir()]
    (tmp_path / "repository" / name / "2" / "manifest.json").unlink()

    assert run("watch", "--queue").code != 0
    assert az.calls == []


def test_going_back_to_an_older_model_is_a_new_model_too(
    run: Run, az: StandIns, released: Release1, tmp_path: Path
) -> None:
    released()
    run("publish", publishable(tmp_path / "second", "second"))
    run("watch", "--queue")
    released(2)
    assert run("rollback").code == 0

    assert "version 1 is live and not released yet; its build is run 345" in run("watch", "--queue").out
    assert len(az.calls) == 2


def test_what_is_live_in_an_environment_counts_before_what_was_recorded_last(
    run: Run, az: StandIns, released: Release1, releases: ReleaseStore, tmp_path: Path
) -> None:
    """The newest release failed in dev; its code is not what a new model is built with."""
    good = released(1)
    run("publish", publishable(tmp_path / "second", "second"))
    bad = released(2, commit="bad" + "0" * 37)
    for number, (one, outcome) in enumerate([(good, "succeeded"), (bad, "restored")], 1):
        made = deployment(one, number, outcome)  # type: ignore[arg-type]  # one of the outcomes
        begun = releases.begin(made.begun)
        releases.end(begun, made.ended or pytest.fail("no end"))

    assert "not released yet" in run("watch", "--queue", "--environment", "dev").out
    assert f"--commit-id {good.commit}" in az.calls[0]


def test_before_the_first_release_there_is_no_commit_to_build(
    run: Run, az: StandIns, releases: ReleaseStore, tmp_path: Path
) -> None:
    assert releases.ids() == []
    run("publish", publishable(tmp_path / "first", "first"))

    assert "the first release is a commit's" in run("watch", "--queue").out
    assert az.calls == []


def test_uncommitted_code_cannot_be_built_again(run: Run, az: StandIns, released: Release1, tmp_path: Path) -> None:
    released(commit="c0ffee" + "0" * 34 + "-dirty")
    run("publish", publishable(tmp_path / "second", "second"))
    outcome = run("watch", "--queue")

    assert (outcome.code, az.calls) == (1, [])
    assert "was built from uncommitted changes" in outcome.err


def test_the_live_model_may_come_from_a_step_before(
    run: Run, az: StandIns, released: Release1, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a pipeline whose models lie in another cloud than its releases."""
    released()
    run("publish", publishable(tmp_path / "second", "second"))
    (tmp_path / "live.json").write_text(run("show", "--json").out)
    monkeypatch.delenv("SLIPWAY_MODELS")

    assert "its build is run 345" in run("watch", "--live", tmp_path / "live.json", "--queue").out
    assert len(az.calls) == 1


@pytest.mark.parametrize(
    ("text", "code", "complaint"),
    [
        ("nothing", 1, "not JSON"),
        ("[]", 1, "found list"),
        ("{}", 5, "is missing"),
        ('{"name": "a", "version": "2", "live": false}', 5, "is not the live one"),
    ],
)
def test_what_is_no_live_model_is_refused(
    run: Run, releases: ReleaseStore, tmp_path: Path, text: str, code: int, complaint: str
) -> None:
    assert releases.ids() == []
    (tmp_path / "live.json").write_text(text)
    outcome = run("watch", "--live", tmp_path / "live.json")

    assert outcome.code == code
    assert complaint in outcome.err


def test_the_build_is_called_as_the_program_calls_it() -> None:
    assert BUILD.name == BUILD_PIPELINE
