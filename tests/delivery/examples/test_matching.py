"""An answer beside the expected one."""

from typing import Any

import pytest

from delivery.examples.matching import compare

ANSWER: dict[str, Any] = {
    "classes": [{"label": "red", "probability": 0.93}, {"label": "green", "probability": 0.07}],
    "model": {"name": "colours", "version": "3"},
    "done": True,
}


def faults(expected: Any, tolerance: float = 1e-6) -> list[str]:
    return [f"{seen.path}: {seen.fault}" for seen in compare(expected, ANSWER, tolerance) if seen.fault]


@pytest.mark.parametrize(
    "expected",
    [
        {},
        {"model": {"name": "colours"}},
        {"classes": [{"label": "red"}]},
        {"classes": [{"probability": {"$at_least": 0.93}}, {"probability": {"$at_most": 0.07}}]},
        {"classes": [{"label": {"$one_of": ["crimson", "red"]}}]},
        {"classes": [{"$one_of": [{"label": "crimson"}, {"label": "red", "probability": {"$at_least": 0.5}}]}]},
        {"classes": [{"probability": {"$near": 0.9, "$within": 0.05}}]},
        {"done": True},
    ],
)
def test_what_is_written_fits_and_the_rest_is_free(expected: Any) -> None:
    assert faults(expected) == []


@pytest.mark.parametrize(
    ("expected", "fault"),
    [
        ({"model": {"name": "colour"}}, "model.name: expected 'colour'"),
        ({"modle": {}}, "modle: is not there, there are: classes, model, done"),
        ({"model": []}, "model: expected a list of at least 0"),
        ({"model": {"name": {"a": 1}}}, "model.name: expected an object with a"),
        ({"classes": [{}, {}, {}]}, "classes: expected a list of at least 3"),
        ({"classes": [{"label": {"$one_of": ["green", "blue"]}}]}, "classes.0.label: expected one of 'green', 'blue'"),
        ({"classes": [{"probability": {"$at_least": 0.94}}]}, "classes.0.probability: expected at least 0.94"),
        ({"classes": [{"probability": {"$at_most": 0.92}}]}, "classes.0.probability: expected at most 0.92"),
        ({"classes": [{"probability": {"$near": 0.9, "$within": 0.01}}]}, "expected 0.9 within 0.01"),
        ({"classes": [{"label": {"$at_least": 1}}]}, "classes.0.label: expected a number"),
        ({"classes": [{"probability": 0.94}]}, "classes.0.probability: expected 0.94"),
        ({"done": 1}, "done: expected 1"),
        ({"model": {"version": 3}}, "model.version: expected 3"),
    ],
)
def test_what_differs_is_named_by_its_path(expected: Any, fault: str) -> None:
    [told] = faults(expected)
    assert told.endswith(fault)


def test_numbers_may_differ_by_the_tolerance_and_no_more() -> None:
    assert faults({"classes": [{"probability": 0.94}]}, tolerance=0.02) == []
    assert faults({"classes": [{"probability": 0.96}]}, tolerance=0.02) != []
