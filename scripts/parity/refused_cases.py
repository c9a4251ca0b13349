"""What PyTorch refuses, and the words it uses."""

import re

import torch
from torch import nn

WRONG_RANK = [
    ("BatchNorm1d", (3,)),
    ("BatchNorm1d", (2, 3, 4, 5)),
    ("BatchNorm2d", (2, 3)),
    ("BatchNorm2d", (2, 3, 4)),
    ("BatchNorm2d", (2, 3, 4, 5, 6)),
    ("BatchNorm3d", (2, 3, 4, 5)),
    ("InstanceNorm1d", (3,)),
    ("InstanceNorm1d", (2, 3, 4, 5)),
    ("InstanceNorm2d", (3, 4)),
    ("InstanceNorm2d", (2, 3, 4, 5, 6)),
    ("InstanceNorm3d", (2, 3, 4)),
    ("InstanceNorm3d", (2, 3, 4, 5, 6, 7)),
]
ONE_VALUE = [
    ("BatchNorm1d", (1, 3)),
    ("BatchNorm1d", (1, 3, 1)),
    ("BatchNorm2d", (1, 3, 1, 1)),
    ("BatchNorm3d", (1, 3, 1, 1, 1)),
    ("InstanceNorm1d", (2, 3, 1)),
    ("InstanceNorm2d", (2, 3, 1, 1)),
    ("InstanceNorm3d", (2, 3, 1, 1, 1)),
]
# with their arguments; those without a shape are refused when they are made
OTHERS = [
    ("LayerNorm", [5], (2, 4)),
    ("LayerNorm", [[3, 4]], (2, 4, 3)),
    ("LayerNorm", [[2, 3]], (3,)),
    ("LayerNorm", [4], ()),
    ("LayerNorm", [[]], (2, 4)),
    ("GroupNorm", [2, 5], None),
    ("GroupNorm", [4, 6], None),
    ("GroupNorm", [2, 4], (2, 5, 3)),
    ("GroupNorm", [2, 4], (2, 6, 3)),
    ("GroupNorm", [4, 4], (1, 4)),
    ("GroupNorm", [4, 4], (1, 4, 1, 1)),
]


def _message(name, arguments, shape):
    try:
        module = getattr(nn, name)(*arguments)
        if shape is not None:
            module(torch.zeros(shape))
    except (ValueError, RuntimeError) as error:
        message = re.sub(r"torch\.Size\((.*)\)", r"\1", str(error))
        # as it is nearly everywhere else
        return re.sub(r"size\[", "size [", message)
    raise AssertionError("PyTorch accepted what it should refuse")


def record():
    """A message for each module and shape; each module is in training."""
    of_three = [(name, [3], shape) for name, shape in WRONG_RANK + ONE_VALUE]
    return [
        {
            "module": name,
            "arguments": arguments,
            "shape": None if shape is None else list(shape),
            "message": _message(name, arguments, shape),
        }
        for name, arguments, shape in of_three + OTHERS
    ]
