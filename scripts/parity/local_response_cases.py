"""Runs F.local_response_norm and nn.LocalResponseNorm, and records each result."""

import torch
from torch import nn
from torch.nn import functional as F

from encode import encode, in_memory_format
from results import result
from scales import both, largest

DTYPES = {"float32": torch.float32, "float64": torch.float64}
DEFAULTS = {"alpha": 1e-4, "beta": 0.75, "k": 1.0}


def _poisoned(values):
    values = values.clone()
    values[0, 1].view(-1)[0] = float("nan")
    values[0, 4].view(-1)[1] = float("inf")
    return values


def cases():
    for shape in ((2, 6, 5), (2, 6, 2, 3), (2, 4, 2, 1, 3), (1, 5, 2, 1, 2, 2)):
        # PyTorch has no channels last of six dimensions
        for memory_format in ("contiguous", "channelsLast")[: 1 if len(shape) == 6 else 2]:
            for dtype in DTYPES:
                name = f"{len(shape)}d, {memory_format}, {dtype}"
                more = {"memoryFormat": memory_format, "dtype": dtype}
                yield {"name": name, "shape": shape, "size": 3, "alpha": 0.5, **more}
    image = (2, 7, 2, 3)
    for size in (1, 2, 4, 5, 7, 13, 14, 100):
        for memory_format in ("contiguous", "channelsLast"):
            name = f"size {size}, {memory_format}"
            more = {"memoryFormat": memory_format, "alpha": 1.0}
            yield {"name": name, "shape": image, "size": size, **more}
    yield {"name": "defaults", "shape": image, "size": 5}
    yield {"name": "as AlexNet has it", "shape": (1, 96, 2, 2), "size": 5, "k": 2.0}
    for beta in (0.0, 0.5, 0.6, 1.0, 2.0, -0.75):
        yield {"name": f"beta {beta}", "shape": image, "size": 3, "alpha": 1.0, "beta": beta}
    yield {"name": "k 0", "shape": image, "size": 3, "alpha": 1.0, "k": 0.0}
    yield {"name": "alpha 0", "shape": image, "size": 3, "alpha": 0.0}
    yield {"name": "one channel", "shape": (2, 1, 5), "size": 3, "alpha": 1.0}
    yield {"name": "runs longer than a vector", "shape": (1, 4, 3, 13), "size": 3, "alpha": 1.0}
    yield {"name": "NaN and Inf", "shape": (2, 7, 5), "size": 3, "alpha": 1.0, "data": _poisoned}
    for shape in ((0, 3, 2), (2, 0, 3), (2, 3, 0)):
        yield {"name": f"empty input {list(shape)}", "shape": shape, "size": 3}


def _format(tensor):
    """The memory format that the strides are those of."""
    return "contiguous" if tensor.is_contiguous() else "channelsLast"


def _run(module, values, grad_output, memory_format):
    x = in_memory_format(values, memory_format).detach().requires_grad_()
    output = module(x)
    # of the output's format, as the next layer of a net gives it
    gradient = in_memory_format(grad_output, _format(output))
    (grad_input,) = torch.autograd.grad(output, x, gradient)
    return {"output": output, "gradInput": grad_input}


def _terms(x, grad_output, module):
    """The size of what is added up to the gradient of the input, an element each."""
    size = module.size
    before, after = size // 2, (size - 1) // 2
    channels = x.shape[1]
    square = x * x
    window = lambda c, b, a: slice(max(0, c - b), min(channels, c + a + 1))
    sums = [square[:, window(c, before, after)].sum(1) for c in range(channels)]
    d = module.alpha / size * torch.stack(sums, 1) + module.k
    g = grad_output / d.pow(module.beta)
    share = (g * x / d).abs()
    # the channels whose window an element is in are its window the other way round
    through = [share[:, window(c, after, before)].sum(1) for c in range(channels)]
    slope = abs(2 * module.alpha * module.beta / size)
    return g.abs() + slope * x.abs() * torch.stack(through, 1)


def _record(case, generator):
    dtype = DTYPES[case.get("dtype", "float32")]
    memory_format = case.get("memoryFormat", "contiguous")
    shape = case["shape"]
    given = {key: case[key] for key in DEFAULTS if key in case}
    module = nn.LocalResponseNorm(case["size"], **given)
    draw = lambda: torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)
    x, grad_output = case.get("data", lambda values: values)(draw()), draw()

    values = _run(module, x, grad_output, memory_format)
    direct = F.local_response_norm(x, case["size"], **given)
    assert torch.equal(direct.nan_to_num(), values["output"].nan_to_num())
    exact = _run(module, x.double(), grad_output.double(), memory_format)
    # whether NaN is left out of them changes nothing: it must be where PyTorch has it
    finite = lambda tensor: tensor.nan_to_num(0, 0, 0)
    scales = {"output": torch.zeros(0), "gradInput": torch.zeros(0)}
    if x.numel() > 0:
        terms = _terms(x.double(), grad_output.double(), module)
        scales = {"output": largest(finite(exact["output"])), "gradInput": largest(finite(terms))}
    return {
        "name": case["name"],
        "dtype": case.get("dtype", "float32"),
        "memoryFormat": memory_format,
        "shape": list(shape),
        "size": case["size"],
        "options": given,
        "repr": repr(module),
        "formats": {key: _format(value) for key, value in values.items()},
        "tensors": {
            "input": encode(x, memory_format),
            "gradOutput": encode(grad_output, memory_format),
        },
        "results": {
            key: result(value, exact[key], both(scales[key]), _format(value))
            for key, value in values.items()
        },
    }


def record(seed):
    """All of them, whatever else was drawn before."""
    generator = torch.Generator().manual_seed(seed)
    return [_record(case, generator) for case in cases()]
