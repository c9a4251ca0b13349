"""What PyTorch refuses, and the words it uses."""

import re

import torch
from torch import nn

import refused_functions

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
OTHER_CHANNELS = [
    ("BatchNorm1d", {}, (4, 5)),
    ("BatchNorm2d", {"affine": False}, (4, 5, 2, 2)),
    ("BatchNorm3d", {"trackRunningStats": False}, (4, 5, 2, 2, 2)),
    ("InstanceNorm1d", {"affine": True}, (4, 5, 6)),
    ("InstanceNorm2d", {"affine": True, "trackRunningStats": True}, (4, 5, 6, 2)),
    ("InstanceNorm3d", {"affine": True, "bias": False}, (5, 2, 3, 2)),
]
# with their arguments; those without a shape are refused when they are made
OTHERS = [
    ("LayerNorm", [5], (2, 4)),
    ("LayerNorm", [[3, 4]], (2, 4, 3)),
    ("LayerNorm", [[2, 3]], (3,)),
    ("LayerNorm", [4], ()),
    ("LayerNorm", [[]], (2, 4)),
    ("RMSNorm", [[]], (2, 4)),
    ("GroupNorm", [2, 5], None),
    ("GroupNorm", [4, 6], None),
    ("GroupNorm", [3, 10], None),
    ("GroupNorm", [2, 4], ()),
    ("GroupNorm", [2, 4], (4,)),
    ("GroupNorm", [2, 4], (2, 5, 3)),
    ("GroupNorm", [2, 4], (2, 6, 3)),
    ("GroupNorm", [4, 4], (1, 4)),
    ("GroupNorm", [4, 4], (1, 4, 1, 1)),
    ("LazyBatchNorm1d", [], (2, 3, 4, 5)),
    ("LazyBatchNorm2d", [], (2, 3)),
    ("LazyInstanceNorm2d", [], (3, 4)),
]
OPTIONS = {"trackRunningStats": "track_running_stats"}


def words(call):
    """What PyTorch says of it, in this package's writing of shapes."""
    try:
        call()
    except (ValueError, RuntimeError) as error:
        return re.sub(r"torch\.Size\((.*)\)", r"\1", str(error))
    raise AssertionError("PyTorch accepted what it should refuse")


def _module(name, arguments, shape):
    *given, last = [*arguments, {}] if not any(isinstance(a, dict) for a in arguments) else arguments
    options = {OPTIONS.get(key, key): value for key, value in last.items()}
    module = getattr(nn, name)(*given, **options)
    if shape is not None:
        module(torch.zeros(shape))


def record():
    """A message for each module and shape, each module in training; then for each function."""
    of_three = [(name, [3], shape) for name, shape in WRONG_RANK + ONE_VALUE]
    others = [(name, [3, options], shape) for name, options, shape in OTHER_CHANNELS]
    modules = [
        {
            "module": name,
            "arguments": arguments,
            "shape": None if shape is None else list(shape),
            "message": words(lambda: _module(name, arguments, shape)),
        }
        for name, arguments, shape in of_three + others + OTHERS
    ]
    functions = [
        {**case, "message": words(lambda: refused_functions.call(case))}
        for case in refused_functions.cases()
    ]
    return modules + functions
