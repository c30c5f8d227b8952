"""What is checked before a model is published."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from app.scoring.manifest import LABELS_FILE, MODEL_FILE
from delivery.failure import FailureError, NotFoundError
from delivery.model.candidate import DESCRIPTION_FILE
from delivery.model.folder import checked
from delivery.model.limits import MAX_MANIFEST_BYTES

from .candidates import facts, publishable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that passes every check, to be spoilt in one way."""
    return publishable(tmp_path / "model")


def _refusal(folder: Path) -> str:
    with pytest.raises(FailureError) as refused, checked(folder):
        pass
    return str(refused.value)


def _describe(folder: Path, change: Callable[[dict[str, object]], object]) -> None:
    path = folder / DESCRIPTION_FILE
    described = json.loads(path.read_bytes())
    change(described)
    path.write_text(json.dumps(described))


def test_a_sound_folder_becomes_a_candidate_of_the_same_bytes(folder: Path) -> None:
    with checked(folder) as candidate:
        for name in (MODEL_FILE, LABELS_FILE):
            data = (candidate.folder / name).read_bytes()
            assert data == (folder / name).read_bytes()
            assert candidate.files[name] == facts(data)
        assert candidate.description.name == "colours"
    assert not candidate.folder.exists()


def test_what_is_published_is_what_was_checked_even_if_the_folder_changes(folder: Path) -> None:
    with checked(folder) as candidate:
        before = candidate.files[MODEL_FILE]
        (folder / MODEL_FILE).write_bytes(b"swapped")
        assert facts((candidate.folder / MODEL_FILE).read_bytes()) == before


@pytest.mark.parametrize("name", [MODEL_FILE, LABELS_FILE, DESCRIPTION_FILE])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(NotFoundError, match=rf"{name}: no such file; a publishable folder has"), checked(folder):
        pass


def test_every_fault_of_a_description_is_named(folder: Path) -> None:
    _describe(folder, lambda described: described.update({"name": "No Name", "input": {}, "version": "7"}))

    refusal = _refusal(folder)

    for fault in ("name: String should match", "input.name: Field required", "version: Extra inputs"):
        assert fault in refusal
    assert DESCRIPTION_FILE in refusal


def test_an_endless_description_is_refused(folder: Path) -> None:
    (folder / DESCRIPTION_FILE).write_bytes(b" " * (MAX_MANIFEST_BYTES + 1))

    assert "has more than 1048576 bytes" in _refusal(folder)


@pytest.mark.parametrize(
    ("labels", "fault"),
    [
        (b"red\ngreen\n", "found 2 labels, the description says 5 classes"),
        (b"a\nb\nc\nd\n\n", "line 5: found '', a label is printable text"),
        (b"a\nb\nc\nd\ne\nf\n", "found 6 labels"),
        (b"a\r\nb\nc\nd\ne\n", r"line 1: found 'a\r'"),
        ("a\u2028b\nc\nd\ne\nf\n".encode(), r"line 1: found 'a\u2028b'"),
        (b"a\x1b[2J\nb\nc\nd\ne\n", r"line 1: found 'a\x1b[2J'"),
        (b"\xff\nb\nc\nd\ne\n", "is not UTF-8: invalid start byte at byte 0"),
        (b"", "has 0 bytes"),
    ],
)
def test_labels_must_be_one_printable_line_a_class(folder: Path, labels: bytes, fault: str) -> None:
    (folder / LABELS_FILE).write_bytes(labels)

    assert fault in _refusal(folder)


def test_labels_without_a_last_line_end_are_taken(folder: Path) -> None:
    (folder / LABELS_FILE).write_bytes(b"a\nb\nc\nd\ne")

    with checked(folder) as candidate:
        assert candidate.files[LABELS_FILE].size == 9


@pytest.mark.parametrize("data", [b"not a model", b"\x08\x08\x12", bytes(100)])
def test_what_is_no_model_is_refused(folder: Path, data: bytes) -> None:
    (folder / MODEL_FILE).write_bytes(data)

    refusal = _refusal(folder)

    assert str(folder / MODEL_FILE) in refusal
    assert "model" in refusal


