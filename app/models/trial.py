"""A trial of a model on unlike pictures: its raw numbers must be what the description says of them.

A wrong description rarely fails: a second softmax, or pixels on another scale, only make answers vague or wrong.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.models.fault import FaultError
from app.scoring.manifest import Input, Output
from app.scoring.model import Model, ModelError, NotFiniteError
from app.scoring.picture import to_tensor
from app.scoring.session import find_reason

from .graphs import SIGMOIDS

_TOLERANCE = 0.01  # a quantised softmax rounds
_ENOUGH = 12
"""Logits are on both sides of 0: this many numbers from 0 to 1 are none."""

_Rows = Mapping[str, NDArray[np.float32]]
"""An output's numbers, shape (classes,), by the name of the picture."""


def check(model: Model, last: Mapping[str, str], place: Path, description: Path) -> None:
    """Raise FaultError where the model in `place` cannot be what its description says.

    `last` is each output's operation.
    """
    spec = model.manifest.input
    _check_scale(spec, description)
    pictures = _pictures(spec)
    raw = {name: _run(model, to_tensor(pixels, spec)[np.newaxis], name, place) for name, pixels in pictures.items()}
    if not model.one_at_a_time:
        _check_batch(model, pictures, raw, place)
    faults = []
    fields = ["output", *(f"more_outputs.{index}" for index in range(len(model.manifest.more_outputs)))]
    for output, field in zip(model.manifest.outputs, fields, strict=True):
        rows = {name: found[output.name][0] for name, found in raw.items()}
        judge = _fault_of_logits if output.kind == "logits" else _fault_of_probabilities
        fault = judge(output, field, rows, last.get(output.name, ""))
        if fault:
            faults.append(f"{place}: {output.name}: {fault} in {description.name}")
    if faults:
        raise FaultError("\n".join(faults))


def _check_scale(spec: Input, description: Path) -> None:
    """Torch's customary numbers are for pixels of 0 to 1."""
    if spec.normalisation is None or max(spec.normalisation.std) >= 1:
        return
    mean, std = (
        [round(255 * number, 3) for number in part] for part in (spec.normalisation.mean, spec.normalisation.std)
    )
    found = list(spec.normalisation.std)
    raise FaultError(
        f"{description}: input.normalisation.std: found {found}, which is for pixels of 0 to 1; "
        f"here they are 0 to 255: write mean {mean} and std {std}"
    )


def _pictures(spec: Input) -> dict[str, NDArray[np.uint8]]:
    """Pictures at the model's size, by name: unlike in brightness, in colour and in what they show."""
    shape = (spec.height, spec.width, spec.depth)
    down, across = np.mgrid[: spec.height, : spec.width]
    bright = np.stack([155 + 100 * across // spec.width, 100 + 150 * down // spec.height, 60 + 0 * down], axis=-1)
    squares = (down * 4 // spec.height + across * 4 // spec.width) % 2 * 255
    return {
        "grey": np.full(shape, 127, np.uint8),
        "dark noise": np.random.default_rng(0).integers(0, 100, shape, np.uint8),
        "bright slopes": bright[:, :, : spec.depth].astype(np.uint8),
        "squares": np.broadcast_to(squares[:, :, np.newaxis], shape).astype(np.uint8),
    }


def _run(model: Model, rows: NDArray[Any], name: str, place: Path) -> dict[str, NDArray[np.float32]]:
    """The raw outputs of a picture. Raises FaultError."""
    try:
        return model.raw(rows)
    except NotFiniteError as error:
        raise FaultError(f"{place}: {error.output}: holds NaN or an infinity for a picture of {name}") from None
    except ModelError as error:
        raise FaultError(f"{place}: {str(error).partition(': ')[2]}") from None
    except Exception as error:  # noqa: BLE001 - onnxruntime's own types are not exported
        raise FaultError(f"{place}: onnxruntime cannot run it: {find_reason(error)}") from None


def _check_batch(
    model: Model,
    pictures: Mapping[str, NDArray[np.uint8]],
    apart: Mapping[str, Mapping[str, NDArray[np.float32]]],
    place: Path,
) -> None:
    """Two unlike pictures give the same together and apart: what else is in a request changes no answer."""
    names = ("dark noise", "bright slopes")
    rows = np.stack([to_tensor(pictures[name], model.manifest.input) for name in names])
    try:
        together = model.raw(rows)
    except Exception as error:  # noqa: BLE001 - onnxruntime's own types are not exported
        raise FaultError(
            f"{place}: runs one row, and fails with two although its first dimension is free ({find_reason(error)}); "
            "export it with a first dimension of 1, and rows are run one by one"
        ) from None
    for output, found in together.items():
        expected = np.concatenate([apart[name][output] for name in names])
        difference = float(np.abs(found - expected).max())
        if difference > _TOLERANCE * float(np.abs(expected).max()):
            raise FaultError(
                f"{place}: {output}: two pictures together give other numbers than apart, by up to {difference:.3g}: "
                "it mixes the rows of a batch; export it for inference, or with a first dimension of 1, and rows are "
                "run one by one"
            )


def _fault_of_logits(output: Output, field: str, rows: _Rows, last: str) -> str:
    """The fault of raw numbers that are declared as logits, and the way to go on; empty where there is none."""
    values = np.stack(list(rows.values()))
    shares = output.classes > 1 and all(_is_within(row) and _sums_to_one(row) for row in values)
    if shares or last == "Softmax":
        found = "every row is from 0 up and sums to 1" if shares else "it comes from a Softmax"
        also = f" and {field}.multi_label false" if output.multi_label else ""
        return f"is probabilities already, {found}: say {field}.kind 'probabilities'{also}"
    if last in SIGMOIDS or (_is_within(values) and values.size >= _ENOUGH):
        found = f"it comes from a {last}" if last in SIGMOIDS else "all numbers are from 0 to 1"
        return (
            f"is one probability for each class already, {found}: say {field}.kind 'probabilities' and "
            f"{field}.multi_label true"
        )
    return ""


def _fault_of_probabilities(output: Output, field: str, rows: _Rows, last: str) -> str:
    """The same of raw numbers that are declared as probabilities."""
    if output.classes == 1 and last == "Softmax":
        return f"is a softmax of one class, which is always 1: export what goes into it, and say {field}.kind 'logits'"
    for name, row in rows.items():
        found = f"a picture of {name} has classes from {row.min():.4g} to {row.max():.4g} that sum to {row.sum():.4g}"
        if not _is_within(row):
            before = "sigmoid" if output.multi_label else "softmax"
            return f"{found}, not probabilities: if the model ends before its {before}, say {field}.kind 'logits'"
        if not output.multi_label and not _sums_to_one(row):
            return f"{found}: if each class has a probability of its own, as of a sigmoid, say {field}.multi_label true"
    return ""


def _is_within(values: NDArray[np.float32]) -> bool:
    return bool(((values >= -_TOLERANCE) & (values <= 1 + _TOLERANCE)).all())


def _sums_to_one(row: NDArray[np.float32]) -> bool:
    return abs(float(row.sum()) - 1) <= _TOLERANCE
