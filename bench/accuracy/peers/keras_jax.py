"""Keras on JAX, as npm run accuracy asks it: its layers, compiled, and JAX's gradients."""

from functools import lru_cache

import jax
import keras
import numpy as np
from keras import layers

from exchange import Exchange, answer


def built(layer, shape, last, rows, groups, eps):
    axis = -1 if last or rows else 1
    sample = list(range(1, len(shape)))
    if layer.startswith("batchNorm"):
        made = layers.BatchNormalization(axis=axis, momentum=0.0, epsilon=eps)
    elif layer == "layerNorm":
        made = layers.LayerNormalization(axis=sample, epsilon=eps)
    elif layer == "groupNorm":
        made = layers.GroupNormalization(groups, axis=axis, epsilon=eps)
    elif layer == "instanceNorm":
        made = layers.GroupNormalization(-1, axis=axis, epsilon=eps)
    elif rows:
        made = layers.RMSNormalization(axis=-1, epsilon=eps)
    else:
        raise ValueError("Keras has RMSNormalization for one axis alone")
    made.build(shape)
    return made


@lru_cache
def compiled(shape, layer, *kind):
    made = built(layer, shape, *kind)

    @jax.jit
    def run(trainable, others, x, grad_output):
        def forward(trainable, x):
            how = {"training": layer == "batchNormTraining"} if "batch" in layer else {}
            return made.stateless_call(trainable, others, x, **how)

        y, back, others = jax.vjp(forward, trainable, x, has_aux=True)
        return y, *back(grad_output), others

    return run


class Peer:
    def about(self):
        version = f"{keras.__version__}, JAX {jax.__version__}"
        return {"version": version, "threads": 1, "biasedRunningVar": True}

    def run(self, layer, shape, groups=None, eps=0.0, **question):
        case = Exchange(shape=shape, **question)
        x, grad_output = case.in_memory_order("input"), case.in_memory_order("gradOutput")
        run = compiled(x.shape, layer, case.last, case.rows, groups, eps)
        per_element = layer in ("layerNorm", "rmsNorm")
        read = case.per_element if per_element else case.array
        back = case.per_element_back if per_element else np.asarray
        names = [name for name in ("weight", "bias") if name in case.files]
        others = []
        if layer == "batchNormTraining":
            others = [np.zeros(shape[1], "f4"), np.ones(shape[1], "f4")]
        if layer == "batchNormEval":
            others = [case.array("runningMean"), case.array("runningVar")]
        y, grads, grad_input, others = run([read(name) for name in names], others, x, grad_output)
        results = {"output": y, "gradInput": grad_input}
        for name, grad in zip(names, grads):
            results[f"grad{name.title()}"] = back(np.asarray(grad))
        if layer == "batchNormTraining":
            results["runningMean"], results["runningVar"] = others
        return case.save(**results)


answer(Peer())
