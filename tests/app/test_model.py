"""Only a model that is what its manifest says is ever opened."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from app.scoring import session
from app.scoring.manifest import MANIFEST_FILE, MODEL_FILE, FileFacts, Input, Manifest, Output
from app.scoring.model import Model, ModelError, NotFiniteError, read_labels, top
from tests.support import models
from tests.support.models import COLOURS, UINT8_NHWC, Layer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    models.write(tmp_path)
    return tmp_path


def _rewrite(folder: Path, **changes: object) -> None:
    found = Manifest.model_validate_json((folder / MANIFEST_FILE).read_bytes())
    (folder / MANIFEST_FILE).write_text(found.model_copy(update=changes).to_json())


def test_a_changed_model_file_is_refused_with_both_hashes(folder: Path) -> None:
    path = folder / MODEL_FILE
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)

    with pytest.raises(ModelError, match=r"model\.onnx: found \d+ bytes with sha256 [0-9a-f]{64}; the manifest says"):
        Model.load(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "labels.txt").unlink()

    with pytest.raises(ModelError, match=r"labels\.txt: cannot be read"):
        Model.load(folder)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    written = models.write(tmp_path)
    (tmp_path / MODEL_FILE).write_bytes(b"not a model")
    facts = written.files | {MODEL_FILE: models._facts(tmp_path / MODEL_FILE)}
    _rewrite(tmp_path, files=facts)

    with pytest.raises(ModelError, match="onnxruntime cannot open it"):
        Model.load(tmp_path)


@pytest.mark.parametrize(
    ("part", "change", "says"),
    [
        ("output", {"classes": 7}, r"found 5 labels; the model has 7 classes"),
        ("output", {"name": "odds"}, r"its outputs are \['scores'\]; the manifest says 'odds'"),
        ("input", {"name": "image"}, r"its inputs are \['pixels'\]; the manifest says \['image'\]"),
        ("input", {"dtype": "float32"}, r"input pixels is tensor\(uint8\); the manifest says float32"),
    ],
)
def test_a_manifest_that_tells_of_another_model_is_refused(
    folder: Path, part: str, change: dict[str, object], says: str
) -> None:
    found = Manifest.model_validate_json((folder / MANIFEST_FILE).read_bytes())
    _rewrite(folder, **{part: getattr(found, part).model_copy(update=change)})

    with pytest.raises(ModelError, match=says):
        Model.load(folder)


@pytest.mark.parametrize("logits", [False, True])
def test_answers_are_probabilities_whatever_the_model_gives(tmp_path: Path, logits: bool) -> None:  # noqa: FBT001  # a case
    models.write(tmp_path, logits=logits)
    model = Model.load(tmp_path)

    scores = model.primary(model.run(np.full((2, 32, 32, 3), 255, np.uint8)))

    assert scores.dtype == np.float32
    assert scores.sum(axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert model.labels[int(scores[0].argmax())] == "white"


def _constant(folder: Path, *outputs: Output, bias: dict[str, list[float]], batch: int | str = "n") -> Model:
    """A model whose outputs are these numbers for any picture."""
    layers = {name: Layer(np.zeros((3, len(numbers))), np.asarray(numbers)) for name, numbers in bias.items()}
    models.write_version(folder, models.linear(UINT8_NHWC, layers, batch=batch), UINT8_NHWC, *outputs)
    return Model.load(folder)


def _black(count: int) -> NDArray[np.uint8]:
    return np.zeros((count, 32, 32, 3), np.uint8)


def _output(
    name: str, classes: int, kind: Literal["logits", "probabilities"] = "logits", *, multi: bool = False
) -> Output:
    return Output(name=name, kind=kind, classes=classes, multi_label=multi)


def test_every_output_of_the_manifest_comes_by_its_name_as_its_kind_asks(tmp_path: Path) -> None:
    outputs = [
        _output("a", 2),
        _output("b", 3, multi=True),
        _output("c", 2, "probabilities"),
        _output("d", 1, multi=True),
    ]
    numbers = {
        "a": [0.0, np.log(3)],
        "b": [0.0, 50.0, -50.0],
        "c": [0.25, 0.75],
        "d": [-np.log(3)],
        "unused": [9.0, 9.0],
    }
    model = _constant(tmp_path, *outputs, bias=numbers)

    found = model.run(_black(2))

    assert list(found) == ["a", "b", "c", "d"]
    assert {name: values.shape for name, values in found.items()} == {
        "a": (2, 2),
        "b": (2, 3),
        "c": (2, 2),
        "d": (2, 1),
    }
    assert {values.dtype for values in found.values()} == {np.dtype(np.float32)}
    assert found["a"][1] == pytest.approx([0.25, 0.75])
    assert found["b"][1] == pytest.approx([0.5, 1, 0])
    assert found["c"][1] == pytest.approx([0.25, 0.75])
    assert found["d"][1] == pytest.approx([0.25])
    assert model.primary(found) is found["a"]


def test_outputs_of_the_same_number_of_classes_share_the_labels(tmp_path: Path) -> None:
    same, other = _output("b", 2), _output("c", 3)
    model = _constant(tmp_path, _output("a", 2), same, other, bias={"a": [0, 0], "b": [0, 0], "c": [0, 0, 0]})

    assert model.labels_of(same) == model.labels == ("red", "green")
    assert model.labels_of(other) == ()


@pytest.mark.parametrize("multi", [False, True])
def test_no_finite_logit_overflows(tmp_path: Path, multi: bool) -> None:  # noqa: FBT001  # a case
    largest = float(np.finfo(np.float32).max)
    model = _constant(tmp_path, _output("a", 4, multi=multi), bias={"a": [-largest, -1000, 1000, largest]})

    scores = model.run(_black(1))["a"][0]

    assert scores == pytest.approx([0, 0, 1, 1] if multi else [0, 0, 0, 1])


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["a", "b"])
def test_an_output_that_is_not_finite_is_named(tmp_path: Path, name: str, number: float) -> None:
    bias = {"a": [0.5, 0.5], "b": [0.5, 0.5]} | {name: [0.5, number]}
    model = _constant(tmp_path, _output("a", 2, "probabilities"), _output("b", 2), bias=bias)

    with pytest.raises(NotFiniteError, match=f"output '{name}' holds NaN or an infinity") as refused:
        model.run(_black(1))
    assert refused.value.output == name


@pytest.mark.parametrize("last", ["Identity", "Softmax"])
def test_a_finite_tensor_that_overflows_inside_the_graph_is_no_answer(tmp_path: Path, last: str) -> None:
    spec = UINT8_NHWC.model_copy(update={"dtype": "float32"})
    kind: Literal["logits", "probabilities"] = "logits" if last == "Identity" else "probabilities"
    graph = models.linear(spec, {"scores": models.colour_layer(spec, last)})
    models.write_version(tmp_path, graph, spec, _output("scores", 5, kind))
    model = Model.load(tmp_path)

    with pytest.raises(NotFiniteError):
        model.run(np.full((1, 32, 32, 3), 3e38, np.float32))
    assert np.isfinite(model.run(np.zeros((1, 32, 32, 3), np.float32))["scores"]).all()


def test_warming_up_refuses_a_model_that_answers_no_numbers(tmp_path: Path) -> None:
    model = _constant(tmp_path, _output("a", 2), bias={"a": [0, np.nan]})

    with pytest.raises(ModelError, match="the first run, of zeros: the model's output 'a' holds NaN"):
        model.warm_up()


def test_a_graph_of_one_row_at_a_time_serves_any_number_of_rows(tmp_path: Path) -> None:
    layers = {"scores": models.colour_layer(UINT8_NHWC)}
    for batch in ("n", 1):
        graph = models.linear(UINT8_NHWC, layers, batch=batch)
        models.write_version(tmp_path / str(batch), graph, UINT8_NHWC, _output("scores", 5))
    rows = np.stack([np.full((32, 32, 3), colour, np.uint8) for colour in COLOURS.values()])

    free, fixed = (Model.load(tmp_path / batch) for batch in ("n", "1"))

    assert fixed.one_at_a_time
    assert not free.one_at_a_time
    assert fixed.run(rows)["scores"] == pytest.approx(free.run(rows)["scores"])
    assert fixed.run(rows[:1])["scores"].shape == (1, 5)


def test_a_graph_of_another_fixed_batch_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="takes batches of 20 only; export it with a free first dimension, or with 1"):
        _constant(tmp_path, _output("a", 2), bias={"a": [0, 0]}, batch=20)


def test_an_execution_provider_that_onnxruntime_lacks_is_refused_with_those_it_has(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"'CUDAExecutionProvider': onnxruntime \S+ has .*CPUExecutionProvider"):
        Model.load(folder, provider="CUDAExecutionProvider")


def test_the_file_that_was_verified_is_the_one_that_is_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the two another file takes its name, as a pull replaces one."""

    @contextmanager
    def verify_and_swap(path: Path, facts: FileFacts) -> Iterator[IO[bytes]]:
        with verified(path, facts) as file:
            (folder / "other").write_bytes(b"another model")
            (folder / "other").replace(folder / MODEL_FILE)
            yield file

    verified = session.open_verified
    monkeypatch.setattr(session, "open_verified", verify_and_swap)

    Model.load(folder).warm_up()


