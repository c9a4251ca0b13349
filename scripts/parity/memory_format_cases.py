"""Which memory format each layer's output and gradient have, by that of its input."""

import torch
from torch.nn import functional as F

from encode import in_memory_format

SHAPES = ((2, 6, 5, 4), (2, 6, 3, 5, 4))


def _functions():
    yield "batchNorm", {}, lambda x: F.batch_norm(x, None, None, training=True)
    yield "groupNorm", {"numGroups": 2}, lambda x: F.group_norm(x, 2)
    yield "instanceNorm", {}, F.instance_norm
    yield "localResponseNorm", {"size": 3}, lambda x: F.local_response_norm(x, 3)
    for name, function in (("layerNorm", F.layer_norm), ("rmsNorm", F.rms_norm)):
        for length in (1, 2, 3):
            of_last = lambda x, f=function, n=length: f(x, x.shape[-n:])
            yield name, {"normalizedShape": length}, of_last


def _format(tensor):
    return "contiguous" if tensor.is_contiguous() else "channelsLast"


def record():
    """The gradient is that for one of the output's format, as the next layer of a net gives it."""
    found = []
    for shape in SHAPES:
        for name, given, function in _functions():
            for memory_format in ("contiguous", "channelsLast"):
                x = in_memory_format(torch.ones(shape), memory_format).requires_grad_()
                output = function(x)
                gradient = in_memory_format(torch.ones(shape), _format(output))
                (grad_input,) = torch.autograd.grad(output, x, gradient)
                found.append(
                    {
                        "function": name,
                        **given,
                        "shape": list(shape),
                        "input": memory_format,
                        "output": _format(output),
                        "gradInput": _format(grad_input),
                    }
                )
    return found
