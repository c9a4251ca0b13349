"""One result of PyTorch as a fixture holds it."""

import torch

from encode import encode, encode_scale


def result(value, exact, scale, memory_format="contiguous"):
    """PyTorch's `value`; for float32 also the float64 result `exact`, rounded once.

    `exactScale` is left out where it is `torchScale`.
    """
    entry = {"torch": encode(value, memory_format), "torchScale": encode_scale(scale["torch"])}
    if value.dtype != exact.dtype:
        entry["exact"] = encode(exact.to(value.dtype), memory_format)
        if not torch.equal(scale["exact"], scale["torch"]):
            entry["exactScale"] = encode_scale(scale["exact"])
    return entry