@pytest.mark.parametrize(
    ("part", "field", "value", "fault"),
    [
        ("input", "name", "picture", "its inputs are ['pixels']; the manifest says ['picture']"),
        ("input", "dtype", "float32", "input pixels is tensor(uint8); the manifest says float32"),
        ("input", "width", 64, "has shape ['n', 32, 32, 3], the description says ['batch', 32, 64, 3]"),
        ("input", "layout", "NCHW", "the description says ['batch', 3, 32, 32]"),
        ("input", "channels", "L", "the description says ['batch', 32, 32, 1]"),
        ("output", "name", "classes", "its outputs are ['scores']; the manifest says 'classes'"),
    ],
)
def test_a_description_of_another_model_is_refused(
    folder: Path, part: str, field: str, value: object, fault: str
) -> None:
    _describe(folder, lambda described: described[part].update({field: value}))  # type: ignore[attr-defined]  # JSON

    assert fault in _refusal(folder)


def test_a_class_too_many_is_refused_by_the_output_shape(folder: Path) -> None:
    _describe(folder, lambda described: described["output"].update({"classes": 6}))  # type: ignore[attr-defined]  # JSON
    (folder / LABELS_FILE).write_bytes(b"a\nb\nc\nd\ne\nf\n")

    assert "scores: has shape ['n', 5], the description says ['batch', 6]" in _refusal(folder)


def _constant_scores(folder: Path, scores: list[float], *, batch: str | int = "n") -> None:
    """Replace the model by one whose answer is `scores` for any picture."""
    pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8, [batch, 32, 32, 3])
    output = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [batch, 5])
    nodes = [
        helper.make_node("Cast", ["pixels"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["numbers"], ["mean"], axes=[1, 2], keepdims=0),
        helper.make_node("Gemm", ["mean", "zeros", "bias"], ["scores"]),
    ]
    constants = [
        numpy_helper.from_array(np.zeros((3, 5), np.float32), "zeros"),
        numpy_helper.from_array(np.asarray(scores, np.float32), "bias"),
    ]
    graph = helper.make_graph(nodes, "constant", [pixels], [output], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    (folder / MODEL_FILE).write_bytes(model.SerializeToString())


@pytest.mark.parametrize(
    ("scores", "fault"),
    [
        ([float("nan"), 0, 0, 0, 1], "expected finite ones"),
        ([float("inf"), 0, 0, 0, 1], "expected finite ones"),
        ([2.5, -1.0, 0.5, 3.0, 0.0], "sum to 5, from -1 up: not probabilities; say output.kind 'logits'"),
        ([0.5, 0.5, 0.5, 0.0, 0.0], "sum to 1.5"),
        ([1.5, -0.5, 0.0, 0.0, 0.0], "sum to 1, from -0.5 up"),
    ],
)
def test_answers_that_are_no_probabilities_are_refused(folder: Path, scores: list[float], fault: str) -> None:
    _constant_scores(folder, scores)

    assert fault in _refusal(folder)


def test_the_same_numbers_pass_as_logits(folder: Path) -> None:
    _constant_scores(folder, [2.5, -1.0, 0.5, 3.0, 0.0])
    _describe(folder, lambda described: described["output"].update({"kind": "logits"}))  # type: ignore[attr-defined]  # JSON

    with checked(folder) as candidate:
        assert candidate.description.output.kind == "logits"


def test_a_model_for_one_picture_at_a_time_is_refused(folder: Path) -> None:
    _constant_scores(folder, [1, 0, 0, 0, 0], batch=1)

    assert "takes batches of 1 only, the first dimension must be free" in _refusal(folder)


def test_a_model_that_keeps_weights_in_another_file_is_refused(folder: Path) -> None:
    model = onnx.load(folder / MODEL_FILE)
    onnx.save(model, folder / MODEL_FILE, save_as_external_data=True, location="weights.bin", size_threshold=0)

    assert "keeps weights (weights) in another file" in _refusal(folder)


def test_a_refused_folder_leaves_no_copy_behind(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    (folder / LABELS_FILE).write_bytes(b"one\n")

    _refusal(folder)

    assert list(temporary.iterdir()) == []
