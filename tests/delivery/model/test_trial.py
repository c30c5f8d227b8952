"""A description that only seems right is refused with the right one, and what authors export is taken."""

from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from app.scoring.manifest import MODEL_FILE, Input, Normalisation, Output
from delivery.failure import FailureError
from delivery.model.folder import checked
from tests.support import models
from tests.support.apps import SAMPLE
from tests.support.models import UINT8_NHWC, Layer

from .candidates import unversioned

_Kind = Literal["logits", "probabilities"]


def _output(kind: _Kind = "logits", classes: int = 5, name: str = "scores", *, multi: bool = False) -> Output:
    return Output(name=name, kind=kind, classes=classes, multi_label=multi)


def _take(folder: Path, model: onnx.ModelProto, *outputs: Output, spec: Input = UINT8_NHWC) -> None:
    """Publish up to the repository: FailureError where the model is refused."""
    models.write_version(folder, model, spec, *outputs)
    with checked(unversioned(folder), SAMPLE):
        pass


def _refusal(folder: Path, model: onnx.ModelProto, *outputs: Output, spec: Input = UINT8_NHWC) -> str:
    with pytest.raises(FailureError) as refused:
        _take(folder, model, *outputs, spec=spec)
    assert str(refused.value).startswith(f"{folder}/")
    assert "\n" not in str(refused.value)
    return str(refused.value).removeprefix(f"{folder}/")


def _ending(last: str, classes: int = 5) -> onnx.ModelProto:
    """The colour model, its first `classes`, with this last operation."""
    layer = models.colour_layer(UINT8_NHWC, last)
    return models.linear(UINT8_NHWC, {"scores": Layer(layer.weights[:, :classes], layer.bias[:classes], last)})


def _constant(numbers: list[float], *, batch: str | int = "n") -> onnx.ModelProto:
    layer = Layer(np.zeros((3, len(numbers))), np.asarray(numbers))
    return models.linear(UINT8_NHWC, {"scores": layer}, batch=batch)


@pytest.mark.parametrize(
    ("last", "output"),
    [
        ("Identity", _output()),
        ("Identity", _output(multi=True)),
        ("Identity", _output(classes=1, multi=True)),
        ("Softmax", _output("probabilities")),
        ("LogSoftmax", _output()),
        ("Sigmoid", _output("probabilities", multi=True)),
        ("Sigmoid", _output("probabilities", classes=1, multi=True)),
    ],
)
def test_each_right_description_is_taken(tmp_path: Path, last: str, output: Output) -> None:
    _take(tmp_path, _ending(last, output.classes), output)


@pytest.mark.parametrize(
    ("last", "output", "says"),
    [
        ("Softmax", _output(), "is probabilities already, every row is from 0 up and sums to 1: say output.kind"),
        ("Softmax", _output(multi=True), "say output.kind 'probabilities' and output.multi_label false in model.json"),
        ("Sigmoid", _output(), "it comes from a Sigmoid: say output.kind 'probabilities' and output.multi_label true"),
        ("Sigmoid", _output(multi=True), "it comes from a Sigmoid: say output.kind 'probabilities' and output.multi"),
        (
            "Sigmoid",
            _output(classes=1, multi=True),
            "is one probability for each class already, it comes from a Sig",
        ),
        (
            "Sigmoid",
            _output("probabilities"),
            "if each class has a probability of its own, as of a sigmoid, say output.m",
        ),
        (
            "Identity",
            _output("probabilities"),
            "not probabilities: if the model ends before its softmax, say output.kind",
        ),
        (
            "Identity",
            _output("probabilities", multi=True),
            "if the model ends before its sigmoid, say output.kind 'logits'",
        ),
        ("Softmax", _output("probabilities", 1, multi=True), "is a softmax of one class, which is always 1"),
    ],
)
def test_each_description_that_only_seems_right_is_refused_with_the_right_one(
    tmp_path: Path, last: str, output: Output, says: str
) -> None:
    assert says in _refusal(tmp_path, _ending(last, output.classes), output)


