"""What is checked before a model is published."""

import json
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest

from app.scoring.manifest import LABELS_FILE, MODEL_FILE
from app.scoring.model import Model
from delivery.failure import FailureError, NotFoundError
from delivery.model.candidate import DESCRIPTION_FILE
from delivery.model.folder import checked
from delivery.model.limits import MAX_MANIFEST_BYTES
from tests.support.apps import SAMPLE

from .candidates import facts, publishable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that passes every check, to be spoilt in one way."""
    return publishable(tmp_path / "model")


def _refusal(folder: Path) -> str:
    with pytest.raises(FailureError) as refused, checked(folder, SAMPLE):
        pass
    return str(refused.value)


def _describe(folder: Path, change: Callable[[dict[str, object]], object]) -> None:
    path = folder / DESCRIPTION_FILE
    described = json.loads(path.read_bytes())
    change(described)
    path.write_text(json.dumps(described))


def test_a_sound_folder_becomes_a_candidate_of_the_same_bytes(folder: Path) -> None:
    with checked(folder, SAMPLE) as candidate:
        for name in (MODEL_FILE, LABELS_FILE):
            data = (candidate.folder / name).read_bytes()
            assert data == (folder / name).read_bytes()
            assert candidate.files[name] == facts(data)
        assert candidate.description.name == "colours"
    assert not candidate.folder.exists()


def test_what_is_published_is_what_was_checked_even_if_the_folder_changes(folder: Path) -> None:
    with checked(folder, SAMPLE) as candidate:
        before = candidate.files[MODEL_FILE]
        (folder / MODEL_FILE).write_bytes(b"swapped")
        assert facts((candidate.folder / MODEL_FILE).read_bytes()) == before


@pytest.mark.parametrize("name", [MODEL_FILE, LABELS_FILE])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with (
        pytest.raises(NotFoundError, match=rf"{name}: no such file; a publishable folder has"),
        checked(folder, SAMPLE),
    ):
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
        (b"a\nb\nc\nd\n\n", "line 5: found '', a label is text without control characters"),
        (b"a\nb\nc\nd\ne\nf\n", "found 6 labels"),
        (b"a\rb\rc\rd\re\r", r"line 1: found 'a\rb"),
        (b"a\nb\nc\nb\ne\n", "lines 2 and 4: found 'b' twice, a label names one class"),
        (
            "a\nb\nc\nd\ne\n".encode("utf-16"),
            "is not UTF-8: invalid start byte at byte 0; save it with the encoding UTF-8",
        ),
        ("a\u2028b\nc\nd\ne\nf\n".encode(), r"line 1: found 'a\u2028b'"),
        (b"a\x1b[2J\nb\nc\nd\ne\n", r"line 1: found 'a\x1b[2J'"),
        (b"\xff\nb\nc\nd\ne\n", "is not UTF-8: invalid start byte at byte 0"),
        (b"", "has 0 bytes"),
    ],
)
def test_labels_must_be_one_line_of_text_a_class(folder: Path, labels: bytes, fault: str) -> None:
    (folder / LABELS_FILE).write_bytes(labels)

    assert fault in _refusal(folder)


@pytest.mark.parametrize(
    "data", [b"a\r\nb\r\nc\r\nd\r\ne\r\n", b"\xef\xbb\xbfa\nb\nc\nd\ne\n", b"\xef\xbb\xbfa\r\nb\nc\nd\ne\n"]
)
def test_labels_as_windows_writes_them_are_mended(folder: Path, data: bytes) -> None:
    (folder / LABELS_FILE).write_bytes(data)

    with checked(folder, SAMPLE) as candidate:
        written = (candidate.folder / LABELS_FILE).read_bytes()
    assert written == b"a\nb\nc\nd\ne\n"
    assert candidate.files[LABELS_FILE] == facts(written)


def test_labels_of_any_language_are_taken(folder: Path) -> None:
    """Among them joiners, a space that does not break, an ideographic one, and a mark of direction."""
    lines = ["می\u200cخواهم", "क्\u200dष", "chat\u00a0noir", "猫\u3000黒", "\u200fחתול"]  # noqa: RUF001  # letters of other languages
    (folder / LABELS_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")

    with checked(folder, SAMPLE) as candidate:
        assert Model.load(candidate.folder).labels == tuple(lines)


def test_a_description_with_a_byte_order_mark_is_read(folder: Path) -> None:
    path = folder / DESCRIPTION_FILE
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    with checked(folder, SAMPLE) as candidate:
        assert candidate.description.name == "colours"


def test_labels_without_a_last_line_end_are_taken(folder: Path) -> None:
    (folder / LABELS_FILE).write_bytes(b"a\nb\nc\nd\ne")

    with checked(folder, SAMPLE) as candidate:
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
        ("input", "width", 64, "pixels has shape [n, 32, 32, 3]; the manifest says [batch, 32, 64, 3]"),
        ("input", "layout", "NCHW", "the manifest says [batch, 3, 32, 32]"),
        ("input", "channels", "L", "the manifest says [batch, 32, 32, 1]"),
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

    assert "scores has shape [n, 5]; the manifest says [batch, 6]" in _refusal(folder)


def test_a_model_that_keeps_weights_in_another_file_is_refused(folder: Path) -> None:
    model = onnx.load(folder / MODEL_FILE)
    onnx.save(model, folder / MODEL_FILE, save_as_external_data=True, location="weights.bin", size_threshold=0)

    assert "keeps weights (weights) in another file; save it as one file: torch.onnx.export(" in _refusal(folder)


def test_a_refused_folder_leaves_no_copy_behind(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    (folder / LABELS_FILE).write_bytes(b"one\n")

    _refusal(folder)

    assert list(temporary.iterdir()) == []
