"""Calls of functions that PyTorch refuses.

A case is { function, shape, tensors, dtypes, options }: the shapes of tensors by name, the dtype of
those that are not float32 (the input's too), and what else is given.
"""

import torch
from torch.nn import functional as F

DTYPES = {"float32": torch.float32, "float64": torch.float64}
STATISTICS = {"runningMean": [3], "runningVar": [3]}


def _case(function, shape, tensors=None, dtypes=None, **options):
    return {
        "function": function,
        "shape": list(shape),
        "tensors": tensors or {},
        "dtypes": dtypes or {},
        "options": options,
    }


def _batch_norm():
    yield _case("batchNorm", (2, 3))
    yield _case("batchNorm", (2, 3), {"runningMean": [3]})
    yield _case("batchNorm", (2, 3), {"runningVar": [3]})
    for name in ("runningMean", "runningVar", "weight", "bias"):
        yield _case("batchNorm", (2, 3), {**STATISTICS, name: [4]})
    for name in ("input", "runningMean", "weight", "bias"):
        given = STATISTICS if name == "input" else {**STATISTICS, name: [3]}
        yield _case("batchNorm", (2, 3), given, {name: "float64"})
    yield _case("batchNorm", (1, 3), STATISTICS, training=True)
    yield _case("batchNorm", (1, 3, 1, 1), training=True)
    yield _case("batchNorm", (4, 3), STATISTICS, training=True, eps=-1.5)
    yield _case("batchNorm", (4, 3), STATISTICS, eps=-1.5)


def _rows():
    for name in ("weight", "bias"):
        yield _case("layerNorm", (2, 4), {name: [3]}, normalizedShape=[4])
    yield _case("layerNorm", (2, 4), normalizedShape=[])
    yield _case("layerNorm", (2, 4), normalizedShape=[5])
    yield _case("layerNorm", (2, 4), {"weight": [4]}, {"input": "float64"}, normalizedShape=[4])
    yield _case("layerNorm", (2, 4), {"weight": [4]}, {"weight": "float64"}, normalizedShape=[4])
    yield _case("rmsNorm", (2, 4), {"weight": [3]}, normalizedShape=[4])
    yield _case("rmsNorm", (2, 4), normalizedShape=[])


def _groups():
    yield _case("groupNorm", (2, 5, 3), numGroups=2)
    for shape in ((), (4,)):
        yield _case("groupNorm", shape, numGroups=2)
    for name in ("weight", "bias"):
        yield _case("groupNorm", (2, 4, 5), {name: [3]}, numGroups=2)
        yield _case("groupNorm", (2, 4, 5), {name: [2, 2]}, numGroups=2)
    yield _case("groupNorm", (2, 4, 5), {"weight": [4]}, {"input": "float64"}, numGroups=2)
    yield _case("groupNorm", (2, 4, 5), {"weight": [4]}, {"weight": "float64"}, numGroups=2)


def _instances():
    yield _case("instanceNorm", (2, 3, 1))
    yield _case("instanceNorm", (2, 3))
    yield _case("instanceNorm", (2, 3, 4), useInputStats=False)
    yield _case("instanceNorm", (2, 3, 4), {"runningMean": [3]})
    # PyTorch counts the instances there, of which one sample has as many as it has channels
    for name in ("runningMean", "runningVar", "weight", "bias"):
        given = {} if name in ("weight", "bias") else STATISTICS
        yield _case("instanceNorm", (1, 3, 5), {**given, name: [4]})


def cases():
    yield from _batch_norm()
    yield from _rows()
    yield from _groups()
    yield from _instances()


def call(case):
    dtype = lambda name: DTYPES[case["dtypes"].get(name, "float32")]
    x = torch.zeros(case["shape"], dtype=dtype("input"))
    tensors = {
        name: torch.zeros(shape, dtype=dtype(name)) for name, shape in case["tensors"].items()
    }
    weight, bias = tensors.get("weight"), tensors.get("bias")
    running = tensors.get("runningMean"), tensors.get("runningVar")
    options = case["options"]
    if case["function"] == "batchNorm":
        training, eps = options.get("training", False), options.get("eps", 1e-5)
        return F.batch_norm(x, *running, weight, bias, training=training, eps=eps)
    if case["function"] == "layerNorm":
        return F.layer_norm(x, options["normalizedShape"], weight, bias)
    if case["function"] == "rmsNorm":
        return F.rms_norm(x, options["normalizedShape"], weight)
    if case["function"] == "groupNorm":
        return F.group_norm(x, options["numGroups"], weight, bias)
    uses_input = options.get("useInputStats", True)
    return F.instance_norm(x, *running, weight, bias, use_input_stats=uses_input)