def test_a_sigmoid_made_of_other_operations_is_recognised_by_its_numbers(tmp_path: Path) -> None:
    model = _ending("Sigmoid")
    model.graph.node[-1].output[0] = "half"
    model.graph.node.append(helper.make_node("Mul", ["half", "one"], ["scores"]))
    model.graph.initializer.append(numpy_helper.from_array(np.ones(1, np.float32), "one"))

    assert "all numbers are from 0 to 1: say output.kind 'probabilities'" in _refusal(tmp_path, model, _output())


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ([float("nan"), 0, 0, 0, 1], "scores: holds NaN or an infinity for a picture of grey"),
        ([float("inf"), 0, 0, 0, 1], "scores: holds NaN or an infinity for a picture of grey"),
        ([2.5, -1.0, 0.5, 3.0, 0.0], "a picture of grey has classes from -1 to 3 that sum to 5, not probabilities"),
        ([0.5, 0.5, 0.5, 0.0, 0.0], "from 0 to 0.5 that sum to 1.5: if each class has a probability of its own"),
        ([1.5, -0.5, 0.0, 0.0, 0.0], "from -0.5 to 1.5 that sum to 1, not probabilities"),
    ],
)
def test_numbers_that_are_no_probabilities_are_refused(tmp_path: Path, numbers: list[float], says: str) -> None:
    assert says in _refusal(tmp_path, _constant(numbers), _output("probabilities"))


def test_each_further_output_is_judged_by_its_own_description(tmp_path: Path) -> None:
    layers = {"scores": models.colour_layer(UINT8_NHWC), "more": models.colour_layer(UINT8_NHWC, "Softmax")}
    model = models.linear(UINT8_NHWC, layers)

    _take(tmp_path / "right", model, _output(), _output("probabilities", name="more"))
    refusal = _refusal(tmp_path / "wrong", model, _output(), _output(name="more"))

    assert "model.onnx: more: is probabilities already" in refusal
    assert "say more_outputs.0.kind 'probabilities'" in refusal


def test_torchs_scale_on_bytes_is_refused_with_the_right_numbers(tmp_path: Path) -> None:
    scale = Normalisation(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
    spec = UINT8_NHWC.model_copy(update={"dtype": "float32", "normalisation": scale})
    model = models.linear(spec, {"scores": models.colour_layer(spec)})

    refusal = _refusal(tmp_path, model, _output(), spec=spec)

    assert refusal.startswith("model.json: input.normalisation.std: found [0.229, 0.224, 0.225]")
    assert "write mean [123.675, 116.28, 103.53] and std [58.395, 57.12, 57.375]" in refusal


def _with_batch_statistics() -> onnx.ModelProto:
    """A graph as exported in training mode: it subtracts the mean over the batch."""
    model = _ending("Identity")
    (gemm,) = [node for node in model.graph.node if node.op_type == "Gemm"]
    gemm.input[0] = "centred"
    place = list(model.graph.node).index(gemm)
    model.graph.node.insert(place, helper.make_node("ReduceMean", ["mean"], ["batch"], axes=[0], keepdims=1))
    model.graph.node.insert(place + 1, helper.make_node("Sub", ["mean", "batch"], ["centred"]))
    return model


def test_answers_that_depend_on_the_rest_of_the_batch_are_refused(tmp_path: Path) -> None:
    refusal = _refusal(tmp_path, _with_batch_statistics(), _output())

    assert "scores: two pictures together give other numbers than apart, by up to" in refusal


def _declare(model: onnx.ModelProto, place: str, shape: list[Any] | None) -> onnx.ModelProto:
    """The model with another declared shape of its input or output."""
    [info] = getattr(model.graph, place)
    new = helper.make_tensor_value_info(info.name, info.type.tensor_type.elem_type, shape)
    info.CopyFrom(new)
    return model


@pytest.mark.parametrize(
    ("place", "shape"),
    [("input", None), ("output", None), ("output", [1, 5]), ("output", ["n", "classes"]), ("output", [None, None])],
)
def test_shapes_that_are_declared_loosely_are_tried(tmp_path: Path, place: str, shape: list[Any] | None) -> None:
    _take(tmp_path, _declare(_ending("Identity"), place, shape), _output())


def test_a_graph_for_one_row_at_a_time_is_taken(tmp_path: Path) -> None:
    layers = {"scores": models.colour_layer(UINT8_NHWC)}

    _take(tmp_path, models.linear(UINT8_NHWC, layers, batch=1), _output())


def test_a_graph_for_another_number_of_rows_is_refused(tmp_path: Path) -> None:
    assert "pixels: takes batches of 4 only; export it with" in _refusal(
        tmp_path, _constant([0] * 5, batch=4), _output()
    )


def test_a_graph_that_only_seems_to_take_batches_is_refused_with_the_way_out(tmp_path: Path) -> None:
    model = _declare(_ending("Identity"), "output", None)
    model.graph.node[-1].output[0] = "flat"
    model.graph.node.append(helper.make_node("Reshape", ["flat", "shape"], ["scores"]))
    model.graph.initializer.append(numpy_helper.from_array(np.asarray([1, 5], np.int64), "shape"))

    refusal = _refusal(tmp_path, model, _output())

    assert "runs one row, and fails with two although its first dimension is free" in refusal
    assert "export it with a first dimension of 1" in refusal


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        ([20, "n", 5], "scores has shape [20, n, 5]; the manifest says [batch, 5]"),
        (["n", 7], "scores has shape [n, 7]; the manifest says [batch, 5]"),
        (
            ["n", 5, "floor((height + 31) / 32) - floor((width + 1) / 32)"],
            "scores has shape [n, 5, ...]; the manifest says",
        ),
    ],
)
def test_outputs_of_another_shape_are_refused_by_it(tmp_path: Path, shape: list[Any], says: str) -> None:
    model = _declare(_ending("Identity"), "output", shape)
    # Nothing is inferred where the shape depends on numbers.
    model.graph.node[-1].output[0] = "flat"
    model.graph.node.append(helper.make_node("Reshape", ["flat", "shape"], ["scores"]))
    model.graph.input.append(helper.make_tensor_value_info("shape", TensorProto.INT64, [len(shape)]))
    model.graph.initializer.append(
        numpy_helper.from_array(np.asarray([-1] + [1] * (len(shape) - 1), np.int64), "shape")
    )

    assert says in _refusal(tmp_path, model, _output())


