"""Runs F.batch_norm, with and without what is optional, and records each result.

What a case may add to it, as a layer fuses it: a residual, and an activation after that.
"""

import torch
from torch.nn import functional as F

from encode import encode, in_memory_format
from results import result
from scales import PassScales, RunningScales, batch_moments, both, largest

DTYPES = {"float32": torch.float32, "float64": torch.float64}
ACTIVATION = ("activation", "negativeSlope")
# closer to 0, rounding could decide on which side of an activation a value is
NEAR_ZERO = 1e-3


def cases():
    flat, image = (5, 4), (3, 4, 2, 2)
    yield {"name": "batch statistics alone", "shape": flat, "training": True}
    for memory_format in ("contiguous", "channelsLast"):
        for training in (True, False):
            yield {
                "name": f"everything given, training {training}, {memory_format}",
                "shape": image,
                "training": training,
                "memoryFormat": memory_format,
                "running": True,
                "weight": True,
                "bias": True,
            }
    yield {"name": "weight alone", "shape": flat, "training": True, "weight": True}
    yield {"name": "bias alone", "shape": image, "training": True, "bias": True}
    yield {"name": "weight alone in eval", "shape": flat, "running": True, "weight": True}
    yield {"name": "bias alone in eval", "shape": image, "running": True, "bias": True}
    for momentum in (0.0, 0.5, 1.0):
        yield {
            "name": f"momentum {momentum}",
            "shape": flat,
            "training": True,
            "running": True,
            "momentum": momentum,
        }
    yield {"name": "eps 0.1", "shape": flat, "running": True, "eps": 0.1}
    for training in (True, False):
        yield {
            "name": f"float64, training {training}",
            "shape": image,
            "training": training,
            "dtype": "float64",
            "running": True,
            "weight": True,
            "bias": True,
        }


def _tensors(case, generator):
    """The arguments in float64, rounded to the case's precision."""
    dtype = DTYPES[case.get("dtype", "float32")]
    draw = lambda shape: torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)
    channels = case["shape"][1]
    return {
        "input": case.get("data", lambda values: values)(draw(case["shape"]) + 3),
        "gradOutput": draw(case["shape"]),
        "runningMean": draw(channels) if case.get("running") else None,
        "runningVar": draw(channels).abs() + 0.5 if case.get("running") else None,
        "weight": draw(channels) if case.get("weight") else None,
        "bias": draw(channels) if case.get("bias") else None,
        "residual": draw(case["shape"]) if case.get("residual") else None,
    }


def _activate(case, values):
    if case.get("activation") == "relu":
        return F.relu(values)
    if case.get("activation") == "leakyRelu":
        return F.leaky_relu(values, case.get("negativeSlope", 0.01))
    return values


def _run(case, given, memory_format):
    """The results, and what the activation is applied to."""
    tensors = {key: None if value is None else value.clone() for key, value in given.items()}
    x = in_memory_format(tensors["input"], memory_format).detach().requires_grad_()
    for key in ("weight", "bias", "residual"):
        if tensors[key] is not None:
            tensors[key].requires_grad_()
    normalized = F.batch_norm(
        x,
        tensors["runningMean"],
        tensors["runningVar"],
        tensors["weight"],
        tensors["bias"],
        case.get("training", False),
        case.get("momentum", 0.1),
        case.get("eps", 1e-5),
    )
    residual = tensors["residual"]
    before = normalized if residual is None else normalized + residual
    before.retain_grad()
    output = _activate(case, before)
    output.backward(in_memory_format(tensors["gradOutput"], memory_format))
    values = {"output": output, "gradInput": x.grad}
    for key, name in (
        ("gradWeight", "weight"),
        ("gradBias", "bias"),
        ("gradResidual", "residual"),
    ):
        if tensors[name] is not None:
            values[key] = tensors[name].grad
    if case.get("running"):
        values.update(runningMean=tensors["runningMean"], runningVar=tensors["runningVar"])
    return values, before


def _scales(case, exact, before, epsilon):
    """The magnitude of each result; `before` is what the activation is applied to."""
    training = case.get("training", False)
    running = None
    if case.get("running"):
        running = RunningScales(exact["runningMean"], exact["runningVar"])
    x = exact["input"]
    buffers = (exact["runningMean"], exact["runningVar"])
    mean, variance = batch_moments(x) if training else buffers
    scales = PassScales(
        x,
        before.grad,
        mean,
        variance,
        case.get("eps", 1e-5),
        exact["weight"],
        exact["bias"],
        None if training else running,
    )
    added_to = largest(torch.zeros_like(x) if exact["residual"] is None else exact["residual"])
    steepest = max(1, abs(case.get("negativeSlope", 0.01)))
    found = {
        "output": {
            kind: (scale + added_to) * steepest for kind, scale in scales.output().items()
        },
        "gradResidual": both(largest(before.grad)),
        "gradInput": scales.grad_input(),
        "gradWeight": scales.grad_weight(),
        "gradBias": scales.grad_bias(),
    }
    if running is not None:
        if training:
            running.step(x, case.get("momentum", 0.1), epsilon)
        found.update(runningMean=running.mean, runningVar=running.variance)
    return found


def record(case, generator):
    memory_format = case.get("memoryFormat", "contiguous")
    while True:
        tensors = _tensors(case, generator)
        exact = {key: None if value is None else value.double() for key, value in tensors.items()}
        exact_values, before = _run(case, exact, "contiguous")
        if "activation" not in case or not (before.abs() < NEAR_ZERO).any():
            break
    values, _ = _run(case, tensors, memory_format)
    scales = _scales(case, exact, before, torch.finfo(tensors["input"].dtype).eps)
    per_element = ("output", "gradInput", "gradResidual")
    return {
        "name": case["name"],
        "dtype": case.get("dtype", "float32"),
        "memoryFormat": memory_format,
        "shape": list(case["shape"]),
        "training": case.get("training", False),
        "momentum": case.get("momentum", 0.1),
        "eps": case.get("eps", 1e-5),
        **{key: case[key] for key in ACTIVATION if key in case},
        "tensors": {
            key: encode(value, memory_format if value.dim() > 1 else "contiguous")
            for key, value in tensors.items()
            if value is not None
        },
        "results": {
            key: result(
                value,
                exact_values[key],
                scales[key],
                memory_format if key in per_element else "contiguous",
            )
            for key, value in values.items()
        },
    }