def test_loading_keeps_little_but_the_weights(tmp_path: Path) -> None:
    """In a process of its own, by what the kernel counts; other C libraries than glibc may keep more."""
    spec = UINT8_NHWC.model_copy(update={"dtype": "float32", "layout": "NCHW"})
    models.write_version(tmp_path, _deep(spec, layers=480), spec, _output("scores", 160))
    size = (tmp_path / MODEL_FILE).stat().st_size
    code = (
        "import sys, resource; from pathlib import Path; from app.scoring.model import Model\n"
        "def kept(): return int(open('/proc/self/statm').read().split()[1]) * resource.getpagesize()\n"
        "before = kept(); model = Model.load(Path(sys.argv[1])); print(kept() - before)"
    )

    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)

    assert int(done.stdout) < 2 * size


def _deep(spec: Input, *, layers: int) -> onnx.ModelProto:
    """Many convolutions of 100 KB: small enough for what parsing frees to stay on the heap."""
    numbers = np.random.default_rng(1)
    shapes = [(160, spec.depth, 1, 1)] + [(160, 160, 1, 1)] * layers
    nodes = [
        helper.make_node("Conv", [f"x{index}" if index else spec.name, f"w{index}"], [f"x{index + 1}"])
        for index in range(len(shapes))
    ]
    nodes.append(helper.make_node("ReduceMean", [f"x{len(shapes)}"], ["scores"], axes=[2, 3], keepdims=0))
    constants = [
        numpy_helper.from_array(numbers.standard_normal(shape).astype(np.float32), f"w{index}")
        for index, shape in enumerate(shapes)
    ]
    pixels = helper.make_tensor_value_info(spec.name, TensorProto.FLOAT, ["n", *spec.row_shape])
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 160])
    return models.whole_model(helper.make_graph(nodes, "deep", [pixels], [scores], constants))


