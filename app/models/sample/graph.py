"""EfficientNet-Lite as an ONNX graph: uint8 pictures (batch, side, side, RGB) in, probabilities out.

The normalisation the weights were trained with, (x - 127) / 128, is part of the graph, so no caller can get it wrong.
The bytes depend on the weights alone: every name, number and order is fixed, and no tool's version is written down.
"""

import math
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from .network import CLASSES, HEAD_FILTERS, INPUT, OPSET, OUTPUT, STEM_FILTERS, Block, Network, same_padding
from .torch_file import Array

_IR_VERSION = 8  # what opset 17 came with; the onnx package would write its own newest
_EPSILON = 1e-3
_MEAN, _STD = 127.0, 128.0

Floats = NDArray[np.float32]


class WeightsError(Exception):
    """Weights that do not fit the network; the message names the tensor, what was found and what was expected."""


class Weights:
    """The tensors of a weights file, each of which must be taken, with the shape the network gives it."""

    def __init__(self, tensors: dict[str, Array]) -> None:
        self._left = dict(tensors)

    def take(self, name: str, *shape: int) -> Array:
        """The tensor of that name and shape."""
        tensor = self._left.pop(name, None)
        if tensor is None:
            raise WeightsError(f"{name}: missing from the weights, or used twice")
        if tensor.shape != shape:
            raise WeightsError(f"{name}: has shape {tensor.shape}, the network needs {shape}")
        if not np.isfinite(tensor).all():
            raise WeightsError(f"{name}: holds numbers that are not finite")
        return tensor

    def take_convolution(self, name: str, norm: str, *shape: int) -> tuple[Floats, Floats]:
        """Weight and bias of a convolution with the batch normalisation that follows it folded in."""
        weight = self.take(f"{name}.weight", *shape)
        gamma, beta, mean, variance = (
            self.take(f"{norm}.{part}", shape[0]).astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        self.take(f"{norm}.num_batches_tracked")  # counts training steps; nothing to infer with
        if (variance < 0).any():
            raise WeightsError(f"{norm}.running_var: holds a negative variance")
        scale = gamma / np.sqrt(variance + _EPSILON)
        folded = weight.astype(np.float64) * scale[:, np.newaxis, np.newaxis, np.newaxis]
        return folded.astype(np.float32), (beta - mean * scale).astype(np.float32)

    def finish(self) -> None:
        """Every tensor was used, or WeightsError: a network that ignores a part of its weights is another network."""
        if self._left:
            names = ", ".join(sorted(self._left)[:5])
            raise WeightsError(f"{len(self._left)} tensors of the weights have no place in the network: {names}")


class _Graph:
    """Nodes and constants in the order they are declared; `size` is the side of the current picture."""

    def __init__(self, side: int) -> None:
        self.size = side
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: Array) -> str:
        kind = helper.np_dtype_to_tensor_dtype(value.dtype)
        self.constants.append(helper.make_tensor(name, kind, value.shape, value.tobytes(), raw=True))
        return name

    def node(self, operator: str, output: str, *inputs: str, **attributes: Any) -> str:  # noqa: ANN401 - values of the operator
        self.nodes.append(helper.make_node(operator, inputs, [output], name=f"{output}/{operator}", **attributes))
        return output

    def convolution(self, name: str, source: str, folded: tuple[Floats, Floats], stride: int, groups: int) -> str:
        weight, bias = folded
        kernel = weight.shape[2]
        before, after = same_padding(self.size, kernel, stride)
        self.size = math.ceil(self.size / stride)
        constants = self.constant(f"{name}/weight", weight), self.constant(f"{name}/bias", bias)
        return self.node(
            "Conv",
            name,
            source,
            *constants,
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=[before, before, after, after],
            group=groups,
        )

    def relu6(self, source: str) -> str:
        return self.node("Clip", f"{source}/relu6", source, "zero", "six")


def build(network: Network, tensors: dict[str, Array]) -> onnx.ModelProto:
    """The checked model of `network` with `tensors`, or WeightsError."""
    weights, graph = Weights(tensors), _Graph(network.side)
    x = _normalised(graph)
    stem = weights.take_convolution("_conv_stem", "_bn0", STEM_FILTERS, 3, 3, 3)
    x = graph.relu6(graph.convolution("stem", x, stem, 2, 1))
    blocks = network.blocks()
    for number, block in enumerate(blocks):
        x = _block(graph, weights, number, block, x)
    head = weights.take_convolution("_conv_head", "_bn1", HEAD_FILTERS, blocks[-1].filters, 1, 1)
    x = graph.relu6(graph.convolution("head", x, head, 1, 1))
    x = graph.node("Flatten", "features", graph.node("GlobalAveragePool", "pool", x), axis=1)
    weight = graph.constant("classes/weight", weights.take("_fc.weight", CLASSES, HEAD_FILTERS))
    bias = graph.constant("classes/bias", weights.take("_fc.bias", CLASSES))
    x = graph.node("Gemm", "logits", x, weight, bias, transB=1)
    graph.node("Softmax", OUTPUT, x, axis=1)
    weights.finish()
    return _model(graph, network.side)


def _normalised(graph: _Graph) -> str:
    for name, value in (("zero", 0.0), ("six", 6.0), ("mean", _MEAN), ("std", _STD)):
        graph.constant(name, np.asarray(value, np.float32))
    x = graph.node("Transpose", "planes", INPUT, perm=[0, 3, 1, 2])  # before the cast: a quarter of the bytes to move
    x = graph.node("Cast", "floats", x, to=TensorProto.FLOAT)
    return graph.node("Div", "normal", graph.node("Sub", "centred", x, "mean"), "std")


def _block(graph: _Graph, weights: Weights, number: int, block: Block, source: str) -> str:
    name, prefix = f"block{number}", f"_blocks.{number}"
    wide = block.sources * block.expansion
    x = source
    if block.expansion > 1:
        folded = weights.take_convolution(f"{prefix}._expand_conv", f"{prefix}._bn0", wide, block.sources, 1, 1)
        x = graph.relu6(graph.convolution(f"{name}/expand", x, folded, 1, 1))
    depthwise = f"{prefix}._depthwise_conv", f"{prefix}._bn1", wide, 1, block.kernel, block.kernel
    folded = weights.take_convolution(*depthwise)
    x = graph.relu6(graph.convolution(f"{name}/depthwise", x, folded, block.stride, wide))
    folded = weights.take_convolution(f"{prefix}._project_conv", f"{prefix}._bn2", block.filters, wide, 1, 1)
    x = graph.convolution(f"{name}/project", x, folded, 1, 1)
    return graph.node("Add", f"{name}/sum", x, source) if block.skips else x


def _model(graph: _Graph, side: int) -> onnx.ModelProto:
    image = helper.make_tensor_value_info(INPUT, TensorProto.UINT8, ["batch", side, side, 3])
    probabilities = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["batch", CLASSES])
    proto = helper.make_graph(graph.nodes, "efficientnet-lite", [image], [probabilities], graph.constants)
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(proto, opset_imports=[opset], ir_version=_IR_VERSION, producer_name="slipway")
    onnx.checker.check_model(model, full_check=True)
    return model
