"""Runs F.layer_norm, rms_norm, group_norm and instance_norm, and records each result."""

import torch
from torch.nn import functional as F

from arrangements import Groups, Rows
from encode import encode, in_memory_format
from results import result
from scales import PassScales
from set_scales import InstanceRunningScales, SetScales

DTYPES = {"float32": torch.float32, "float64": torch.float64}
GIVEN = ("function", "normalizedShape", "numGroups", "useInputStats", "momentum", "eps")


def _arrangement(case):
    if "normalizedShape" in case:
        return Rows(case["normalizedShape"])
    return Groups(case["shape"][1], case.get("numGroups"))


def _tensors(case, generator):
    """The arguments in float64, rounded to the case's precision."""
    dtype = DTYPES[case.get("dtype", "float32")]
    draw = lambda shape: torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)
    parameters, channels = _arrangement(case).shape, case["shape"][1:2]
    return {
        "input": case.get("data", lambda values: values)(draw(case["shape"]) + 3),
        "gradOutput": draw(case["shape"]),
        "runningMean": draw(channels) if case.get("running") else None,
        "runningVar": draw(channels).abs() + 0.5 if case.get("running") else None,
        "weight": draw(parameters) if case.get("weight") else None,
        "bias": draw(parameters) if case.get("bias") else None,
    }


def _eps(case):
    if case["function"] == "rmsNorm":
        return case.get("eps", torch.finfo(DTYPES[case.get("dtype", "float32")]).eps)
    return case.get("eps", 1e-5)


def _call(case, x, tensors):
    weight, bias = tensors["weight"], tensors["bias"]
    if case["function"] == "layerNorm":
        return F.layer_norm(x, case["normalizedShape"], weight, bias, _eps(case))
    if case["function"] == "rmsNorm":
        return F.rms_norm(x, case["normalizedShape"], weight, _eps(case))
    if case["function"] == "groupNorm":
        return F.group_norm(x, case["numGroups"], weight, bias, _eps(case))
    return F.instance_norm(
        x,
        tensors["runningMean"],
        tensors["runningVar"],
        weight,
        bias,
        case.get("useInputStats", True),
        case.get("momentum", 0.1),
        _eps(case),
    )


def _run(case, given, memory_format):
    tensors = {key: None if value is None else value.clone() for key, value in given.items()}
    x = in_memory_format(tensors["input"], memory_format).detach().requires_grad_()
    for key in ("weight", "bias"):
        if tensors[key] is not None:
            tensors[key].requires_grad_()
    output = _call(case, x, tensors)
    output.backward(in_memory_format(tensors["gradOutput"], memory_format))
    values = {"output": output, "gradInput": x.grad}
    for key, name in (("gradWeight", "weight"), ("gradBias", "bias")):
        if tensors[name] is not None:
            values[key] = tensors[name].grad
    if case.get("running"):
        values.update(runningMean=tensors["runningMean"], runningVar=tensors["runningVar"])
    return values


def _scales(case, exact, epsilon):
    x, dy, weight, bias = (exact[key] for key in ("input", "gradOutput", "weight", "bias"))
    uses_input = case.get("useInputStats", True)
    running = None
    if case.get("running"):
        running = InstanceRunningScales(exact["runningMean"], exact["runningVar"])
    if uses_input:
        centered = case["function"] != "rmsNorm"
        last = case.get("memoryFormat") == "channelsLast"
        by_squares = case["function"] == "groupNorm" and last
        scales = SetScales(
            _arrangement(case), centered, x, dy, _eps(case), weight, bias, by_squares
        )
    else:
        buffers = (exact["runningMean"], exact["runningVar"])
        scales = PassScales(x, dy, *buffers, _eps(case), weight, bias, running)
    found = {
        "output": scales.output(),
        "gradInput": scales.grad_input(),
        "gradWeight": scales.grad_weight(),
        "gradBias": scales.grad_bias(),
    }
    if running is not None:
        if uses_input:
            running.step(x, case.get("momentum", 0.1), epsilon)
        found.update(runningMean=running.mean, runningVar=running.variance)
    return found


def record(case, generator):
    memory_format = case.get("memoryFormat", "contiguous")
    tensors = _tensors(case, generator)
    exact = {key: None if value is None else value.double() for key, value in tensors.items()}
    exact_values = _run(case, exact, "contiguous")
    values = _run(case, tensors, memory_format)
    scales = _scales(case, exact, torch.finfo(tensors["input"].dtype).eps)
    images = ("input", "gradOutput", "output", "gradInput")
    format_of = lambda key: memory_format if key in images else "contiguous"
    return {
        "name": case["name"],
        "dtype": case.get("dtype", "float32"),
        "memoryFormat": memory_format,
        "shape": list(case["shape"]),
        **{key: case[key] for key in GIVEN if key in case},
        "tensors": {
            key: encode(value, format_of(key))
            for key, value in tensors.items()
            if value is not None
        },
        "results": {
            key: result(value, exact_values[key], scales[key], format_of(key))
            for key, value in values.items()
        },
    }
