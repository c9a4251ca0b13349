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
]
ONE_VALUE = [
    ("BatchNorm1d", (1, 3)),
    ("BatchNorm1d", (1, 3, 1)),
    ("BatchNorm2d", (1, 3, 1, 1)),
    ("BatchNorm3d", (1, 3, 1, 1, 1)),
]


def _message(name, shape):
    try:
        getattr(nn, name)(3)(torch.zeros(shape))
    except (ValueError, RuntimeError) as error:
        return re.sub(r"torch\.Size\((.*)\)", r"\1", str(error))
    raise AssertionError("PyTorch accepted what it should refuse")


def record():
    """A message for each module and shape; each module has 3 features and is in training."""
    return [
        {"module": name, "shape": list(shape), "message": _message(name, shape)}
        for name, shape in WRONG_RANK + ONE_VALUE
    ]
