"""Files in torch's legacy format, written without torch: its pickles name torch's own callables."""

import io
import pickle
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
MACHINE = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}
_STORAGES = {"f": "FloatStorage", "i": "LongStorage"}


class Global:
    """A callable that a pickle names: `module` and `name`, installed here or not."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class Call:
    """A call that the loader of a pickle makes, with its arguments."""

    def __init__(self, function: Global, *arguments: Any) -> None:
        self.function, self.arguments = function, arguments


class Storage:
    """A storage that a tensor refers to by name."""

    def __init__(self, *identity: Any) -> None:
        self.identity = identity


class _Pickler(pickle._Pickler):  # the Python one: its opcodes can be written by hand
    write: Callable[[bytes], int]

    def save(self, obj: Any, save_persistent_id: bool = True) -> None:  # noqa: FBT001, FBT002 - pickle's own signature
        match obj:
            case Global():
                self.write(pickle.GLOBAL + f"{obj.module}\n{obj.name}\n".encode())
            case Call():
                self.save(obj.function)
                self.save(obj.arguments)
                self.write(pickle.REDUCE)
            case Storage():
                self.save(obj.identity)
                self.write(pickle.BINPERSID)
            case _:
                super().save(obj, save_persistent_id)  # type: ignore[misc]  # not in the public types of pickle


def pickled(value: object) -> bytes:
    """One pickle of protocol 2, as torch writes them."""
    data = io.BytesIO()
    _Pickler(data, protocol=2).dump(value)
    return data.getvalue()


def tensor(array: NDArray[Any], key: str, **changes: Any) -> Call:
    """The description of a contiguous tensor; `changes` spoil it."""
    facts: dict[str, Any] = {
        "storage": Storage("storage", Global("torch", _STORAGES[array.dtype.kind]), key, "cpu", array.size, None),
        "offset": 0,
        "shape": array.shape,
        "strides": tuple(stride // array.itemsize for stride in array.strides),
    } | changes
    rebuild = Global("torch._utils", "_rebuild_tensor_v2")
    return Call(rebuild, *facts.values(), False, OrderedDict())  # noqa: FBT003 - requires_grad, by place


def legacy_file(
    tensors: Mapping[str, NDArray[Any]],
    *,
    describe: Callable[[NDArray[Any], str], object] = tensor,
    header: Iterable[object] = (MAGIC, PROTOCOL, MACHINE),
) -> bytes:
    """The bytes that `torch.save` of these tensors would have written before torch 1.6."""
    keys = {name: str(number) for number, name in enumerate(tensors)}
    parts = [pickled(value) for value in header]
    parts.append(pickled({name: describe(array, keys[name]) for name, array in tensors.items()}))
    parts.append(pickled(list(keys.values())))
    for array in tensors.values():
        parts.append(array.size.to_bytes(8, "little"))
        parts.append(np.ascontiguousarray(array).tobytes())
    return b"".join(parts)
