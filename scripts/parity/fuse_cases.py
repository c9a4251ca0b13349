"""What torch.nn.utils.fusion makes of a layer and its BatchNorm, and what the two compute.

PyTorch folds groups of a transposed convolution wrongly or not at all: there its functions are
asked for one group at a time.
"""

import copy

import torch
from torch import nn
from torch.nn.utils import fusion

from encode import encode
from module_case import DTYPES, randomize
from results import result
from scales import both

LAYERS = {
    ("conv", 1): nn.Conv1d,
    ("conv", 2): nn.Conv2d,
    ("conv", 3): nn.Conv3d,
    ("convTranspose", 1): nn.ConvTranspose1d,
    ("convTranspose", 2): nn.ConvTranspose2d,
    ("convTranspose", 3): nn.ConvTranspose3d,
}
NORMS = {0: nn.BatchNorm1d, 1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}
KERNEL = (2, 3, 1)
SPATIAL = (3, 4, 2)


def cases():
    for bias in (True, False):
        yield {"kind": "linear", "bias": bias}
    for kind in ("conv", "convTranspose"):
        for dimensions in (1, 2, 3):
            for groups in (1, 2):
                yield {"kind": kind, "dimensions": dimensions, "groups": groups, "bias": True}
        yield {"kind": kind, "dimensions": 2, "bias": False}
        yield {"kind": kind, "dimensions": 2, "bias": False, "affine": False}
        yield {"kind": kind, "dimensions": 2, "bias": True, "normBias": False}
        yield {"kind": kind, "dimensions": 2, "groups": 2, "bias": True, "eps": 0.1}
        yield {"kind": kind, "dimensions": 2, "bias": True, "memoryFormat": "channelsLast"}
        yield {"kind": kind, "dimensions": 3, "groups": 2, "memoryFormat": "channelsLast"}
        yield {"kind": kind, "dimensions": 2, "groups": 2, "bias": True, "dtype": "float64"}
        yield {"kind": kind, "dimensions": 1, "bias": True, "hostile": True}
    yield {"kind": "linear", "bias": True, "dtype": "float64"}


def _layer(case, channels):
    bias = case.get("bias", False)
    if case["kind"] == "linear":
        return nn.Linear(4, channels, bias=bias)
    dimensions = case["dimensions"]
    Layer = LAYERS[case["kind"], dimensions]
    groups = case.get("groups", 1)
    return Layer(4, channels, KERNEL[:dimensions], groups=groups, bias=bias)


def _folded(case, layer, norm):
    if case["kind"] == "linear":
        return fusion.fuse_linear_bn_eval(layer, norm)
    transpose = case["kind"] == "convTranspose"
    if not transpose or layer.groups == 1:
        return fusion.fuse_conv_bn_eval(layer, norm, transpose)
    folded = copy.deepcopy(layer)
    parts = [
        tensor if tensor is None else tensor.chunk(layer.groups)
        for tensor in (norm.running_mean, norm.running_var, norm.weight, norm.bias, layer.bias)
    ]
    groups = []
    for group, weight in enumerate(layer.weight.chunk(layer.groups)):
        mean, variance, gamma, beta, bias = (part and part[group] for part in parts)
        groups.append(
            fusion.fuse_conv_bn_weights(weight, bias, mean, variance, norm.eps, gamma, beta, True)
        )
    weights, biases = zip(*groups)
    folded.weight = nn.Parameter(torch.cat(weights))
    folded.bias = nn.Parameter(torch.cat(biases))
    return folded


def _bias_scale(layer, norm):
    """The size of the terms that are added to get the bias."""
    ones = torch.ones_like(norm.running_mean)
    scale = (ones if norm.weight is None else norm.weight) / torch.sqrt(norm.running_var + norm.eps)
    centered = norm.running_mean.abs() + (0 if layer.bias is None else layer.bias.abs())
    return centered * scale.abs() + (0 if norm.bias is None else norm.bias.abs())


def _weights(value, exact, memory_format):
    """As results.result, without magnitudes: a weight is one product, whose size is its own."""
    entry = {"torch": encode(value, memory_format)}
    if value.dtype != exact.dtype:
        entry["exact"] = encode(exact.to(value.dtype), memory_format)
    return entry


def record(case, generator):
    dtype = DTYPES[case.get("dtype", "float32")]
    memory_format = case.get("memoryFormat", "contiguous")
    channels = 6
    layer = _layer(case, channels)
    norm = NORMS[case.get("dimensions", 0)](
        channels,
        eps=case.get("eps", 1e-5),
        affine=case.get("affine", True),
        bias=case.get("normBias", True),
    )
    randomize(layer, generator)
    randomize(norm, generator)
    if case.get("hostile"):
        inf, nan = float("inf"), float("nan")
        norm.running_mean[:3] = torch.tensor([inf, nan, -inf])
        norm.running_var[3:] = torch.tensor([inf, nan, -2.0])
    layer, norm = layer.to(dtype).eval(), norm.to(dtype).eval()
    exact_layer, exact_norm = copy.deepcopy(layer).double(), copy.deepcopy(norm).double()

    folded = _folded(case, layer, norm)
    exact = _folded(case, exact_layer, exact_norm)
    shape = (2, 4, *SPATIAL[: case.get("dimensions", 0)])
    x = torch.randn(shape, generator=generator, dtype=torch.float64)
    tensors = {"weight": layer.weight, "bias": layer.bias, **dict(norm.named_buffers())}
    del tensors["num_batches_tracked"]
    if norm.affine:
        tensors.update(gamma=norm.weight, beta=norm.bias)
    return {
        "name": ", ".join(f"{key} {value}" for key, value in case.items()),
        "kind": case["kind"],
        "groups": case.get("groups", 1),
        "eps": norm.eps,
        "dtype": case.get("dtype", "float32"),
        "memoryFormat": memory_format,
        "shape": list(layer.weight.shape),
        "tensors": {
            key: encode(value, memory_format if key == "weight" else "contiguous")
            for key, value in tensors.items()
            if value is not None
        },
        "weight": _weights(folded.weight, exact.weight, memory_format),
        "bias": result(folded.bias, exact.bias, both(_bias_scale(exact_layer, exact_norm))),
        "input": encode(x),
        "inputShape": list(shape),
        "output": encode(exact_norm(exact_layer(x))),
    }