def test_an_unknown_rank_that_comes_out_wrong_is_refused(tmp_path: Path) -> None:
    """Only a run shows how many axes a squeeze takes that names none."""
    model = _declare(_ending("Identity"), "output", None)
    model.graph.node[-1].output[0] = "flat"
    model.graph.node.append(helper.make_node("Squeeze", ["flat"], ["scores"]))

    assert "scores came with shape (5,), expected (1, 5)" in _refusal(tmp_path, model, _output())


def _with_maps(*, beside: bool) -> onnx.ModelProto:
    """The output of scikit-learn's and Azure Custom Vision's exporters: a sequence of maps from class to number."""
    model = _ending("Softmax")
    zip_map = helper.make_node("ZipMap", ["scores"], ["loss"], domain="ai.onnx.ml", classlabels_int64s=range(5))
    number = helper.make_tensor_type_proto(TensorProto.FLOAT, [])
    kind = helper.make_sequence_type_proto(helper.make_map_type_proto(TensorProto.INT64, number))
    model.graph.node.append(zip_map)
    if not beside:
        del model.graph.output[:]
    model.graph.output.append(helper.make_value_info("loss", kind))
    model.opset_import.append(helper.make_opsetid("ai.onnx.ml", 1))
    return model


@pytest.mark.parametrize(
    ("beside", "way_out"),
    [
        (True, "this model has scores"),
        (False, "export it with one (scikit-learn's exporter: options={'zipmap': False})"),
    ],
)
def test_an_output_of_maps_is_refused_with_the_way_out(tmp_path: Path, beside: bool, way_out: str) -> None:  # noqa: FBT001  # a case
    refusal = _refusal(tmp_path, _with_maps(beside=beside), _output("probabilities", name="loss"))

    assert "output loss is seq(map(int64,tensor(float)))" in refusal
    assert way_out in refusal


def test_a_graph_that_cannot_run_is_refused_in_onnxruntimes_useful_words(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    model = _declare(_ending("Identity"), "input", ["n", 32, 32, 3])
    model.graph.node[1].attribute[0].ints[:] = [1, 9]

    refusal = _refusal(tmp_path, _declare(model, "input", None), _output())

    assert refusal.startswith(f"{MODEL_FILE}: onnxruntime cannot")
    assert "onnxruntime_src" not in refusal
    assert capfd.readouterr() == ("", "")
