"""Answers of the Open Inference Protocol v2, with its binary tensor extension, to their bytes."""

import struct
from dataclasses import dataclass
from typing import Any

import orjson
from numpy.typing import NDArray


@dataclass(frozen=True)
class Output:
    """One output of an answer: an array of numbers, or of byte strings, which are objects to numpy."""

    name: str
    array: NDArray[Any]
    binary: bool

    @property
    def datatype(self) -> str:
        """The protocol's name for the elements."""
        return "BYTES" if self.array.dtype == object else "FP32"


def encode(head: dict[str, Any], outputs: list[Output]) -> tuple[bytes, int | None]:
    """The body of an answer, and the length of its JSON part where binary data follow it."""
    described, blobs = [], []
    for output in outputs:
        entry: dict[str, Any] = {
            "name": output.name,
            "datatype": output.datatype,
            "shape": list(output.array.shape),
        }
        if output.binary:
            blobs.append(_pack(output))
            entry["parameters"] = {"binary_data_size": len(blobs[-1])}
        elif output.datatype == "BYTES":
            entry["data"] = [item.decode("utf-8") for item in output.array.flat]
        else:
            entry["data"] = output.array.ravel().tolist()
        described.append(entry)
    text = orjson.dumps(head | {"outputs": described})
    return b"".join((text, *blobs)), len(text) if blobs else None


def _pack(output: Output) -> bytes:
    if output.datatype == "FP32":
        return output.array.astype("<f4").tobytes()
    return b"".join(struct.pack("<I", len(item)) + item for item in output.array.flat)
