"""Dumps what the normalization layers of a model are, hold, take and give: dump.py FOLDER.

layers.json           kind, arguments and options of each: a state dict has neither eps nor momentum
weights.safetensors   the model's state dict
recorded.safetensors  what each layer took and gave, in evaluation and in a step of training
"""

import json
import os
import re
import sys

import torch
from model import make_batch, trained
from safetensors.torch import save_file
from torch import nn

STATISTICS = (["num_features"], ["eps", "momentum", "affine", "track_running_stats"])
ROWS = (["normalized_shape"], ["eps", "elementwise_affine"])
# What each kind is made with: by position, and as options. They go by the same names in Node.js.
KINDS = {
    **{f"BatchNorm{rank}d": STATISTICS for rank in (1, 2, 3)},
    **{f"InstanceNorm{rank}d": STATISTICS for rank in (1, 2, 3)},
    "GroupNorm": (["num_groups", "num_channels"], ["eps", "affine"]),
    "LayerNorm": ROWS,
    "RMSNorm": ROWS,
}


def camel_case(name):
    return re.sub("_(.)", lambda match: match[1].upper(), name)


def describe(layer):
    positional, options = KINDS[type(layer).__name__]
    args = [getattr(layer, name) for name in positional]
    named = {camel_case(name): getattr(layer, name) for name in options}
    if layer.weight is not None and getattr(layer, "bias", layer.weight) is None:
        named["bias"] = False
    return {"kind": type(layer).__name__, "args": [*args, named]}


def record(layers, into, run):
    """Runs the model; hooks put what each layer takes and gives into the dict."""

    def forward_hook(name):
        def keep(layer, inputs, output):
            into[f"{name}.input"] = inputs[0]
            into[f"{name}.output"] = output

        return keep

    def backward_hook(name):
        def keep(layer, grad_inputs, grad_outputs):
            into[f"{name}.gradInput"] = grad_inputs[0]
            into[f"{name}.gradOutput"] = grad_outputs[0]

        return keep

    handles = [layer.register_forward_hook(forward_hook(name)) for name, layer in layers.items()]
    if torch.is_grad_enabled():
        handles += [
            layer.register_full_backward_hook(backward_hook(name)) for name, layer in layers.items()
        ]
    run()
    for handle in handles:
        handle.remove()


def main(folder):
    generator = torch.Generator().manual_seed(0)
    model = trained(generator)
    layers = {
        name: layer for name, layer in model.named_modules() if type(layer).__name__ in KINDS
    }
    recorded = {}

    def keep(mode, tensors):
        # A copy of each, for layers may share memory, which a file of safetensors has not.
        recorded.update(
            {f"{mode}.{key}": value.detach().clone() for key, value in tensors.items()}
        )

    os.makedirs(folder, exist_ok=True)
    save_file(model.state_dict(), os.path.join(folder, "weights.safetensors"))

    with torch.no_grad():
        seen = {}
        images, _ = make_batch(4, generator)
        record(layers, seen, lambda: model.eval()(images))
        keep("eval", seen)

    seen = {}
    images, labels = make_batch(4, generator)
    model.train().zero_grad()
    record(
        layers, seen, lambda: nn.functional.cross_entropy(model(images), labels).backward()
    )
    keep("train", seen)
    for name, layer in layers.items():
        gradients = {key: parameter.grad for key, parameter in layer.named_parameters()}
        keep(f"train.{name}.grad", gradients)
        keep(f"train.{name}.after", layer.state_dict())

    save_file(recorded, os.path.join(folder, "recorded.safetensors"))
    with open(os.path.join(folder, "layers.json"), "w") as file:
        described = {name: describe(layer) for name, layer in layers.items()}
        json.dump({"torch": torch.__version__, "layers": described}, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
