"""From an ONNX file and a few pictures to a folder that can be published."""

from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from app.models import drafting
from app.models.beginning import begin
from app.models.drafting import CHECK, draft, name_of
from app.models.fault import FaultError
from app.scoring.manifest import LABELS_FILE, MODEL_FILE, Description, Input
from delivery.examples.folder import read_folder
from delivery.failure import FailureError
from delivery.model.description import read_text
from delivery.model.folder import checked
from tests.delivery.examples.own import TORCH_INPUT as TORCH
from tests.support import models, pictures
from tests.support.apps import SAMPLE

from .commands import Run


@pytest.fixture
def best(tmp_path: Path) -> Path:
    """An ONNX file of three classes, as a training run leaves it."""
    models.write(tmp_path / "made", TORCH, classes=3, logits=True)
    return (tmp_path / "made" / MODEL_FILE).rename(tmp_path / "best.onnx")


@pytest.fixture
def sheets(tmp_path: Path) -> list[Path]:
    """A picture of each class."""
    made = [tmp_path / f"{colour}.png" for colour in ("red", "green", "blue")]
    for file in made:
        file.write_bytes(pictures.plain(file.stem))
    return made


def graph(
    given: list[int | str], made: list[int | str], kind: int = TensorProto.FLOAT, inputs: int = 1
) -> onnx.ModelProto:
    """A graph that declares these shapes and computes next to nothing."""
    nodes = [helper.make_node("Identity", ["constant"], ["scores"])]
    tensors = [helper.make_tensor_value_info(f"in{number}", kind, given) for number in range(inputs)]
    constant = helper.make_tensor("constant", TensorProto.FLOAT, [1, 3], [0.0, 0.0, 1.0])
    output = helper.make_tensor_value_info("scores", TensorProto.FLOAT, made)
    return helper.make_model(helper.make_graph(nodes, "g", tensors, [output], [constant]))


def described_in(file: Path) -> Description:
    """The description as the app reads it."""
    return Description.model_validate_json(read_text(file))


def written(folder: Path, model: onnx.ModelProto) -> Path:
    onnx.save_model(model, folder / "model.onnx")
    return folder / "model.onnx"


def test_what_the_graph_says_is_written_and_what_it_cannot_say_is_marked(best: Path, tmp_path: Path) -> None:
    file, checks, classes = begin(best, tmp_path / "sheets")
    assert (file.name, checks, classes) == ("model.yaml", 3, 3)
    described = described_in(file)
    assert described.name == "sheets"
    assert described.input == TORCH.model_copy(update={"resize": described.input.resize})
    assert (described.output.kind, described.output.classes) == ("logits", 3)
    assert file.read_text(encoding="utf-8").count(CHECK) == checks + 1


def test_labels_that_nobody_wrote_are_refused(best: Path, tmp_path: Path) -> None:
    begin(best, tmp_path / "sheets")
    with pytest.raises(FailureError, match=r"labels\.txt: line 1: .*a label that only you know; write the 3"):
        checked(tmp_path / "sheets", SAMPLE).__enter__()


@pytest.mark.parametrize("last", ["Softmax", "Sigmoid"])
def test_the_last_operation_says_what_the_numbers_are(tmp_path: Path, last: str) -> None:
    models.write(tmp_path / "made", TORCH, classes=3, multi_label=last == "Sigmoid")
    file, _, _ = begin(tmp_path / "made" / MODEL_FILE, tmp_path / "sheets")
    output = described_in(file).output
    assert (output.kind, output.multi_label) == ("probabilities", last == "Sigmoid")


def test_further_outputs_and_uint8_and_grey_are_described(tmp_path: Path) -> None:
    spec = Input(name="pixels", dtype="uint8", layout="NHWC", channels="L", width=32, height=48)
    models.write(tmp_path / "made", spec, further=("aside",))
    file, checks, _ = begin(tmp_path / "made" / MODEL_FILE, tmp_path / "grey")
    described = described_in(file)
    assert described.input == spec.model_copy(update={"resize": described.input.resize})
    assert [output.name for output in described.outputs] == ["scores", "aside"]
    assert checks == 1


