"""How tensors are written into a fixture."""

import base64
import math
import struct

import torch

LETTERS = {torch.float32: "f", torch.float64: "d"}


def _channels_to_end(tensor):
    return tensor.movedim(1, -1).contiguous()


def in_memory_format(tensor, memory_format):
    """The same tensor, its elements laid out in `memory_format`, in PyTorch's strides for it."""
    if memory_format == "contiguous":
        return tensor.contiguous()
    return _channels_to_end(tensor).movedim(-1, 1)


def encode(tensor, memory_format="contiguous"):
    """The elements in the order of `memory_format`, little-endian, as base64."""
    tensor = tensor.detach()
    ordered = _channels_to_end(tensor) if memory_format == "channelsLast" else tensor
    values = ordered.flatten().tolist()
    packed = struct.pack("<%d%s" % (len(values), LETTERS[tensor.dtype]), *values)
    return base64.b64encode(packed).decode()


def encode_scale(scale):
    """A non-negative number for each channel, rounded up to three digits."""
    return [
        float("%.3g" % (value * 1.005)) if math.isfinite(value) else 0 for value in scale.tolist()
    ]
