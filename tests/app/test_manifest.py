"""A manifest is read whole or refused with every fault named."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.scoring import manifest
from app.scoring.manifest import Input, Manifest, ManifestError
from tests.support import models


@pytest.fixture
def document(tmp_path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(models.write(tmp_path).to_json())
    return found


def _refusal(document: dict[str, Any]) -> str:
    with pytest.raises(ManifestError) as refused:
        manifest.parse(Manifest, json.dumps(document), "manifest.json")
    return str(refused.value)


def test_a_written_manifest_reads_back_the_same(tmp_path: Path) -> None:
    assert models.write(tmp_path) == manifest.read(tmp_path)


def test_faults_are_named_by_path_all_at_once(document: dict[str, Any]) -> None:
    document["name"] = "No Such Name"
    document["input"]["layout"] = "HWC"
    del document["output"]["name"]

    lines = _refusal(document).splitlines()

    assert [line.split(": ")[:2] for line in lines] == [
        ["manifest.json", "name"],
        ["manifest.json", "input.layout"],
        ["manifest.json", "output.name"],
    ]
    assert "found 'HWC'" in lines[1]
    assert "'NHWC' or 'NCHW'" in lines[1]


def test_unknown_members_are_refused(document: dict[str, Any]) -> None:
    document["input"]["colour_space"] = "sRGB"

    assert "input.colour_space" in _refusal(document)


@pytest.mark.parametrize("version", ["0", "01", "-1", "1.0", "../1", ""])
def test_versions_are_whole_numbers_from_one(document: dict[str, Any], version: str) -> None:
    document["version"] = version

    assert "manifest.json: version:" in _refusal(document)


def test_only_the_two_known_files_may_be_named(document: dict[str, Any]) -> None:
    document["files"]["../../etc/passwd"] = document["files"]["model.onnx"]

    assert "etc/passwd" in _refusal(document)


def test_both_files_must_be_named(document: dict[str, Any]) -> None:
    del document["files"]["labels.txt"]

    assert "files lacks labels.txt" in _refusal(document)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"name": NaN}'])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(ManifestError, match=r"manifest\.json"):
        manifest.parse(Manifest, text, "manifest.json")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"manifest\.json: cannot be read: No such file"):
        manifest.read(tmp_path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"dtype": "uint8", "normalisation": {"mean": [0, 0, 0], "std": [1, 1, 1]}}, "needs dtype float32"),
        ({"dtype": "float32", "normalisation": {"mean": [0], "std": [1]}}, "needs 3 means and 3 stds for RGB"),
        (
            {"dtype": "float32", "normalisation": {"mean": [0] * 3, "std": [1, 0, 1]}},
            "greater than or equal to 0.000001",
        ),
        ({"resize": {"short_side": 16}}, "at least the longer of width and height, 32"),
        ({"resize": {"fit": "stretch", "short_side": 16}}, "at least the shorter of width and height, 32"),
        ({"resize": {"filter": "lanczos", "smooth": False}}, "smooth false goes with filter 'bilinear' or 'bicubic'"),
        ({"resize": {"fit": "pad", "short_side": 64}}, "'pad' cuts nothing"),
        ({"resize": {"pad_colour": [255, 255, 255]}}, "go with fit 'pad', not with fit 'crop'"),
        ({"resize": {"fit": "stretch", "pad_at": "start"}}, "go with fit 'pad', not with fit 'stretch'"),
        ({"resize": {"fit": "pad", "pad_colour": [256, 0, 0]}}, "less than or equal to 255"),
        ({"channels": "L", "resize": {"fit": "pad", "pad_colour": [255, 0, 0]}}, "for channels L is a grey"),
    ],
)
def test_inputs_that_contradict_themselves_are_refused(change: dict[str, Any], says: str) -> None:
    spec = {"name": "x", "dtype": "uint8", "layout": "NHWC", "channels": "RGB", "width": 32, "height": 32} | change

    with pytest.raises(ManifestError, match=says):
        manifest.parse(Input, json.dumps(spec), "input")


@pytest.mark.parametrize(
    "resize",
    [
        {"fit": "stretch", "short_side": 36, "filter": "nearest"},
        {"fit": "pad", "pad_colour": [255, 255, 255], "pad_at": "start"},
        {"fit": "crop", "short_side": 36},
    ],
)
def test_inputs_that_authors_use_can_be_described(resize: dict[str, Any]) -> None:
    spec = {"name": "x", "dtype": "uint8", "layout": "NHWC", "channels": "RGB", "width": 32, "height": 32}

    found = manifest.parse(Input, json.dumps(spec | {"resize": resize}), "input")

    assert found.resize.model_dump(mode="json").items() >= resize.items()


def test_one_class_is_a_label_of_its_own(document: dict[str, Any]) -> None:
    document["output"] = {"name": "y", "kind": "logits", "classes": 1}

    assert "one class needs multi_label true" in _refusal(document)


def test_an_output_is_named_once(document: dict[str, Any]) -> None:
    document["more_outputs"] = [document["output"]]

    assert "output and more_outputs name 'scores' twice" in _refusal(document)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_numbers_are_finite(document: dict[str, Any], number: str) -> None:
    document["metrics"] = {"top_1": 0}
    text = json.dumps(document).replace('"top_1": 0', f'"top_1": {number}')

    with pytest.raises(ManifestError, match=r"metrics\.top_1"):
        manifest.parse(Manifest, text, "manifest.json")
