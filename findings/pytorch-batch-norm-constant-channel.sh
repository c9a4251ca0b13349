#!/bin/sh
# PyTorch's batch_norm and instance_norm of a channel that is constant, contiguous float32.
#
# Seen with torch 2.15.0 on the CPU, without weight and bias: x - mean is 0, so is the right output, and
# layer_norm and group_norm of the same numbers give 0. batch_norm in training and instance_norm are off by
# 4.9 for 1,000,001 in each place, and by 1,040 for 123,456,789, for 10 elements to a channel as for
# 10,000. Exits non-zero if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.15.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import torch
import torch.nn.functional as F

print("torch", torch.__version__)
layers = {
    "batch_norm": lambda x: F.batch_norm(x, None, None, training=True),
    "instance_norm": F.instance_norm,
    "layer_norm": lambda x: F.layer_norm(x, x.shape[2:]),
    "group_norm": lambda x: F.group_norm(x, x.shape[1]),
}
found = {}
for value in (1_000_001, 123_456_789):
    for size in (10, 10_000):
        x = torch.full((2, 4, size // 2), float(value))
        found[value, size] = {name: layer(x).abs().max().item() for name, layer in layers.items()}
        print(f"{size} elements of {value:,}, right is 0:", found[value, size])
for (value, _), outputs in found.items():
    assert outputs["layer_norm"] == outputs["group_norm"] == 0, outputs
    least = 4 if value == 1_000_001 else 1_000
    assert outputs["batch_norm"] > least and outputs["instance_norm"] > least, outputs
PYTHON
