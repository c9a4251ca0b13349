"""PyTorch, as npm run accuracy asks it: its functional layers, and autograd."""

import sys

import torch
import torch.nn.functional as F

from exchange import Exchange, answer


class Peer:
    def __init__(self, threads):
        torch.set_num_threads(threads)
        self.threads = threads

    def about(self):
        return {"version": torch.__version__.split("+")[0], "threads": self.threads}

    def run(self, layer, shape, groups=None, eps=0.0, **question):
        case = Exchange(shape=shape, **question)

        def like_input(name):
            values = torch.from_numpy(case.in_memory_order(name))
            return values.movedim(-1, 1) if case.last else values

        def in_memory_order(values):
            return (values.movedim(1, -1) if case.last else values).numpy()

        sample = shape[1:]
        names = [name for name in ("weight", "bias") if name in case.files]
        x = like_input("input").requires_grad_()
        parameters = [torch.from_numpy(case.array(name)).requires_grad_() for name in names]
        weight, bias = (*parameters, None)[:2]
        running = torch.zeros(shape[1]), torch.ones(shape[1])
        if layer == "batchNormTraining":
            y = F.batch_norm(x, *running, weight, bias, training=True, momentum=1.0, eps=eps)
        elif layer == "batchNormEval":
            given = (torch.from_numpy(case.array(n)) for n in ("runningMean", "runningVar"))
            y = F.batch_norm(x, *given, weight, bias, eps=eps)
        elif layer == "layerNorm":
            y = F.layer_norm(x, sample, weight.view(sample), bias.view(sample), eps)
        elif layer == "groupNorm":
            y = F.group_norm(x, groups, weight, bias, eps)
        elif layer == "instanceNorm":
            y = F.instance_norm(x, weight=weight, bias=bias, eps=eps)
        else:
            y = F.rms_norm(x, sample, weight.view(sample), eps)
        grads = torch.autograd.grad(y, [x, *parameters], like_input("gradOutput"))
        results = {
            "output": in_memory_order(y.detach()),
            "gradInput": in_memory_order(grads[0]),
            **{f"grad{name.title()}": grad.numpy() for name, grad in zip(names, grads[1:])},
        }
        if layer == "batchNormTraining":
            results["runningMean"], results["runningVar"] = (each.numpy() for each in running)
        return case.save(**results)


answer(Peer(int(sys.argv[1])))
