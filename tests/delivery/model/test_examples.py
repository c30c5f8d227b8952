"""A version and its examples: published together, asked before they are, and the same wherever they are pulled."""

from pathlib import Path

import pytest

from delivery.examples.folder import MAX_BYTES, MAX_FILES
from delivery.failure import IntegrityError
from delivery.image.context import stage_model
from delivery.model import manifest as manifests
from delivery.model.limits import fault_of_sizes
from delivery.model.manifest import MANIFEST_FILE
from tests.delivery.examples import colours
from tests.support import pictures

from .candidates import facts, publishable
from .commands import Run

BLUE = b"request: {path: /v1/classify, file: blue.png}\nexpect: {json: {classes: [{label: green}]}}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A publishable folder with three examples."""
    return colours.add(publishable(tmp_path / "mine"))


def test_examples_are_asked_published_and_pulled_with_the_version(whole: Run, folder: Path, tmp_path: Path) -> None:
    assert whole("publish", folder).code == 0
    assert whole("pull", "--to", tmp_path / "model").code == 0
    pulled = {path.name: path.read_bytes() for path in (tmp_path / "model" / "examples").iterdir()}
    assert pulled == colours.FILES
    declared = manifests.read(tmp_path / "model").files
    assert {name.removeprefix("examples/"): one for name, one in declared.items() if name.startswith("examples/")} == {
        name: facts(data) for name, data in colours.FILES.items()
    }


def test_a_wrong_example_stops_the_version_with_a_sentence_and_the_way_on(whole: Run, folder: Path) -> None:
    (folder / "examples" / "blue.yaml").write_bytes(BLUE)
    outcome = whole("publish", folder)
    assert outcome.code == 1
    assert (
        f"error: {folder}/examples: 1 of 3 examples are answered wrongly: blue: POST /v1/classify: classes.0.label: "
        "found 'blue', expected 'green'\nnothing was published; to see what it answers: "
        f"slipway model try {folder}"
    ) in outcome.err
    assert "nothing is published there" in whole("list").err


def test_a_model_without_examples_is_asked_the_apps(whole: Run, tmp_path: Path) -> None:
    outcome = whole("publish", publishable(tmp_path / "mine"))
    assert outcome.code == 1
    assert "error: app/examples: 6 of 6 examples are answered wrongly:" in outcome.err
    assert "brings no examples of its own, so the app's were asked" in outcome.err


def test_the_same_examples_again_are_no_new_version_and_others_are(run: Run, folder: Path) -> None:
    assert "version 1; it is live" in run("publish", folder).out
    assert "this very model already" in run("publish", folder).out
    (folder / "examples" / "blue.png").write_bytes(pictures.plain("blue", (80, 60)))
    assert "version 2; it is live" in run("publish", folder).out


def test_every_faulty_file_is_named_at_once(run: Run, folder: Path) -> None:
    (folder / "examples" / "blue.yaml").write_text("request: {pth: /}\nexpect: {}", encoding="utf-8")
    (folder / "labels.txt").unlink()
    (folder / "model.json").write_text("{}", encoding="utf-8")
    told = run("publish", folder).err
    for fault in ("model.json: name: ", "labels.txt: no such file", "examples/blue.yaml: request.pth: "):
        assert fault in told


@pytest.mark.parametrize("name", ["blue.yaml", "extra.yaml"])
def test_a_pull_mends_a_folder_whose_examples_were_changed(run: Run, folder: Path, tmp_path: Path, name: str) -> None:
    run("publish", folder)
    run("pull", "--to", tmp_path / "model")
    file = tmp_path / "model" / "examples" / name
    file.unlink(missing_ok=True)
    file.write_bytes(BLUE)
    assert "pulled" in run("pull", "--to", tmp_path / "model").out
    assert "unchanged" in run("pull", "--to", tmp_path / "model").out


def test_a_folder_of_other_examples_is_never_replaced(run: Run, folder: Path, tmp_path: Path) -> None:
    run("publish", folder)
    (tmp_path / "project" / "examples").mkdir(parents=True)
    (tmp_path / "project" / "examples" / "work.py").write_text("months of it", encoding="utf-8")
    outcome = run("pull", "--to", tmp_path / "project")
    assert outcome.code == 1
    assert "holds other files than a model version's: examples" in outcome.err
    assert (tmp_path / "project" / "examples" / "work.py").exists()


def test_a_build_packs_the_examples_that_the_manifest_declares_and_no_other(tmp_path: Path) -> None:
    manifest = colours.version(tmp_path / "model")
    (tmp_path / "model" / "examples" / "extra.yaml").write_bytes(BLUE)
    stage_model(tmp_path / "model", tmp_path / "staged")
    packed = [path for path in (tmp_path / "staged").rglob("*") if path.is_file() and path.name != MANIFEST_FILE]
    assert {path.relative_to(tmp_path / "staged").as_posix() for path in packed} == set(manifest.files)


def test_a_build_refuses_an_example_that_was_changed(tmp_path: Path) -> None:
    colours.version(tmp_path / "model")
    (tmp_path / "model" / "examples" / "blue.yaml").write_bytes(BLUE)
    with pytest.raises(
        IntegrityError, match=r"examples/blue\.yaml: is not the file of its manifest.*\n.*--to .*/model$"
    ):
        stage_model(tmp_path / "model", tmp_path / "staged")


def test_a_manifest_cannot_put_files_elsewhere(tmp_path: Path) -> None:
    manifest = colours.version(tmp_path / "model")
    for path in ("examples/../x", "examples/a/b", "../x", "/x", ".x"):
        files = {**manifest.files, path: facts(b"x")}
        text = manifest.model_copy(update={"files": files}).to_json()
        with pytest.raises(manifests.ManifestError, match="files"):
            manifests.parse(manifests.Manifest, text, "manifest.json")


def test_more_examples_than_travel_are_refused() -> None:
    many = {f"examples/{number}.yaml": facts(b"x") for number in range(MAX_FILES + 1)}
    assert f"at most {MAX_FILES} are allowed" in fault_of_sizes(many)
    large = facts(b"x").model_copy(update={"size": MAX_BYTES})
    assert f"at most {MAX_BYTES} are allowed" in fault_of_sizes({"examples/a": large, "examples/b": large})
    assert fault_of_sizes({"examples/a": large}) == ""
