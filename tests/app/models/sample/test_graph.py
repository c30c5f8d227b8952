"""The ONNX graph, against a plain computation of the same network."""

import numpy as np
import onnxruntime
import pytest

from app.models.sample.graph import WeightsError, build
from app.models.sample.network import INPUT, OUTPUT, Network

from .reference import Tensors, infer, random_tensors

# 36 makes an odd side further in, where TensorFlow's padding is not the even side's.
EVEN = Network(width=1.0, depth=1.0, side=32)
ODD_AND_WIDE = Network(width=1.1, depth=1.2, side=36)


@pytest.fixture(scope="module")
def tensors() -> Tensors:
    """Weights for EVEN."""
    return random_tensors(EVEN, seed=1)


@pytest.mark.parametrize("network", [EVEN, ODD_AND_WIDE], ids=["even", "odd and wide"])
def test_the_graph_computes_what_the_network_defines(network: Network) -> None:
    tensors = random_tensors(network, seed=2)
    pictures = np.random.default_rng(3).integers(0, 256, (2, network.side, network.side, 3), dtype=np.uint8)
    session = onnxruntime.InferenceSession(build(network, tensors).SerializeToString())

    (found,) = session.run([OUTPUT], {INPUT: pictures})

    expected = np.stack([infer(network, tensors, picture) for picture in pictures])
    assert expected.max() > 0.002  # not the flat answer that any dead network gives
    np.testing.assert_allclose(found, expected, atol=1e-6, rtol=1e-3)


def test_the_same_weights_give_the_same_bytes(tensors: Tensors) -> None:
    shuffled = dict(reversed(tensors.items()))

    first, second = (build(EVEN, weights).SerializeToString(deterministic=True) for weights in (tensors, shuffled))

    assert first == second


def test_a_tensor_without_a_place_stops_the_building(tensors: Tensors) -> None:
    with pytest.raises(WeightsError, match=r"1 tensors of the weights have no place in the network: _extra\.weight"):
        build(EVEN, tensors | {"_extra.weight": np.zeros(1, np.float32)})


@pytest.mark.parametrize("name", ["_conv_stem.weight", "_blocks.3._bn1.num_batches_tracked", "_fc.bias"])
def test_a_missing_tensor_stops_the_building(tensors: Tensors, name: str) -> None:
    with pytest.raises(WeightsError, match=f"{name}: missing"):
        build(EVEN, {key: tensor for key, tensor in tensors.items() if key != name})


def test_a_tensor_of_another_shape_stops_the_building(tensors: Tensors) -> None:
    with pytest.raises(WeightsError, match=r"_fc\.weight: has shape \(10, 1280\), the network needs \(1000, 1280\)"):
        build(EVEN, tensors | {"_fc.weight": np.zeros((10, 1280), np.float32)})


def test_weights_of_another_member_of_the_family_stop_the_building(tensors: Tensors) -> None:
    with pytest.raises(WeightsError):
        build(ODD_AND_WIDE, tensors)


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [("_bn0.running_var", -1.0, "negative variance"), ("_fc.bias", np.nan, "not finite"), ("_fc.bias", np.inf, "not")],
)
def test_numbers_that_training_cannot_leave_stop_the_building(
    tensors: Tensors, name: str, value: float, fault: str
) -> None:
    spoilt = tensors[name].copy()
    spoilt[0] = value

    with pytest.raises(WeightsError, match=rf"{name}: holds .*{fault}"):
        build(EVEN, tensors | {name: spoilt})
