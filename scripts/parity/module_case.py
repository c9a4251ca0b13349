"""Runs a BatchNorm module through train and eval steps and records each result."""

import copy

import torch
from torch import nn

from encode import encode, in_memory_format
from results import result
from scales import PassScales, RunningScales, added, batch_moments

MODULES = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}
DTYPES = {"float32": torch.float32, "float64": torch.float64}
FIELDS = {"momentum": "momentum", "trackRunningStats": "track_running_stats"}


def state(module):
    entries = module.state_dict()
    return {
        key: int(value) if key == "num_batches_tracked" else encode(value)
        for key, value in entries.items()
    }


def randomize(module, generator):
    """Weights around 1 of both signs, biases, and running statistics of an earlier training."""
    draw = lambda like: torch.randn(like.shape, generator=generator, dtype=torch.float64)
    for parameter in module.parameters():
        parameter.data.copy_(draw(parameter))
    if getattr(module, "running_mean", None) is not None:
        module.running_mean.copy_(draw(module.running_mean))
        module.running_var.copy_(draw(module.running_var).abs() + 0.5)


class Recorder:
    """The module in its own precision and a twin in float64, side by side."""

    def __init__(self, case, generator):
        self.case = case
        self.dtype = DTYPES[case["dtype"]]
        self.generator = generator
        self.module = self._make(case["shape"], case["options"])
        if case["start"] == "random":
            randomize(self.module, generator)
        if case["start"] == "hostile":
            self._hostile_buffers()
        self.module.to(self.dtype)
        self.twin = copy.deepcopy(self.module).double()
        self.grad_scales = {}
        self.running = None
        if getattr(self.twin, "running_mean", None) is not None:
            self.running = self.Running(self.twin.running_mean, self.twin.running_var)

    Running = RunningScales

    def _make(self, shape, options):
        return MODULES[len(shape)](
            shape[1],
            eps=options.get("eps", 1e-5),
            momentum=options.get("momentum", 0.1),
            affine=options.get("affine", True),
            bias=options.get("bias", True),
            track_running_stats=options.get("trackRunningStats", True),
        )

    def _arguments(self):
        return {"numFeatures": self.module.num_features}

    def _hostile_buffers(self):
        """Running statistics as a diverged training leaves them."""
        inf, nan = float("inf"), float("nan")
        self.module.running_mean.copy_(torch.tensor([0.5, inf, -inf, nan, 1.0, 2.0]))
        self.module.running_var.copy_(torch.tensor([inf, 1.0, 2.0, 1.0, nan, -3.0]))

    def _draw(self, shape):
        return torch.randn(shape, generator=self.generator, dtype=torch.float64)

    def _prepare(self, values):
        values = values.to(self.dtype)
        values = in_memory_format(values, self.case["memoryFormat"])
        return values.detach().requires_grad_()

    def _run(self, module, x, grad_output, step):
        module.train(step["mode"] == "train")
        if not step.get("accumulate"):
            module.zero_grad(set_to_none=True)
        output = module(x)
        output.backward(grad_output)
        return output

    def record(self):
        entry = {
            "name": self.case["name"],
            "module": type(self.module).__name__,
            **self._arguments(),
            "options": self.case["options"],
            "dtype": self.case["dtype"],
            "memoryFormat": self.case["memoryFormat"],
            "repr": repr(self.module),
            "state": state(self.module),
        }
        entry["steps"] = [self._step(step) for step in self.case["steps"]]
        return entry

    def _step(self, step):
        memory_format = self.case["memoryFormat"]
        shape = step.get("shape", self.case["shape"])
        x = self._prepare(self.case["data"](self._draw(shape)))
        grad_output = self._prepare(self.case["gradient"](self._draw(shape))).detach()
        exact_x = x.detach().double().requires_grad_()
        self._update(step.get("set", {}))
        scales = self._scales(x, grad_output, step["mode"] == "train")
        output = self._run(self.module, x, grad_output, step)
        exact_output = self._run(self.twin, exact_x, grad_output.double(), step)

        results = {
            "output": result(output, exact_output, scales.output(), memory_format),
            "gradInput": result(x.grad, exact_x.grad, scales.grad_input(), memory_format),
            **self._parameter_grads(scales, step.get("accumulate", False)),
            **self._running_stats(x, step["mode"] == "train"),
        }
        recorded = {
            **step,
            "shape": list(shape),
            "input": encode(x, memory_format),
            "gradOutput": encode(grad_output, memory_format),
            "results": results,
        }
        batches = getattr(self.module, "num_batches_tracked", None)
        if batches is not None:
            recorded["numBatchesTracked"] = int(batches)
        return recorded

    def _update(self, settings):
        for key, value in settings.items():
            for module in (self.module, self.twin):
                setattr(module, FIELDS[key], value)

    def _scales(self, x, grad_output, training):
        module = self.twin
        batch = training or module.running_mean is None
        buffers = (module.running_mean, module.running_var)
        mean, variance = batch_moments(x) if batch else buffers
        running = None if batch else self.running
        return PassScales(
            x, grad_output, mean, variance, module.eps, module.weight, module.bias, running
        )

    def _batched(self, x):
        return x

    def _tracks(self, x, training):
        return training and self.twin.track_running_stats and x.numel() > 0

    def _factor(self):
        twin = self.twin
        return 1 / int(twin.num_batches_tracked) if twin.momentum is None else twin.momentum

    def _parameter_grads(self, scales, accumulated):
        results = {}
        for key, name, scale in (
            ("gradWeight", "weight", scales.grad_weight()),
            ("gradBias", "bias", scales.grad_bias()),
        ):
            parameter = getattr(self.module, name, None)
            if parameter is not None:
                if accumulated:
                    scale = added(scale, self.grad_scales[key])
                self.grad_scales[key] = scale
                results[key] = result(parameter.grad, getattr(self.twin, name).grad, scale)
        return results

    def _running_stats(self, x, training):
        module, twin = self.module, self.twin
        if self.running is None:
            return {}
        if self._tracks(x, training):
            self.running.step(self._batched(x), self._factor(), torch.finfo(self.dtype).eps)
        return {
            "runningMean": result(module.running_mean, twin.running_mean, self.running.mean),
            "runningVar": result(module.running_var, twin.running_var, self.running.variance),
        }
