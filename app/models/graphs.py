"""An ONNX file as it is written: its weights inside, and the operation that each output comes from."""

from pathlib import Path

import onnx

from app.models.fault import FaultError

_PASSING = {
    *("Identity", "Cast", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose"),
    *("QuantizeLinear", "DequantizeLinear"),
}
"""Operations that give the numbers on as they are."""

SIGMOIDS = ("Sigmoid", "HardSigmoid")


def last_operations(path: Path, place: Path) -> dict[str, str]:
    """The operation that makes the numbers of each output, such as Softmax; empty where there is none.

    Raises FaultError where the file is no model, or keeps weights elsewhere: onnxruntime would look for them wherever
    it happens to run.
    """
    try:
        graph = onnx.load_model(path, load_external_data=False).graph
    except Exception as error:  # noqa: BLE001 - protobuf's errors have no common type
        raise FaultError(f"{place}: is not an ONNX model: {error}") from None
    _check_self_contained(graph, place)
    makers = {name: node for node in graph.node for name in node.output}
    found = {}
    for output in graph.output:
        node = makers.get(output.name)
        while node is not None and node.op_type in _PASSING:
            node = makers.get(node.input[0])
        found[output.name] = node.op_type if node is not None else ""
    return found


def _check_self_contained(graph: onnx.GraphProto, place: Path) -> None:
    graphs = [graph]
    for part in graphs:
        graphs.extend(attribute.g for node in part.node for attribute in node.attribute if attribute.HasField("g"))
        constants = [attribute.t for node in part.node for attribute in node.attribute if attribute.HasField("t")]
        for tensor in (*part.initializer, *constants):
            if tensor.data_location == onnx.TensorProto.EXTERNAL:
                raise FaultError(
                    f"{place}: keeps weights ({tensor.name}) in another file; save it as one file: "
                    "torch.onnx.export(..., external_data=False), or onnx.save(onnx.load(FILE), OTHER_FILE)"
                )
