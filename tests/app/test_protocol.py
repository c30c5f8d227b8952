"""The Open Inference Protocol's wire format, read and written without a service."""

import json
import struct
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scoring.problem import Problem
from app.scoring.protocol.answer import Output, encode
from app.scoring.protocol.request import InferenceRequest, parse

NUMBERS = {"name": "x", "shape": [2, 2], "datatype": "UINT8", "data": [1, 2, 3, 4]}


def _allow(_count: int, _place: str) -> None:
    """No bound on the number of rows."""


def _parse(*inputs: dict[str, Any], tail: bytes = b"", **rest: Any) -> InferenceRequest:
    text = json.dumps({"inputs": list(inputs)} | rest).encode()
    return parse(text + tail, str(len(text)) if tail else None, _allow)


def test_numbers_may_be_flat_or_nested() -> None:
    flat = _parse(NUMBERS).input
    nested = _parse(NUMBERS | {"data": [[1, 2], [3, 4]]}).input

    assert flat.array.tolist() == nested.array.tolist() == [[1, 2], [3, 4]]
    assert flat.array.dtype == np.uint8


def test_binary_numbers_follow_the_json() -> None:
    entry = {"name": "a", "shape": [2], "datatype": "FP32", "parameters": {"binary_data_size": 8}}

    tensor = _parse(entry, tail=struct.pack("<2f", 0.5, 2)).input

    assert tensor.array.tolist() == [0.5, 2.0]


@pytest.mark.parametrize("inputs", [(), (NUMBERS, NUMBERS)])
def test_there_is_exactly_one_input(inputs: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(Problem, match=f"expected exactly one input, found {len(inputs)}"):
        _parse(*inputs)


def test_rows_are_counted_before_any_item_is_read() -> None:
    class CountedError(Exception):
        pass

    def refuse(count: int, place: str) -> None:
        assert (count, place) == (2_000_000, "x")
        raise CountedError

    entry = {"name": "x", "shape": [1, 2_000_000], "datatype": "BYTES", "parameters": {"binary_data_size": 8}}
    text = json.dumps({"inputs": [entry]}).encode()
    with pytest.raises(CountedError):
        parse(text + bytes(8), str(len(text)), refuse)


@pytest.mark.parametrize("extra", [b"", bytes(8_000_000)])
def test_items_beyond_the_shape_are_not_read(extra: bytes) -> None:
    size = 4 + len(extra)
    entry = {"name": "x", "shape": [0], "datatype": "BYTES", "parameters": {"binary_data_size": size}}

    with pytest.raises(Problem, match=f"the shape needs 0 elements; {size} bytes follow them"):
        _parse(entry, tail=bytes(size))


def test_binary_strings_carry_their_lengths() -> None:
    entry = {"name": "x", "shape": [2], "datatype": "BYTES", "parameters": {"binary_data_size": 11}}

    tensor = _parse(entry, tail=struct.pack("<I", 3) + b"abc" + struct.pack("<I", 0)).input

    assert tensor.array.tolist() == [b"abc", b""]


def test_strings_in_json_are_base64() -> None:
    tensor = _parse({"name": "x", "shape": [1], "datatype": "BYTES", "data": ["aGVsbG8="]}).input

    assert tensor.array.tolist() == [b"hello"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"data": [1, 2, 3]}, r"shape \[2, 2\] needs 4 elements, found 3"),
        ({"data": [1, 2, 3, 256]}, "whole numbers from 0 to 255"),
        ({"data": [1, 2, 3, 1.5]}, "whole numbers from 0 to 255"),
        ({"data": [1, 2, 3, "4"]}, "nothing but numbers"),
        ({"data": [True, False, True, True]}, "nothing but numbers"),
        ({"data": [[1, 2], [3]]}, "flat or nested evenly"),
        ({"data": {"a": 1}}, r"inputs\[0\].data must be a list"),
        ({"data": [None] * 4}, "nothing but numbers"),
        ({"datatype": "FP32", "data": [1e39, 1, 1, 1]}, "NaN or infinite"),
        ({"datatype": "INT64"}, r"inputs\[0\].datatype: Input should be 'BYTES', 'UINT8' or 'FP32'"),
        ({"datatype": 7}, r"inputs\[0\].datatype: Input should be 'BYTES'"),
        ({"shape": [-1, 4]}, r"inputs\[0\].shape\[0\]: Input should be greater than or equal to 0"),
        ({"shape": [True, 4]}, r"inputs\[0\].shape\[0\]: Input should be a valid integer"),
        ({"shape": [1 << 40]}, r"inputs\[0\].shape\[0\]: Input should be less than 2147483648"),
        ({"shape": [1] * 9}, r"inputs\[0\].shape: Tuple should have at most 8 items after validation, not 9"),
        ({"shape": "2,2"}, r"inputs\[0\].shape: Input should be a valid tuple"),
        ({"name": None}, r"inputs\[0\].name: Input should be a valid string"),
        ({"parameters": []}, r"inputs\[0\].parameters: Input should be a valid dictionary"),
        ({"parameters": {"binary_data_size": -1}}, r"binary_data_size: Input should be greater than or equal to 0"),
        ({"parameters": {"binary_data_size": 4}}, "binary_data_size is 4; 0 bytes follow the JSON"),
    ],
)
def test_every_fault_names_its_member(change: dict[str, Any], says: str) -> None:
    with pytest.raises(Problem, match=says) as refused:
        _parse(NUMBERS | change)

    assert refused.value.status == 400