def test_sides_that_the_graph_leaves_free_are_marked(tmp_path: Path) -> None:
    text = drafting.describe(draft(written(tmp_path, graph(["n", 3, "h", "w"], ["n", 3])), "free"))
    assert "  height: 224  # CHECK: the graph leaves it free\n" in text


@pytest.mark.parametrize(
    ("model", "faults"),
    [
        (graph(["n", 10], ["n", 3]), ["input in0: found the shape (free, 10), allowed is one of four dimensions"]),
        (
            graph(["n", 3, 8, 8], ["n", 3], TensorProto.DOUBLE),
            ["input in0: found double, allowed are float32 and uint8"],
        ),
        (graph(["n", 3, 8, 8], ["n", 3], inputs=2), ["found 2 inputs (in0, in1), allowed is one"]),
        (
            graph(["n", 10], ["n", 3, 8, 8], TensorProto.DOUBLE),
            ["found the shape (free, 10)", "found double", "found scores of the shape (free, 3, 8, 8), allowed is"],
        ),
    ],
)
def test_a_graph_that_no_description_fits_is_refused_with_every_reason(
    tmp_path: Path, model: onnx.ModelProto, faults: list[str]
) -> None:
    with pytest.raises(FaultError) as refused:
        draft(written(tmp_path, model), "x")
    lines = str(refused.value).splitlines()
    assert len(lines) == len(faults)
    assert all(fault in line for fault, line in zip(faults, lines, strict=True))


@pytest.mark.parametrize(
    ("path", "name"), [("runs/Best_v2.onnx", "best-v2"), ("Sheets/model.onnx", "sheets"), ("runs/_.onnx", "my-model")]
)
def test_a_name_comes_from_the_file_or_its_folder(path: str, name: str) -> None:
    assert name_of(Path(path)) == name


def test_nothing_that_is_there_is_replaced(best: Path, tmp_path: Path) -> None:
    (tmp_path / "sheets").mkdir()
    (tmp_path / "sheets" / LABELS_FILE).write_text("mine", encoding="utf-8")
    with pytest.raises(FaultError, match=r"holds labels\.txt already, and nothing is replaced; name another: --to"):
        begin(best, tmp_path / "sheets")
    assert not (tmp_path / "sheets" / "model.yaml").exists()


def test_predictions_are_shown_and_become_examples_that_pass(
    whole: Run, best: Path, sheets: list[Path], tmp_path: Path
) -> None:
    folder = tmp_path / "sheets"
    assert whole("init", best, "--to", folder).code == 0
    (folder / LABELS_FILE).write_text("red\ngreen\nblue\n", encoding="utf-8")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "red.png").write_bytes(pictures.plain("red", (100, 100)))
    tried = whole("try", folder, *sheets, tmp_path / "more" / "red.png", "--write-examples")
    assert tried.code == 0
    assert "red.png       red 1.00, green 0.00, blue 0.00" in tried.out
    assert sorted(read_folder(folder / "examples").examples) == ["blue", "green", "more-red", "red"]
    again = whole("try", folder, *sheets, "--write-examples")
    assert "4 of 4 examples as expected" in again.out
    assert "wrote" not in again.out
    assert "version 1; it is live" in whole("publish", folder).out


def test_what_is_no_picture_fails_with_the_apps_words(whole: Run, best: Path, tmp_path: Path) -> None:
    whole("init", best, "--to", tmp_path / "sheets")
    (tmp_path / "sheets" / LABELS_FILE).write_text("red\ngreen\nblue\n", encoding="utf-8")
    tried = whole("try", tmp_path / "sheets", best, "--write-examples")
    assert tried.code == 1
    assert "best.onnx     answered 415: " in tried.out
    assert not (tmp_path / "sheets" / "examples").exists()


def test_pictures_that_are_not_there_are_named_at_once(whole: Run, tmp_path: Path) -> None:
    tried = whole("try", tmp_path, tmp_path / "a.png", tmp_path / "b.png")
    assert tried.code == 2
    assert tried.err.count("no such file") == 2
