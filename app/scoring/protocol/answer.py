"""Answers of the Open Inference Protocol v2, with its binary tensor extension, to their bytes."""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray


@dataclass(frozen=True)
class Output:
    """One output of an answer: numbers, or byte strings with their shape."""

    name: str
    array: NDArray[np.float32] | None
    binary: bool
    items: tuple[bytes, ...] = ()
    shape: tuple[int, ...] = ()


def encode(head: dict[str, Any], outputs: list[Output]) -> tuple[bytes, int | None]:
    """The body of an answer, and the length of its JSON part where binary data follow it."""
    described, blobs = [], []
    for output in outputs:
        shape = output.shape if output.array is None else output.array.shape
        entry: dict[str, Any] = {
            "name": output.name,
            "datatype": "BYTES" if output.array is None else "FP32",
            "shape": list(shape),
        }
        if output.binary:
            blob = _packed(output)
            blobs.append(blob)
            entry["parameters"] = {"binary_data_size": len(blob)}
        elif output.array is None:
            entry["data"] = [item.decode("utf-8") for item in output.items]
        else:
            entry["data"] = output.array.ravel().tolist()
        described.append(entry)
    text = orjson.dumps(head | {"outputs": described})
    return b"".join((text, *blobs)), len(text) if blobs else None


def _packed(output: Output) -> bytes:
    if output.array is not None:
        return output.array.astype("<f4").tobytes()
    return b"".join(struct.pack("<I", len(item)) + item for item in output.items)