def test_a_long_string_among_numbers_costs_no_more_memory_than_it_has() -> None:
    data = ["x" * 1_000_000, *[1] * 1_000_000]

    with pytest.raises(Problem, match="nothing but numbers"):
        _parse(NUMBERS | {"shape": [len(data)], "data": data})


@pytest.mark.parametrize(
    ("blob", "says"),
    [
        (struct.pack("<I", 9) + b"abc", "end within element 0 of the 2 that the shape needs"),
        (struct.pack("<I", 3) + b"abc" + b"\0\0", "end within element 1 of the 2 that the shape needs"),
        (bytes(9), "the shape needs 2 elements; 1 bytes follow them"),
    ],
)
def test_lengths_that_do_not_fit_the_strings_are_refused(blob: bytes, says: str) -> None:
    entry = {"name": "x", "shape": [2], "datatype": "BYTES", "parameters": {"binary_data_size": len(blob)}}

    with pytest.raises(Problem, match=says):
        _parse(entry, tail=blob)


def test_binary_numbers_that_do_not_fill_the_shape_are_refused() -> None:
    for size, says in ((7, "takes 4 bytes an element, found 7 bytes"), (12, r"shape \[2\] needs 2 elements, found 3")):
        entry = {"name": "x", "shape": [2], "datatype": "FP32", "parameters": {"binary_data_size": size}}
        with pytest.raises(Problem, match=says):
            _parse(entry, tail=bytes(size))


def test_binary_infinities_are_refused() -> None:
    entry = {"name": "x", "shape": [1], "datatype": "FP32", "parameters": {"binary_data_size": 4}}

    with pytest.raises(Problem, match="NaN or infinite"):
        _parse(entry, tail=struct.pack("<f", float("nan")))


def test_bytes_that_no_input_claims_are_refused() -> None:
    with pytest.raises(Problem, match="binary_data_size is 0; 3 bytes follow the JSON"):
        _parse(NUMBERS, tail=b"abc")


@pytest.mark.parametrize("length", ["-1", "x", "", "99999999999999999999", "²", "0" * 5000 + "1"])
def test_a_senseless_length_of_the_json_part_is_refused(length: str) -> None:
    with pytest.raises(Problem, match="is not within the body"):
        parse(b"{}", length, _allow)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"inputs": {}}', b"[" * 100_000, b'{"inputs": [1]}'])
def test_other_documents_are_refused(body: bytes) -> None:
    with pytest.raises(Problem):
        parse(body, None, _allow)


def test_outputs_inherit_and_overrule_the_binary_wish() -> None:
    asked = _parse(
        NUMBERS,
        parameters={"binary_data_output": True},
        outputs=[{"name": "y"}, {"name": "z", "parameters": {"binary_data": False, "classification": 3}}],
    )

    assert [(output.name, output.binary, output.classes) for output in asked.outputs] == [
        ("y", True, 0),
        ("z", False, 3),
    ]


def test_answers_are_text_or_binary_each_as_wanted() -> None:
    row = np.asarray([[0.25, 0.75]], np.float32)

    body, split = encode({"model_name": "m"}, [Output("a", row, binary=False), Output("b", row, binary=True)])

    assert split is not None
    head = json.loads(body[:split])
    assert head["outputs"][0]["data"] == [0.25, 0.75]
    assert head["outputs"][1]["parameters"] == {"binary_data_size": 8}
    assert struct.unpack("<2f", body[split:]) == (0.25, 0.75)


@given(st.binary(max_size=300), st.one_of(st.none(), st.text(max_size=5), st.integers(0, 400).map(str)))
def test_any_bytes_are_parsed_or_refused(body: bytes, length: str | None) -> None:
    with suppress(Problem):
        parse(body, length, _allow)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-300, 300) | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
_MEMBERS = ("name", "datatype", "shape", "data", "parameters")


@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(_MEMBERS, _JSON)), max_size=3), _JSON)
def test_any_document_is_parsed_or_refused(changes: list[dict[str, Any]], parameters: object) -> None:
    document = {"inputs": [NUMBERS | change for change in changes], "parameters": parameters}
    with suppress(Problem):
        parsed = parse(json.dumps(document).encode(), None, _allow)
        assert parsed.input.name == (NUMBERS | changes[0])["name"]
