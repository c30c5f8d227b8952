"""Read tensors from torch's legacy file format without torch and without executing the file.

The format is a magic number, a protocol number, a machine description and an object, each pickled, then the pickled
list of storage keys, then each storage as a little-endian 8-byte count and its raw elements.
A pickle may name any callable; here the four that describe tensors are known and every other one stops the reading.
"""

import math
import pickle
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from reprlib import repr as short  # a pickle can nest a tuple so that its full text has no end
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_MAX_TENSOR_BYTES = 1 << 30  # a shape is only a claim of the file: expanded strides could ask for any size


class TorchFileError(Exception):
    """A file that is not torch's legacy format, or holds more than tensors; the message says what was found."""


# Tuples, because a pickle's BUILD instruction can set the attributes of any other instance.
class _Storage(NamedTuple):
    key: str
    dtype: np.dtype[Any]
    length: int


class _Tensor(NamedTuple):
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


_DTYPES: dict[str, np.dtype[Any]] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


def _rebuild(*fields: Any) -> _Tensor:  # noqa: ANN401 - what a pickle passes has no type
    match fields:
        case (_Storage() as storage, int(offset), tuple(shape), tuple(strides), *_):
            if len(shape) == len(strides) and all(type(n) is int and n >= 0 for n in (offset, *shape, *strides)):
                return _Tensor(storage, offset, shape, strides)
    raise TorchFileError("a tensor of the file is not described by a storage, an offset, a shape and strides")


# Storage types stay names: `persistent_load` looks them up.
_KNOWN: dict[tuple[str, str], Callable[..., Any] | str] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
    ("torch", "FloatStorage"): "FloatStorage",
    ("torch", "LongStorage"): "LongStorage",
}


# The Python form of the unpickler: the C form allocates any table size that the file claims.
class _TensorUnpickler(pickle._Unpickler):  # noqa: SLF001 - it has no public name
    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module_name: str, global_name: str, /) -> Callable[..., Any] | str:
        try:
            return _KNOWN[module_name, global_name]
        except KeyError:
            raise TorchFileError(
                f"names {module_name}.{global_name}, which is not one of "
                + ", ".join(".".join(known) for known in _KNOWN),
            ) from None

    def persistent_load(self, pid: object) -> _Storage:
        match pid:
            case ("storage", str(kind), str(key), "cpu", int(length), None) if kind in _DTYPES and length >= 0:
                storage = _Storage(key, _DTYPES[kind], length)
                if self.storages.setdefault(key, storage) != storage:
                    raise TorchFileError(f"describes storage {key} twice and differently")
                return storage
        raise TorchFileError(f"refers to {short(pid)}, which is not a float or long storage in memory")


def read_tensors(path: Path) -> dict[str, Array]:
    """The named tensors of the file, or TorchFileError."""
    try:
        with path.open("rb") as file:
            return _read(file)
    except TorchFileError as error:
        raise TorchFileError(f"{path}: {error}") from None
    except OSError as error:
        raise TorchFileError(f"{path}: cannot be read: {error.strerror}") from None
    except Exception as error:  # noqa: BLE001 - a malformed pickle raises nearly any exception
        raise TorchFileError(f"{path}: not a legacy torch file: {type(error).__name__}: {error}") from None


def _read(file: IO[bytes]) -> dict[str, Array]:
    if (magic := _TensorUnpickler(file).load()) != _MAGIC:
        raise TorchFileError(f"starts with {short(magic)}, not with the mark of a legacy torch file")
    if (protocol := _TensorUnpickler(file).load()) != _PROTOCOL:
        raise TorchFileError(f"has protocol {short(protocol)}, known is {_PROTOCOL}")
    machine = _TensorUnpickler(file).load()
    if not (isinstance(machine, dict) and machine.get("little_endian") is True):
        raise TorchFileError("was not written on a little-endian machine")
    reader = _TensorUnpickler(file)
    described = reader.load()
    if not isinstance(described, dict) or not all(
        isinstance(name, str) and isinstance(tensor, _Tensor) for name, tensor in described.items()
    ):
        raise TorchFileError("holds something other than named tensors")
    data = _read_storages(file, reader.storages)
    return {name: _view(name, tensor, data[tensor.storage.key]) for name, tensor in described.items()}


def _read_storages(file: IO[bytes], storages: dict[str, _Storage]) -> dict[str, Array]:
    keys = _TensorUnpickler(file).load()
    if not (isinstance(keys, list) and all(isinstance(key, str) for key in keys) and sorted(keys) == sorted(storages)):
        raise TorchFileError("lists other storages than its tensors use")
    data = {}
    for key in keys:
        storage = storages[key]
        length = int.from_bytes(file.read(8), "little")
        if length != storage.length:
            raise TorchFileError(f"storage {key} has {length} elements, described are {storage.length}")
        size = length * storage.dtype.itemsize
        raw = file.read(size)
        if len(raw) != size:
            raise TorchFileError(f"ends within storage {key}: {len(raw)} of {size} bytes")
        data[key] = np.frombuffer(raw, storage.dtype)
    if rest := len(file.read(1 << 20)):
        raise TorchFileError(f"goes on for {rest} bytes or more after its last storage")
    return data


def _view(name: str, tensor: _Tensor, data: Array) -> Array:
    size = math.prod(tensor.shape) * data.itemsize
    if size > _MAX_TENSOR_BYTES:
        raise TorchFileError(f"tensor {name} claims {size} bytes, allowed are {_MAX_TENSOR_BYTES}")
    last = tensor.offset + sum((n - 1) * stride for n, stride in zip(tensor.shape, tensor.strides, strict=True))
    if size and last >= len(data):
        raise TorchFileError(f"tensor {name} reaches element {last} of a storage of {len(data)}")
    strides = [stride * data.itemsize for stride in tensor.strides]
    view = np.lib.stride_tricks.as_strided(data[tensor.offset :], tensor.shape, strides, writeable=False)
    return np.ascontiguousarray(view).reshape(tensor.shape)
