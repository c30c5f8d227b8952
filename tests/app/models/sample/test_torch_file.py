"""Reading weights without running them."""

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.models.sample.torch_file import TorchFileError, read_tensors

from .torch_writer import MACHINE, MAGIC, PROTOCOL, Call, Global, Storage, legacy_file, pickled, tensor

TENSORS: dict[str, NDArray[Any]] = {
    "weight": np.arange(24, dtype="<f4").reshape(2, 3, 4),
    "bias": np.asarray([1.5, -2.5], "<f4"),
    "batches": np.asarray(7, "<i8"),
}
WHOLE = legacy_file(TENSORS)


def _read(folder: Path, data: bytes) -> dict[str, NDArray[Any]]:
    path = folder / "weights.pth"
    path.write_bytes(data)
    return read_tensors(path)


def _refusal(folder: Path, data: bytes) -> str:
    with pytest.raises(TorchFileError) as refused:
        _read(folder, data)
    assert "weights.pth: " in str(refused.value)
    return str(refused.value)


def test_every_tensor_is_read(tmp_path: Path) -> None:
    found = _read(tmp_path, WHOLE)

    assert list(found) == list(TENSORS)
    for name, array in TENSORS.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].shape == array.shape


def test_a_transposed_view_comes_out_as_torch_shows_it(tmp_path: Path) -> None:
    stored = np.arange(6, dtype="<f4")
    data = legacy_file({"view": stored}, describe=lambda a, key: tensor(a, key, shape=(2, 3), strides=(1, 2)))

    np.testing.assert_array_equal(_read(tmp_path, data)["view"], stored.reshape(3, 2).T)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"),
        ("posix", "system"),
        ("builtins", "eval"),
        ("builtins", "getattr"),
        ("subprocess", "Popen"),
        ("torch", "load"),
        ("torch._utils", "_rebuild_tensor"),
        ("collections", "Counter"),
        ("collections", "OrderedDict.fromkeys"),
        ("app.models.sample.torch_file", "read_tensors"),
    ],
)
@pytest.mark.parametrize("place", range(5))
def test_any_callable_but_the_four_stops_the_reading_wherever_it_stands(
    tmp_path: Path, module: str, name: str, place: int
) -> None:
    marker = tmp_path / "ran"
    call = pickled(Call(Global(module, name), f"touch {marker}"))
    parts = [pickled(value) for value in (MAGIC, PROTOCOL, MACHINE)]
    parts += [pickled({"weight": tensor(np.zeros(1, "<f4"), "0")}), pickled(["0"])]
    parts[place] = call

    refusal = _refusal(tmp_path, b"".join(parts))

    assert f"names {module}.{name}, which is not one of collections.OrderedDict" in refusal
    assert not marker.exists()


def test_the_payload_of_these_tests_would_run_if_it_were_loaded(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    payload = pickled(Call(Global(os.system.__module__, "system"), f"touch {marker}"))

    pickle.loads(payload)

    assert marker.exists()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"shape": (25,), "strides": (1,)}, "tensor weight reaches element 24 of a storage of 24"),
        ({"offset": 1}, "reaches element 24 of a storage of 24"),
        ({"shape": (1 << 40,), "strides": (0,)}, "tensor weight claims 4398046511104 bytes"),
        ({"shape": (-1,), "strides": (1,)}, "not described by"),
        ({"shape": (2, 2)}, "not described by"),
        ({"shape": [24], "strides": [1]}, "not described by"),
        ({"shape": (2.5,), "strides": (1,)}, "not described by"),
        ({"offset": True}, "not described by"),
        ({"storage": "storage"}, "not described by"),
        ({"storage": Storage("storage", Global("torch", "FloatStorage"), "0", "cuda:0", 24, None)}, "refers to"),
        ({"storage": Storage("storage", "HalfStorage", "0", "cpu", 24, None)}, "refers to"),
        ({"storage": Storage("module", "weight")}, "refers to"),
        ({"storage": Storage("storage", Global("torch", "FloatStorage"), "9", "cpu", 24, None)}, "other storages"),
        ({"storage": Storage("storage", Global("torch", "FloatStorage"), "0", "cpu", 25, None)}, "has 24 elements"),
    ],
)
def test_a_tensor_described_wrongly_is_refused(tmp_path: Path, changes: dict[str, Any], fault: str) -> None:
    data = legacy_file({"weight": TENSORS["weight"]}, describe=lambda array, key: tensor(array, key, **changes))

    assert fault in _refusal(tmp_path, data)


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ((1, PROTOCOL, MACHINE), "starts with 1, not with the mark"),
        ((MAGIC, 1002, MACHINE), "has protocol 1002, known is 1001"),
        ((MAGIC, PROTOCOL, {"little_endian": False}), "little-endian"),
        ((MAGIC, PROTOCOL, []), "little-endian"),
    ],
)
def test_another_format_is_refused(tmp_path: Path, header: tuple[object, ...], fault: str) -> None:
    assert fault in _refusal(tmp_path, legacy_file(TENSORS, header=header))


def test_an_object_that_is_no_table_of_tensors_is_refused(tmp_path: Path) -> None:
    data = legacy_file({"weight": TENSORS["bias"]}, describe=lambda *_: "a string")

    assert "something other than named tensors" in _refusal(tmp_path, data)


def test_bytes_after_the_end_are_refused(tmp_path: Path) -> None:
    assert "goes on for 3 bytes" in _refusal(tmp_path, WHOLE + b"end")


def test_a_reference_that_unfolds_without_end_is_quoted_shortly(tmp_path: Path) -> None:
    """Thirty nested pairs are a kilobyte of pickle and a gigabyte of text."""
    nested: object = "x"
    for _ in range(30):
        nested = (nested, nested)
    data = legacy_file({"weight": TENSORS["bias"]}, describe=lambda *_: Storage(nested))

    assert len(_refusal(tmp_path, data)) < 1000


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TorchFileError, match=r"weights\.pth: cannot be read: No such file"):
        read_tensors(tmp_path / "weights.pth")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all of hypothesis's files."""
    return tmp_path_factory.mktemp("fuzz")


@given(end=st.integers(0, len(WHOLE) - 1))
@example(end=0)
@example(end=len(WHOLE) - 1)
def test_a_cut_file_is_refused(folder: Path, end: int) -> None:
    _refusal(folder, WHOLE[:end])


# Tensors are at the end: most changes there only change numbers, so most are made before.
@given(place=st.integers(0, len(WHOLE) - 1), byte=st.integers(0, 255))
@settings(max_examples=500)
def test_a_changed_byte_gives_tensors_or_a_refusal_and_nothing_else(folder: Path, place: int, byte: int) -> None:
    spoilt = bytearray(WHOLE)
    spoilt[place] = byte
    try:
        found = _read(folder, bytes(spoilt))
    except TorchFileError:
        return
    assert all(isinstance(array, np.ndarray) for array in found.values())


@given(data=st.binary(max_size=300))
def test_any_bytes_are_refused(folder: Path, data: bytes) -> None:
    _refusal(folder, data)
