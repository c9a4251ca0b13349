"""PyTorch as a peer of the bench; its questions and answers are those of ../answer.mjs."""

import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.append(str(Path(__file__).parents[1]))
from answer import answer  # pylint: disable=wrong-import-position

MOMENTUM = 0.1
CHANNELS_LAST = {2: torch.contiguous_format, 4: torch.channels_last, 5: torch.channels_last_3d}


class Case:
    """One tensor with its parameters, and the three passes over it."""

    def __init__(self, shape, dtype, memoryFormat, eps, values=None):
        self.eps = eps
        self.last = memoryFormat == "channelsLast" and len(shape) > 2
        dtype = getattr(torch, dtype)

        def from_values(name):
            return torch.tensor(values[name], dtype=dtype)

        def like_input(name):
            order = [shape[0], *shape[2:], shape[1]] if self.last else shape
            tensor = from_values(name).view(order) if values else torch.randn(order, dtype=dtype)
            return tensor.movedim(-1, 1) if self.last else tensor

        def per_channel(name, default):
            return from_values(name) if values else torch.full(shape[1:2], default, dtype=dtype)

        self.x = like_input("input")
        self.grad_output = like_input("gradOutput")
        self.weight = per_channel("weight", 1)
        self.bias = per_channel("bias", 0)
        self.running = per_channel("runningMean", 0), per_channel("runningVar", 1)
        # Those of training are others, so that evaluation goes on with what it was given.
        self.batch_running = tuple(buffer.clone() for buffer in self.running)
        self.leaves = [
            tensor.detach().requires_grad_() for tensor in (self.x, self.weight, self.bias)
        ]
        self.y = None

    def eval(self):
        with torch.no_grad():
            return F.batch_norm(self.x, *self.running, self.weight, self.bias, eps=self.eps)

    def training(self):
        self.y = None
        x, weight, bias = self.leaves
        self.y = F.batch_norm(
            x, *self.batch_running, weight, bias, training=True, momentum=MOMENTUM, eps=self.eps
        )
        return self.y

    def backward(self):
        # Goes back through the latest forward pass, which may be asked for again.
        return torch.autograd.grad(self.y, self.leaves, self.grad_output, retain_graph=True)

    def result(self, name):
        if name != "backward":
            return {"output": self.listed(getattr(self, name)())}
        x, weight, bias = self.backward()
        return {
            "gradInput": self.listed(x),
            "gradWeight": weight.tolist(),
            "gradBias": bias.tolist(),
        }

    def listed(self, tensor):
        """The elements in memory order."""
        return (tensor.movedim(1, -1) if self.last else tensor).flatten().tolist()


class Peer:
    def __init__(self, threads):
        torch.set_num_threads(threads)
        self.threads = threads
        self.case = None

    def about(self):
        return {"version": torch.__version__, "threads": self.threads}

    def prepare(self, shape, dtype, memoryFormat, eps, values=None):
        self.case = None
        if memoryFormat == "channelsLast" and len(shape) not in CHANNELS_LAST:
            return {"passes": [], "leftOut": "PyTorch has channels last for 4 and 5 dimensions"}
        self.case = Case(shape, dtype, memoryFormat, eps, values)
        if memoryFormat == "channelsLast":
            assert self.case.x.is_contiguous(memory_format=CHANNELS_LAST[len(shape)])
        return {"passes": ["eval", "training", "backward"], "leftOut": ""}

    def run(self, **question):
        name, calls = question["pass"], question["calls"]
        if question.get("result"):
            return {**self.case.result(name), "ms": 0}
        run = getattr(self.case, name)
        start = time.perf_counter()
        for _ in range(calls):
            run()
        elapsed = time.perf_counter() - start
        if self.threads > 1:
            # OpenMP's threads spin for some ms: the next to be measured is to have their core.
            time.sleep(0.03)
        return {"ms": elapsed * 1000 / calls}


answer(Peer(int(sys.argv[1])))
