"""EfficientNet-Lite computed plainly: batch normalisation not folded, every convolution as its definition says."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.models.sample.network import CLASSES, HEAD_FILTERS, STEM_FILTERS, Network

Floats = NDArray[np.float64]
Tensors = dict[str, NDArray[Any]]


def random_tensors(network: Network, seed: int) -> Tensors:
    """Weights such as training might leave, under the names of the weights file."""
    draw = np.random.default_rng(seed)
    tensors: Tensors = {}

    def add(name: str, *shape: int) -> None:
        tensors[name] = draw.normal(0, 1 / np.sqrt(np.prod(shape[1:])), shape).astype(np.float32)

    def add_norm(name: str, filters: int) -> None:
        tensors[f"{name}.weight"] = draw.uniform(0.5, 1.5, filters).astype(np.float32)
        tensors[f"{name}.bias"] = draw.normal(0, 0.5, filters).astype(np.float32)
        tensors[f"{name}.running_mean"] = draw.normal(0, 0.2, filters).astype(np.float32)
        tensors[f"{name}.running_var"] = draw.uniform(0.1, 2, filters).astype(np.float32)
        tensors[f"{name}.num_batches_tracked"] = np.asarray(1000, np.int64)

    add("_conv_stem.weight", STEM_FILTERS, 3, 3, 3)
    add_norm("_bn0", STEM_FILTERS)
    for number, block in enumerate(network.blocks()):
        prefix, wide = f"_blocks.{number}", block.sources * block.expansion
        if block.expansion > 1:
            add(f"{prefix}._expand_conv.weight", wide, block.sources, 1, 1)
            add_norm(f"{prefix}._bn0", wide)
        add(f"{prefix}._depthwise_conv.weight", wide, 1, block.kernel, block.kernel)
        add_norm(f"{prefix}._bn1", wide)
        add(f"{prefix}._project_conv.weight", block.filters, wide, 1, 1)
        add_norm(f"{prefix}._bn2", block.filters)
    add("_conv_head.weight", HEAD_FILTERS, network.blocks()[-1].filters, 1, 1)
    add_norm("_bn1", HEAD_FILTERS)
    add("_fc.weight", CLASSES, HEAD_FILTERS)
    add("_fc.bias", CLASSES, 1)
    tensors["_fc.bias"] = tensors["_fc.bias"][:, 0]
    return tensors


def infer(network: Network, tensors: Tensors, picture: NDArray[np.uint8]) -> Floats:
    """The probabilities of one picture of shape (side, side, 3)."""
    x = ((picture.astype(np.float64) - 127) / 128).transpose(2, 0, 1)
    x = _relu6(_normed(tensors, "_bn0", _convolved(x, tensors["_conv_stem.weight"], 2)))
    for number, block in enumerate(network.blocks()):
        prefix, source = f"_blocks.{number}", x
        if block.expansion > 1:
            x = _relu6(_normed(tensors, f"{prefix}._bn0", _convolved(x, tensors[f"{prefix}._expand_conv.weight"], 1)))
        weight = tensors[f"{prefix}._depthwise_conv.weight"]
        x = _relu6(_normed(tensors, f"{prefix}._bn1", _convolved(x, weight, block.stride)))
        x = _normed(tensors, f"{prefix}._bn2", _convolved(x, tensors[f"{prefix}._project_conv.weight"], 1))
        if block.stride == 1 and block.sources == block.filters:
            x = x + source
    x = _relu6(_normed(tensors, "_bn1", _convolved(x, tensors["_conv_head.weight"], 1)))
    logits = tensors["_fc.weight"].astype(np.float64) @ x.mean(axis=(1, 2)) + tensors["_fc.bias"]
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum())


def _convolved(x: Floats, weight: NDArray[Any], stride: int) -> Floats:
    """Channels first. A weight of one source channel is depthwise."""
    side, kernel = x.shape[1], weight.shape[2]
    out = -(-side // stride)
    total = max((out - 1) * stride + kernel - side, 0)
    padded = np.pad(x, ((0, 0), *[(total // 2, total - total // 2)] * 2))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(1, 2))[:, ::stride, ::stride]
    windows = windows[:, :out, :out]
    if weight.shape[1] == 1 and x.shape[0] == weight.shape[0]:
        return np.asarray(np.einsum("chwij,cij->chw", windows, weight[:, 0].astype(np.float64), optimize=True))
    return np.asarray(np.einsum("chwij,ocij->ohw", windows, weight.astype(np.float64), optimize=True))


def _normed(tensors: Tensors, name: str, x: Floats) -> Floats:
    gamma, beta, mean, variance = (
        tensors[f"{name}.{part}"].astype(np.float64)[:, np.newaxis, np.newaxis]
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    return np.asarray(gamma * (x - mean) / np.sqrt(variance + 1e-3) + beta)


def _relu6(x: Floats) -> Floats:
    return np.clip(x, 0, 6)
