"""A float model as int8: weights and activations in 8 bits, a quarter of the size and about half the work."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

from .network import INPUT

# In this order: from a set of names the tool would lay the nodes out differently on every run.
_OPERATORS = ["Conv", "Clip", "Add", "GlobalAveragePool", "Flatten", "Gemm"]


class _Rows(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime ships no types
    def __init__(self, rows: NDArray[np.uint8]) -> None:
        self._rows: Iterator[NDArray[np.uint8]] = iter(rows)

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        row = next(self._rows, None)
        return None if row is None else {INPUT: row[np.newaxis]}


def quantise(model: onnx.ModelProto, rows: NDArray[np.uint8]) -> onnx.ModelProto:
    """The model in int8 (QDQ, per channel, min-max), with the ranges that its activations take on `rows`.

    The normalisation before the first convolution and the softmax stay in float: they are cheap, and their ranges wide.
    """
    prepared = onnx.ModelProto()
    prepared.CopyFrom(model)
    # Batch normalisation is folded and every shape known: the tool's own preparation would find nothing to do, and
    # without this mark it says so on stderr.
    onnx.helper.set_model_props(prepared, {"onnx.quant.pre_process": "onnxruntime.quant"})
    with TemporaryDirectory(prefix="slipway-quantise-") as folder:
        output = Path(folder) / "int8.onnx"
        quantize_static(
            prepared,
            output,
            _Rows(rows),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=_OPERATORS,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
        )
        quantised = onnx.load(output)
    del quantised.metadata_props[:]
    quantised.producer_name, quantised.producer_version = model.producer_name, model.producer_version
    onnx.checker.check_model(quantised, full_check=True)
    return quantised
