"""A first description of an ONNX file: what its graph says of itself, and a marked guess of what it cannot say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import onnx

from app.models.fault import FaultError

from . import graphs

CHECK = "CHECK"
_DTYPES: dict[int, str] = {onnx.TensorProto.FLOAT: "float32", onnx.TensorProto.UINT8: "uint8"}
_SIDE = 224
_CHANNELS = {1: "L", 3: "RGB"}


@dataclass(frozen=True)
class Head:
    """An output of classes, and the operation that it comes from."""

    name: str
    classes: int
    last: str

    @property
    def kind(self) -> str:
        """The description's word for its numbers."""
        return "probabilities" if self.last in ("Softmax", *graphs.SIGMOIDS) else "logits"

    @property
    def multi_label(self) -> bool:
        """True where each class has a probability of its own."""
        return self.last in graphs.SIGMOIDS or self.classes == 1


@dataclass(frozen=True)
class Draft:
    """The facts that a graph declares. A side of 0 is one that it leaves free."""

    name: str
    opset: int
    input: str
    dtype: str
    layout: str
    depth: int
    width: int
    height: int
    heads: tuple[Head, ...]


def draft(path: Path, name: str) -> Draft:
    """The draft for a file. Raises FaultError with every reason why no description can fit it."""
    last = graphs.last_operations(path, path)
    model = onnx.load_model(path, load_external_data=False)
    given = {one.name for one in model.graph.initializer}
    inputs = [one for one in model.graph.input if one.name not in given]
    faults: list[str] = []
    tensor = inputs[0] if len(inputs) == 1 else None
    if tensor is None:
        names = ", ".join(one.name for one in inputs) or "none"
        faults.append(f"found {len(inputs)} inputs ({names}), allowed is one: a batch of pictures")
    shape = _shape(tensor) if tensor else []
    layout, depth = _layout(shape)
    if tensor and not layout:
        faults.append(
            f"input {tensor.name}: found the shape {_shown(shape)}, allowed is one of four dimensions with 1 or 3 "
            "channels, second or last; export it for one batch of pictures"
        )
    element: int = tensor.type.tensor_type.elem_type if tensor else 0
    if tensor and element not in _DTYPES:
        found = onnx.TensorProto.DataType.Name(element).lower()
        faults.append(f"input {tensor.name}: found {found}, allowed are float32 and uint8; export it with one of them")
    heads = tuple(_heads(model.graph, last, faults))
    if faults:
        raise FaultError("\n".join(f"{path}: {fault}" for fault in faults))
    assert tensor is not None
    height, width = shape[2:] if layout == "NCHW" else shape[1:3]
    opset = next((one.version for one in model.opset_import if one.domain in ("", "ai.onnx")), 0)
    return Draft(name, opset, tensor.name, _DTYPES[element], layout, depth, width, height, heads)


def name_of(path: Path) -> str:
    """A model's name from its file's, or its folder's where the file is called as all are."""
    stem = path.resolve().parent.name if path.stem == "model" else path.stem
    return re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:63].strip("-") or "my-model"


def describe(drafted: Draft) -> str:
    """The text of `model.yaml`."""
    main, *more = drafted.heads
    lines = [
        "# What this model is, and how a picture becomes its input: docs/how-to/publish-a-model.md says what",
        f"# authors' own code calls it. Lines that say {CHECK} are guesses: the graph does not say.",
        f"name: {_quoted(drafted.name)}",
        'title: ""',
        'author: ""',
        'licence: ""',
        'source: ""',
        f"framework: {{name: onnx, opset: {drafted.opset}}}",
        "input:",
        f"  name: {_quoted(drafted.input)}",
        f"  dtype: {drafted.dtype}",
        f"  layout: {drafted.layout}",
        *_channels(drafted.depth),
        _side("width", drafted.width),
        _side("height", drafted.height),
        f"  # {CHECK}: crop cuts the centre, stretch ignores the picture's proportions, pad fills the rest",
        "  resize: {fit: crop, filter: bilinear}",
        *_normalisation(drafted),
        "output:",
        *_output(main, "  "),
    ]
    if more:
        lines.append("more_outputs:")
        for head in more:
            first, *rest = _output(head, "    ")
            lines += [f"  - {first.strip()}", *rest]
    return "\n".join([*lines, ""])


def _heads(graph: onnx.GraphProto, last: dict[str, str], faults: list[str]) -> Iterator[Head]:
    found = 0
    for output in graph.output:
        shape = _shape(output)
        if len(shape) == 2 and shape[1] > 0 and output.type.tensor_type.elem_type == onnx.TensorProto.FLOAT:
            found += 1
            yield Head(output.name, shape[1], last.get(output.name, ""))
    if not found:
        said = "; ".join(f"{one.name} of the shape {_shown(_shape(one))}" for one in graph.output)
        faults.append(
            f"found {said or 'no output'}, allowed is at least one of float32 and the shape (pictures, classes) with "
            "the number of classes fixed; export the classifier's last layer"
        )


def _shape(value: onnx.ValueInfoProto) -> list[int]:
    """Dimensions, 0 where one is free."""
    return [one.dim_value for one in value.type.tensor_type.shape.dim]


def _layout(shape: list[int]) -> tuple[str, int]:
    if len(shape) != 4:
        return "", 0
    for layout, depth in (("NCHW", shape[1]), ("NHWC", shape[3])):
        if depth in _CHANNELS:
            return layout, depth
    return "", 0


def _channels(depth: int) -> list[str]:
    if depth == 1:
        return ["  channels: L"]
    return [f"  # {CHECK}: BGR where pictures were read with cv2", "  channels: RGB"]


def _side(name: str, found: int) -> str:
    return f"  {name}: {found}" if found else f"  {name}: {_SIDE}  # {CHECK}: the graph leaves it free"


def _normalisation(drafted: Draft) -> list[str]:
    if drafted.dtype == "uint8":
        return []
    means, stds = ("[123.675, 116.28, 103.53]", "[58.395, 57.12, 57.375]") if drafted.depth == 3 else ("[0]", "[255]")
    return [
        f"  # {CHECK}: (x - mean) / std for pixels of 0 to 255. These are torchvision's, times 255; for x / 255 write",
        "  # mean 0 and std 255 for each channel; without the line, pixels of 0 to 255 go in as they are",
        f"  normalisation: {{mean: {means}, std: {stds}}}",
    ]


def _output(head: Head, indent: str) -> list[str]:
    said = f"its last operation is {head.last}" if head.last else "nothing is computed"
    return [
        f"{indent}name: {_quoted(head.name)}",
        f"{indent}kind: {head.kind}  # {said}",
        f"{indent}classes: {head.classes}",
        *([f"{indent}multi_label: true"] if head.multi_label else []),
    ]


def _quoted(text: str) -> str:
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", text) and text not in ("true", "false", "null")
    return text if plain else '"' + text.replace('"', '\\"') + '"'


def _shown(shape: list[int]) -> str:
    return f"({', '.join(str(one) if one else 'free' for one in shape)})"