def test_onnxruntime_writes_nothing_beside_the_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    graph = models.linear(UINT8_NHWC, {"scores": models.colour_layer(UINT8_NHWC)})
    graph.opset_import[0].version = 99
    models.write_version(tmp_path, graph, UINT8_NHWC, _output("scores", 5))

    with pytest.raises(ModelError) as refused:
        Model.load(tmp_path)

    said = str(refused.value)
    assert capfd.readouterr() == ("", "")
    assert said.startswith(
        f"{tmp_path / MODEL_FILE}: onnxruntime cannot open it: ONNX Runtime only *guarantees* support"
    )
    assert "onnxruntime_src" not in said
    assert "/dev/fd" not in said


def test_a_run_that_fails_writes_nothing_beside_the_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    graph = models.linear(UINT8_NHWC, {"scores": models.colour_layer(UINT8_NHWC)})
    graph.graph.node[-1].output[0] = "flat"
    graph.graph.node.append(helper.make_node("Reshape", ["flat", "shape"], ["scores"]))
    graph.graph.initializer.append(numpy_helper.from_array(np.asarray([-1, 7], np.int64), "shape"))
    del graph.graph.output[0].type.tensor_type.shape.dim[:]
    graph.graph.output[0].type.tensor_type.ClearField("shape")
    output = _output("scores", 7)
    models.write_version(tmp_path, graph, UINT8_NHWC, output)
    model = Model.load(tmp_path)

    with pytest.raises(Exception, match="running Reshape node"):
        model.run(_black(1))

    assert capfd.readouterr() == ("", "")


def test_only_a_line_feed_ends_a_label() -> None:
    """Other characters end lines for Python, and are part of words for people who write them."""
    assert read_labels("a\u2028b\nc\x85d\n\u200cع\n".encode()) == ("a\u2028b", "c\x85d", "\u200cع")


def test_warming_up_accepts_a_model_that_answers_sense(folder: Path) -> None:
    Model.load(folder).warm_up()


def test_the_top_is_ordered_ties_by_index_and_never_longer_than_the_classes() -> None:
    scores = np.asarray([0.1, 0.4, 0.1, 0.4], np.float32)

    assert [index for index, _ in top(scores, 3)] == [1, 3, 0]
    assert len(top(scores, 10)) == 4
    assert all(type(value) is float for _, value in top(scores, 2))


def test_the_models_labels_are_the_lines_of_its_file(folder: Path) -> None:
    assert Model.load(folder).labels == tuple(COLOURS)
