"""Flax, as npm run accuracy asks it: the layers of flax.linen, compiled, and JAX's gradients."""

from functools import lru_cache, partial

import flax
import flax.linen as nn
import jax
import numpy as np

from exchange import Exchange, answer


def module(layer, last, rows, rank, groups, eps):
    """The layer over what lies in memory, and why there is none."""
    axis = -1 if last or rows else 1
    sample = tuple(range(1, rank))
    if layer.startswith("batchNorm"):
        evaluation = layer == "batchNormEval"
        return nn.BatchNorm(evaluation, momentum=0.0, epsilon=eps, axis=axis)
    if layer == "layerNorm":
        return nn.LayerNorm(epsilon=eps, reduction_axes=sample, feature_axes=sample)
    if layer == "rmsNorm":
        return nn.RMSNorm(epsilon=eps, reduction_axes=sample, feature_axes=sample)
    if axis == 1:
        raise ValueError("Flax has it for channels last alone")
    if layer == "groupNorm":
        return nn.GroupNorm(num_groups=groups, epsilon=eps)
    return nn.InstanceNorm(epsilon=eps)


@lru_cache
def compiled(*kind):
    layer = module(*kind)

    @partial(jax.jit, static_argnames="training")
    def run(params, stats, x, grad_output, training):
        def forward(params, x):
            variables = {"params": params, **({"batch_stats": stats} if stats else {})}
            mutable = ["batch_stats"] if training else []
            return layer.apply(variables, x, mutable=mutable)

        y, back, state = jax.vjp(forward, params, x, has_aux=True)
        return y, *back(grad_output), state

    return run


class Peer:
    def about(self):
        return {"version": flax.__version__, "threads": 1, "biasedRunningVar": True}

    def run(self, layer, shape, groups=None, eps=0.0, **question):
        case = Exchange(shape=shape, **question)
        run = compiled(layer, case.last, case.rows, len(shape), groups, eps)
        per_element = layer in ("layerNorm", "rmsNorm")
        read = case.per_element if per_element else case.array
        back = case.per_element_back if per_element else np.asarray
        names = {"scale": "weight", "bias": "bias"}
        params = {ours: read(name) for ours, name in names.items() if name in case.files}
        stats = None
        if layer == "batchNormTraining":
            stats = {"mean": np.zeros(shape[1], "f4"), "var": np.ones(shape[1], "f4")}
        if layer == "batchNormEval":
            stats = {"mean": case.array("runningMean"), "var": case.array("runningVar")}
        training = layer == "batchNormTraining"
        arrays = case.in_memory_order("input"), case.in_memory_order("gradOutput")
        y, grads, grad_input, state = run(params, stats, *arrays, training)
        results = {"output": y, "gradInput": grad_input}
        for ours, name in names.items():
            if ours in grads:
                results[f"grad{name.title()}"] = back(np.asarray(grads[ours]))
        if training:
            results["runningMean"] = state["batch_stats"]["mean"]
            results["runningVar"] = state["batch_stats"]["var"]
        return case.save(**results)


answer(Peer())
