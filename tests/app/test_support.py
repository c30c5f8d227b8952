"""The colour model that other tests build on gives the answers it is known for, in every input layout."""

from pathlib import Path

import pytest

from app.scoring.limits import Limits
from app.scoring.manifest import Input, Normalisation
from app.scoring.model import Model, top
from app.scoring.picture import to_row
from tests.support import models, pictures
from tests.support.models import COLOURS, SIDE, UINT8_NHWC

_PLANE = {"name": "x", "width": SIDE, "height": SIDE}
_NORMALISED = Normalisation(mean=(123.7, 116.3, 103.5), std=(58.4, 57.1, 57.4))
_SPECS = {
    "uint8 NHWC RGB": UINT8_NHWC,
    "uint8 NCHW BGR": Input(**_PLANE, dtype="uint8", layout="NCHW", channels="BGR"),
    "float32 NCHW RGB": Input(**_PLANE, dtype="float32", layout="NCHW", channels="RGB", normalisation=_NORMALISED),
    "float32 NHWC BGR": Input(**_PLANE, dtype="float32", layout="NHWC", channels="BGR", normalisation=_NORMALISED),
    "uint8 NHWC L": Input(**_PLANE, dtype="uint8", layout="NHWC", channels="L"),
}


@pytest.mark.parametrize("kind", ["probabilities", "logits"])
@pytest.mark.parametrize("spec", _SPECS.values(), ids=_SPECS.keys())
def test_the_colour_model_names_each_colour_in_every_layout(tmp_path: Path, spec: Input, kind: str) -> None:
    models.write(tmp_path, spec, logits=kind == "logits")
    model = Model.load(tmp_path)

    named = {}
    for colour in COLOURS:
        row = to_row(pictures.plain(colour), spec, Limits()).row
        [(index, probability)] = top(model.primary(model.run(row[None]))[0], 1)
        assert probability <= 1
        named[colour] = model.labels[index]

    assert named == {colour: colour for colour in COLOURS}
